package review

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
	"countersign/views/viewstest"
	"countersign/views/words"

	"github.com/PuerkitoBio/goquery"
)

// TestDecisionFormWorksWithoutScripts: every outcome is a submit button of a plain form, and what
// binds a decision to a preview is left out, so that the answer is the page that shows it.
func TestDecisionFormWorksWithoutScripts(t *testing.T) {
	t.Parallel()
	doc := reviewPage(t, sampleReview())
	form := doc.Find("form#decide")
	if form.AttrOr("method", "") != "post" || form.AttrOr("action", "") != "/callbacks/exp2291/decision?scope=mine" {
		t.Errorf("posts by %q to %q", form.AttrOr("method", ""), form.AttrOr("action", ""))
	}
	buttons := form.Find("[data-bar=rest] button[name=outcome]").Map(func(_ int, s *goquery.Selection) string {
		return s.AttrOr("value", "") + " " + viewstest.Words(s)
	})
	if want := []string{"send-back Send back S", "reject Reject R", "approve Approve A"}; !slices.Equal(buttons, want) {
		t.Errorf("buttons %q, want %q", buttons, want)
	}
	if n := form.Find("input[type=hidden]:not([disabled])").Length(); n != 0 {
		t.Errorf("%d hidden fields are sent without scripts", n)
	}
	if got := doc.Find("textarea#comment").AttrOr("form", ""); got != "decide" {
		t.Errorf("the comment belongs to form %q", got)
	}
	if form.Find("[data-bar=armed][hidden], [data-bar=locked][hidden]").Length() != 2 {
		t.Error("the second step or the lock shows before its time")
	}
}

func TestPreviewForEveryOutcome(t *testing.T) {
	t.Parallel()
	doc := reviewPage(t, sampleReview())
	if got := doc.Find("#wire input[name=preview][checked]").AttrOr("value", ""); got != "approve" {
		t.Errorf("%q is shown first", got)
	}
	for i, name := range []string{"approve", "reject", "send-back"} {
		panel := doc.Find("#wire .wire-panel").Eq(i)
		if panel.AttrOr("data-outcome", "") != name || panel.Find("#preview-"+name).Length() != 1 {
			t.Errorf("panel %d is of %q, want %q", i, panel.AttrOr("data-outcome", ""), name)
		}
	}
	one := sampleReview()
	one.Callback.Outcomes, one.Previews = one.Callback.Outcomes[:1], one.Previews[:1]
	if n := reviewPage(t, one).Find("#wire input").Length(); n != 0 {
		t.Error("one outcome is offered as a choice")
	}
}

// TestDraftIsKept: a refused decision comes back as it was typed, with the fault at its field.
func TestDraftIsKept(t *testing.T) {
	t.Parallel()
	m := sampleReview()
	m.Draft = Draft{Outcome: "reject", Comment: " line\nnext ", Faults: fault.List{
		{Pointer: "comment", Detail: "Reject needs a comment."}, {Pointer: "outcome", Detail: "Choose again."},
	}}
	doc := reviewPage(t, m)
	field := doc.Find("#comment")
	if field.Text() != " line\nnext " || field.AttrOr("aria-invalid", "") != "true" {
		t.Errorf("comment %q, invalid %s", field.Text(), field.AttrOr("aria-invalid", ""))
	}
	if got := viewstest.Words(doc.Find("#comment-fault:not([hidden])")); got != "Reject needs a comment." {
		t.Errorf("fault: %q", got)
	}
	if got := viewstest.Words(doc.Find(".note.over[role=alert]")); got != "Choose again." {
		t.Errorf("other fault: %q", got)
	}
	if got := doc.Find("#wire [checked]").AttrOr("value", ""); got != "reject" {
		t.Errorf("the preview of %q is shown", got)
	}
	if got := doc.Find("#comment-fault:not([hidden])"); reviewPage(t, sampleReview()).Find("#comment-fault:not([hidden])").Length() != 0 {
		t.Errorf("a fault without a draft: %q", viewstest.Words(got))
	}
}

func TestBarLocksBeforeTheEnd(t *testing.T) {
	t.Parallel()
	for left, locked := range map[time.Duration]bool{lockUnder + time.Second: false, lockUnder - time.Second: true, -time.Second: true} {
		m := sampleReview()
		m.Callback.Clocks = callbacks.Clocks{StartedAt: viewstest.Now.Add(-time.Hour), Timeout: time.Hour + left}
		doc := reviewPage(t, m)
		if got := doc.Find("[data-bar=rest][hidden]").Length() == 1; got != locked {
			t.Errorf("%v before the end: locked %v, want %v", left, got, locked)
		}
		if got := doc.Find("[data-bar=locked][hidden]").Length() == 0; got != locked {
			t.Errorf("%v before the end: the lock shows %v, want %v", left, got, locked)
		}
	}
}

func TestCommentHints(t *testing.T) {
	t.Parallel()
	outcome := func(label string, rule callbacks.CommentRule) callbacks.Outcome {
		return callbacks.Outcome{Name: strings.ToLower(label), Label: label, Kind: callbacks.Success, Comment: rule}
	}
	for _, tc := range []struct {
		outcomes []callbacks.Outcome
		want     string
	}{
		{callbacks.DefaultOutcomes(callbacks.Failure), "optional for “Approve”; required for “Reject”"},
		{[]callbacks.Outcome{outcome("A", callbacks.CommentRequired), outcome("B", callbacks.CommentRequired)}, "required"},
		{[]callbacks.Outcome{outcome("A", callbacks.CommentOptional), outcome("B", callbacks.CommentNone), outcome("C", callbacks.CommentOptional)}, "optional for “A”, “C”; not sent for “B”"},
	} {
		m := sampleReview()
		m.Callback.Outcomes = tc.outcomes
		m.Previews = viewstest.Previews(m.Callback, "")
		if got := commentHint(m); got != tc.want {
			t.Errorf("%q, want %q", got, tc.want)
		}
	}
	silent := sampleReview()
	silent.Callback.Outcomes = []callbacks.Outcome{outcome("Go", callbacks.CommentNone)}
	silent.Previews = viewstest.Previews(silent.Callback, "")
	if reviewPage(t, silent).Find("#comment").Length() != 0 {
		t.Error("a comment is asked for that nobody sends")
	}
	silent.Callback.Requirement.Reason = []callbacks.Stance{callbacks.For}
	page := reviewPage(t, silent)
	if hint := page.Find("label[for=comment] .hint").Text(); !strings.Contains(hint, "required, for the record alone") {
		t.Errorf("the rule needs a comment, and the page says %q", hint)
	}
}

// TestOutcomesOfSenders: the first success comes last when none is called approve, and no button
// has a colour or a key of ours.
func TestOutcomesOfSenders(t *testing.T) {
	t.Parallel()
	outcomes := []callbacks.Outcome{
		{Name: "stop", Label: "Stop", Kind: callbacks.Failure}, {Name: "go", Label: "Go ahead", Kind: callbacks.Success, Payload: json.RawMessage(`1`)},
		{Name: "later", Label: "Later", Kind: callbacks.Success, Payload: json.RawMessage(`2`)},
	}
	if got := primary(outcomes); got != "go" {
		t.Errorf("primary is %q", got)
	}
	var names []string
	for _, o := range choices(outcomes) {
		names = append(names, o.Name+" "+buttonClass(o)+buttonKey(o))
	}
	if want := []string{"later s", "stop s", "go s"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
	if got := confirmNoun(outcomes[1]); got != "Confirm: Go ahead" {
		t.Errorf("confirmed by %q", got)
	}
	if got := primary(outcomes[:1]); got != "" {
		t.Errorf("a failure is primary: %q", got)
	}
}

// TestConfirmPage: the second step without scripts carries exactly what it shows.
func TestConfirmPage(t *testing.T) {
	t.Parallel()
	m := sampleReview()
	p := viewstest.Previews(m.Callback, "No receipt.\nSorry.")[1]
	doc := viewstest.HTML(t, ConfirmPage(viewstest.Shell("mine", "/"), Confirm{Callback: m.Callback, Preview: p, Comment: "No receipt.\nSorry.", List: m.List}))
	form := doc.Find("form#confirm")
	sent := map[string]string{}
	form.Find("input[type=hidden]").Each(func(_ int, s *goquery.Selection) { sent[s.AttrOr("name", "")] = s.AttrOr("value", "") })
	for name, want := range map[string]string{"outcome": "reject", "comment": "No receipt.\nSorry.", "seen": p.Seen, "at": "2026-11-24T12:51:02Z"} {
		if sent[name] != want {
			t.Errorf("%s=%q, want %q", name, sent[name], want)
		}
	}
	if got := viewstest.Words(form.Find("button")); got != "Confirm rejection Back" {
		t.Errorf("button: %q", got)
	}
	if form.AttrOr("action", "") != "/callbacks/exp2291/decision?scope=mine" {
		t.Errorf("posts to %s", form.AttrOr("action", ""))
	}
	if got := doc.Find("#bytes-reject").Text(); got != string(p.Completion.Body()) {
		t.Errorf("shows %q", got)
	}
	if strings.Contains(doc.Text(), "out of date") {
		t.Error("a first confirmation is said to be out of date")
	}
	stale := viewstest.HTML(t, ConfirmPage(viewstest.Shell("mine", "/"), Confirm{Callback: m.Callback, Preview: p, Stale: true}))
	if got := viewstest.Words(stale.Find(".note")); !strings.HasPrefix(got, "Nothing was sent.") {
		t.Errorf("stale: %q", got)
	}
}

// TestQuestions: the second step asks about this request, with its amount where the title does not
// say it.
func TestQuestions(t *testing.T) {
	t.Parallel()
	c := sampleReview().Callback
	c.Title = "Expense EXP-2296"
	payload := []byte(`{"report":{"currency":"USD","total":18420.00}}`)
	want := []string{"Approve “Expense EXP-2296, USD\u00a018,420.00”?", "Reject “Expense EXP-2296, USD\u00a018,420.00”?", "Send back “Expense EXP-2296, USD\u00a018,420.00”?"}
	for i, o := range c.Outcomes {
		if got := ask(o, &c, payload); got != want[i] {
			t.Errorf("%s asks %q, want %q", o.Name, got, want[i])
		}
	}
	c.Title = "Expense EXP-2296, $18,420.00"
	if got := ask(c.Outcomes[0], &c, payload); got != "Approve “Expense EXP-2296, $18,420.00”?" {
		t.Errorf("asks %q", got)
	}
}

// TestBarNamesTheRequest: title, amount and time left stand in every state of the bar, and on the
// page that confirms without scripts.
func TestBarNamesTheRequest(t *testing.T) {
	t.Parallel()
	m := sampleReview()
	m.Callback.Title, m.Content.Payload = "Expense EXP-2296", []byte(`{"amount":"18420","currency":"EUR"}`)
	doc := reviewPage(t, m)
	for _, bar := range []string{"rest", "armed", "locked"} {
		if got := viewstest.Words(doc.Find("[data-bar=" + bar + "] .glance")); got != "EUR 18,420 · 41:08 left" {
			t.Errorf("%s: %q", bar, got)
		}
	}
	if got := viewstest.Words(doc.Find("[data-bar=rest] .what")); got != "Expense EXP-2296" {
		t.Errorf("the bar is about %q", got)
	}
	confirm := viewstest.HTML(t, ConfirmPage(viewstest.Shell("mine", "/"), Confirm{Callback: m.Callback, Payload: m.Content.Payload, Preview: viewstest.Previews(m.Callback, "")[0]}))
	if got := viewstest.Words(confirm.Find(".title-block")); got != "Approve “Expense EXP-2296, EUR 18,420”? EUR 18,420 · 41:08 left" {
		t.Errorf("confirms %q", got)
	}
	m.Callback.Clocks = callbacks.Clocks{StartedAt: viewstest.Now}
	if got := viewstest.Words(reviewPage(t, m).Find("[data-bar=rest] .glance")); got != "EUR 18,420 · No time limit" {
		t.Errorf("without a clock: %q", got)
	}
}

// manyOutcomes are those of a sender, the first two with the usual names.
func manyOutcomes(names ...string) (outcomes []callbacks.Outcome) {
	for _, name := range names {
		outcomes = append(outcomes, callbacks.Outcome{Name: name, Label: words.Capital(name), Kind: callbacks.Success, Comment: callbacks.CommentOptional, Payload: json.RawMessage(`1`)})
	}
	return outcomes
}

// TestMoreWays: of more than three outcomes, those without a letter of their own stand behind a
// list, numbered in the sender's order.
func TestMoreWays(t *testing.T) {
	t.Parallel()
	for n, want := range [][2]string{
		3: {"later S, reject R, approve A", ""}, 4: {"reject R, approve A", "later 1, send-back 2"}, 6: {"reject R, approve A", "later 1, send-back 2, escalate 3, split 4"},
	} {
		if want[0] == "" {
			continue
		}
		m := sampleReview()
		m.Callback.Outcomes = manyOutcomes("approve", "reject", "later", "send-back", "escalate", "split")[:n]
		m.Previews = viewstest.Previews(m.Callback, "")
		doc := reviewPage(t, m)
		of := func(selector string) string {
			return strings.Join(doc.Find(selector).Map(func(_ int, s *goquery.Selection) string {
				return s.AttrOr("value", "") + " " + viewstest.Words(s.Find("kbd"))
			}), ", ")
		}
		if direct, more := of("[data-bar=rest] .acts > button"), of("[data-bar=rest] details.ways button[name=outcome]"); direct != want[0] || more != want[1] {
			t.Errorf("%d: %q and %q, want %q", n, direct, more, want)
		}
		if tabs := doc.Find("#wire input[name=preview]").Length(); tabs != n {
			t.Errorf("%d outcomes have %d tabs", n, tabs)
		}
	}
}

func TestAmount(t *testing.T) {
	t.Parallel()
	for payload, want := range map[string]string{
		`{"currency":"USD","amount":7846.20}`:                "USD\u00a07,846.20",
		`{"currency":"USD","total":"1234567"}`:               "USD\u00a01,234,567",
		`{"order":{"currency":"EUR","amount":-12.5},"id":7}`: "EUR\u00a0-12.5",
		// which of the two?
		`{"currency":"USD","amount":1,"total":2}`:                           "",
		`{"currency":"USD","amount":1,"fee":{"currency":"USD","amount":2}}`: "",
		`{"currency":"usd","amount":1}`:                                     "",
		`{"currency":"USD","amount":"1 million"}`:                           "",
		`{"currency":"USD","amount":1e9}`:                                   "",
		`{"currency":"USD","amount":true}`:                                  "",
		`{"amount":7846.20}`:                                                "",
		`{"a":{"b":{"currency":"USD","amount":1}}}`:                         "",
		`[{"currency":"USD","amount":1}]`:                                   "",
		`{"currency":["USD"],"amount":1}`:                                   "",
		``:                                                                  "",
		`not JSON`:                                                          "",
		`{"currency":"USD","amount":500}`:                                   "USD\u00a0500",
		`{"currency":"USD","total":"` + strings.Repeat("9", 40) + `"}`:      "",
		`{"currency":"USD","amount":99,"lines":[{"currency":"USD","amount":50}],"x":null}`: "USD\u00a099",
	} {
		if got := amount(&callbacks.Callback{Request: callbacks.Request{Title: "Expense"}}, []byte(payload)); got != want {
			t.Errorf("%s: %q, want %q", payload, got, want)
		}
	}
	for title, want := range map[string]string{"Report: $7,846.20, Osaka": "", "Report 7846.20": "", "Report: $1.00": "USD\u00a07,846.20"} {
		if got := amount(&callbacks.Callback{Request: callbacks.Request{Title: title}}, []byte(`{"currency":"USD","amount":7846.20}`)); got != want {
			t.Errorf("beside %q: %q, want %q", title, got, want)
		}
	}
}

// TestWholePreviews: the first is whole whatever its size, and the others while there is room, in
// any order.
func TestWholePreviews(t *testing.T) {
	t.Parallel()
	of := func(sizes ...int) (previews []desk.Preview) {
		for i, n := range sizes {
			previews = append(previews, desk.Preview{Prepared: callbacks.Prepared{
				Outcome: callbacks.Outcome{Name: strconv.Itoa(i)}, Completion: callbacks.Completion{Kind: callbacks.Success, Result: make([]byte, n)},
			}})
		}
		return previews
	}
	const much, little = maxPreviewed, 100
	for name, tc := range map[string]struct {
		previews []desk.Preview
		first    string
		want     []bool
	}{
		"None":         {nil, "", []bool{}},
		"AllLittle":    {of(little, little, little), "", []bool{true, true, true}},
		"AllMuch":      {of(much, much, much), "1", []bool{false, true, false}},
		"LittleFirst":  {of(little, much, little), "0", []bool{true, false, true}},
		"MuchFirst":    {of(little, much+1, little), "1", []bool{false, true, false}},
		"JustRoom":     {of(little, much-little), "0", []bool{true, true}},
		"UnknownFirst": {of(much, much), "nosuch", []bool{true, false}},
	} {
		if got := wholePreviews(tc.previews, tc.first); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}

// TestColoursOfTheSecondStep: green and red are for approve and reject as everybody knows them.
func TestColoursOfTheSecondStep(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		outcome callbacks.Outcome
		want    string
	}{
		{callbacks.Outcome{Name: "approve", Label: "Approve", Kind: callbacks.Success}, "approve"},
		{callbacks.Outcome{Name: "reject", Label: "Reject", Kind: callbacks.Failure}, "reject"},
		{callbacks.Outcome{Name: "approve", Label: "Approve $7,846.20", Kind: callbacks.Success}, "approve"},
		{callbacks.Outcome{Name: "reject", Label: "Reject EXP-2291", Kind: callbacks.Failure}, "reject"},
		{callbacks.Outcome{Name: "approve", Label: "Approve $7,846.20", Kind: callbacks.Failure}, "solid"},
		{callbacks.Outcome{Name: "approve", Label: "Wire the money", Kind: callbacks.Success}, "solid"},
		{callbacks.Outcome{Name: "reject", Label: "No", Kind: callbacks.Failure}, "solid"},
		{callbacks.Outcome{Name: "escalate", Label: "Hand over", Kind: callbacks.Success}, "solid"},
	} {
		doc := viewstest.HTML(t, ConfirmPage(viewstest.Shell("mine", "/"), Confirm{Preview: desk.Preview{Prepared: callbacks.Prepared{Outcome: tc.outcome}}}))
		confirm := doc.Find("#confirm button").First()
		for _, class := range []string{"approve", "reject", "solid"} {
			if confirm.HasClass(class) != (class == tc.want) {
				t.Errorf("%s: the button has %q, want %s alone", tc.outcome.Label, confirm.AttrOr("class", ""), tc.want)
			}
		}
	}
}
