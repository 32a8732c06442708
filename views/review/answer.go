package review

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"countersign/internal/answers"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/printable"
	"countersign/views"
	"countersign/views/untrusted"
	"countersign/views/words"

	"github.com/a-h/templ"
)

// FormatResult is the value of the button that spreads a free result over lines. Its name is that
// of the buttons of forms.
const FormatResult = "format:" + answers.FieldResult

// usualErrorType is the type of error that is proposed. The usual reject sends it too.
const usualErrorType = "Rejected"

// Written is what the fields of an answer show: what the reviewer wrote before, or what is
// proposed.
func (d Draft) Written() callbacks.Answer {
	a := d.Answer
	if a.Format == "" {
		a.Format = answers.JSON
	}
	if a.ErrorType == "" && a.ErrorMessage == "" && a.ErrorData == "" {
		a.ErrorType = usualErrorType
	}
	return a
}

// answerField is a field in which a reviewer writes.
type answerField struct {
	Name, Label, Hint, Value string
	Limit                    int
	Rows                     int
}

func resultField(a callbacks.Answer) answerField {
	return answerField{Name: answers.FieldResult, Label: "Result", Value: a.Result, Limit: answers.MaxBytes, Rows: 6}
}

func failureFields(a callbacks.Answer) []answerField {
	return []answerField{
		{Name: answers.FieldErrorType, Label: "Error type", Hint: "up to 256 characters", Value: a.ErrorType, Limit: answers.MaxErrorTypeRunes, Rows: 1},
		{Name: answers.FieldErrorMessage, Label: "Message", Hint: "up to 8 KB", Value: a.ErrorMessage, Limit: answers.MaxErrorMessageBytes, Rows: 2},
		{Name: answers.FieldErrorData, Label: "Data", Hint: "optional, JSON or text", Value: a.ErrorData, Limit: answers.MaxBytes, Rows: 2},
	}
}

// isAnswerField reports whether a fault has its place in an answer.
func isAnswerField(name string) bool {
	return name == answers.FieldResult || slices.ContainsFunc(failureFields(callbacks.Answer{}), func(f answerField) bool { return f.Name == name })
}

// KeptAnswer is what was written for a free outcome, to copy.
func KeptAnswer(a callbacks.Answer) (typed []views.KeptField) {
	if a.ErrorType == usualErrorType {
		a.ErrorType = ""
	}
	for _, f := range append(failureFields(a), resultField(a)) {
		if f.Value != "" {
			typed = append(typed, views.KeptField{Label: f.Label, Value: strings.ReplaceAll(f.Value, "\r\n", "\n")})
		}
	}
	return typed
}

// formats are the ways to write a result.
var formats = []struct {
	Format answers.Format
	Label  string
}{{answers.JSON, "JSON"}, {answers.Text, "Text"}, {answers.Empty, "Empty"}}

// takesAnswer reports whether the reader may write what is sent.
func takesAnswer(m Review) bool {
	return slices.ContainsFunc(offeredOutcomes(m), callbacks.Outcome.Free)
}

// panelOf is the number of an outcome's preview on the page, from 1.
func panelOf(m Review, outcome string) int {
	return 1 + slices.IndexFunc(offered(m), func(p desk.Preview) bool { return p.Outcome.Name == outcome })
}

// othersAnswer is an answer that others have signed and the reader can sign too.
type othersAnswer struct {
	Outcome    string // its name
	Answer     callbacks.Answer
	Completion callbacks.Completion // what it sends
	By         string               // who signed it first
	Has, Needs int
}

// othersAnswers are the answers that wait for more signatures, none of them the reader's.
func othersAnswers(m Review, s views.Shell) (all []othersAnswer) {
	for _, tally := range standing(m).Tallies {
		if o, ok := m.Callback.Outcome(tally.Outcome); !ok || !o.Free() || len(tally.Signed) == 0 || tally.Complete() {
			continue
		}
		mine := func(c callbacks.Counted) bool { return c.Signature.By.ID == s.Viewer.ID }
		if slices.ContainsFunc(tally.Signed, mine) {
			continue
		}
		first := tally.Signed[0].Signature
		made, err := first.Answer.Completion(first.Kind)
		if err != nil {
			continue // bounds have changed since
		}
		all = append(all, othersAnswer{
			Outcome: tally.Outcome, Answer: first.Answer, Completion: made,
			By: words.Actor(first.By, s.Viewer), Has: tally.Has, Needs: tally.Needs,
		})
	}
	return all
}

// possessive is a name with an apostrophe: "Mara’s".
func possessive(name string) string { return untrusted.Isolate(name) + "’s" }

// kind says how Lambda gets the answer, and how it is written.
func (o othersAnswer) kind() string {
	for _, f := range formats {
		if f.Format == o.Answer.Format {
			return kindWord(o.Completion.Kind) + ", " + f.Label
		}
	}
	return kindWord(o.Completion.Kind)
}

// title says whose answer it is and how many have signed it: "Mara’s answer has 1 of 2".
func (o othersAnswer) title() string {
	return fmt.Sprintf("%s answer has %d of %d", possessive(o.By), o.Has, o.Needs)
}

// answerWords say why an answer is the reader's to write.
func answerWords(m Review) string {
	if words.NeverAnnounced(&m.Callback) && m.Content.Template == nil {
		return "Nobody announced this callback, so nobody said what its function expects. It gets what you write here, byte for byte."
	}
	return "The function gets what you write here, byte for byte, in place of one of the answers that the request offers."
}

// freeLabel is the label of an outcome with its answer, on the reviewer's own button: "Fail with
// ApprovalDenied", "Approve with 2 changes".
func freeLabel(p desk.Preview) string {
	if n := len(changesOf(p)); n > 0 {
		return p.Outcome.Label + words.WithChanges(n)
	}
	if p.Outcome.Name != callbacks.OutcomeFailure || p.Answer.ErrorType == "" {
		return p.Outcome.Label
	}
	return p.Outcome.Label + " with " + untrusted.Isolate(printable.Cut(p.Answer.ErrorType, 40))
}

// askFree is the question of the second step for a free outcome: "Send this result to
// “contract-renewal: sign-off”?"
func askFree(o callbacks.Outcome, c *callbacks.Callback) string {
	name := "“" + untrusted.Isolate(words.Title(c)) + "”?"
	if o.Kind == callbacks.Failure {
		return "Fail " + name
	}
	return strings.Replace(o.Label, "Send result", "Send this result", 1) + " to " + name
}

// emptyConsequence says what the function sees of a success without a result.
const emptyConsequence = "the function gets no result at all: undefined in JavaScript, None in Python, null in Java, a zero value in Go. Code that reads a result may fail."

// needSeveral reports whether one signature may not decide what the previews are for.
func needSeveral(previews []desk.Preview) bool {
	return slices.ContainsFunc(previews, func(p desk.Preview) bool { return p.Tally.Needs > 1 })
}

// freePress is what the button of an outcome says and does once its answer is written. Buttons of
// outcomes without an answer never change.
func freePress(p desk.Preview, several bool) templ.Attributes {
	if !p.Outcome.Free() && p.Filling == nil {
		return nil
	}
	does := pressFor(p, several)
	return templ.Attributes{
		"data-press": untrusted.Attribute(does.Label), "data-label": untrusted.Attribute(p.Outcome.Label),
		"data-confirm": untrusted.Attribute(does.Confirm), "data-cost": does.Cost, "data-sends": sendsWord(does.Sends),
		"data-changes": untrusted.Attribute(withChanges(p)),
	}
}

// writingAttributes are those of a field in which what is sent is written: no browser corrects it.
// A field of one line is a textarea too, because Enter in another would press a button of the form.
func writingAttributes(f answerField, fault string) templ.Attributes {
	return templ.Attributes{
		"id": f.Name, "name": f.Name, "form": "decide", "maxlength": strconv.Itoa(f.Limit), "rows": strconv.Itoa(f.Rows), "dir": "auto",
		"spellcheck": "false", "autocapitalize": "off", "autocomplete": "off",
		"aria-describedby": f.Name + "-fault", "aria-invalid": strconv.FormatBool(fault != ""), "autofocus": fault != "",
	}
}
