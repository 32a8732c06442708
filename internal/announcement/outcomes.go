package announcement

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/printable"
	"countersign/internal/spelling"
	"countersign/internal/template"
)

const (
	maxOutcomes     = 6
	maxOutcomeLabel = 40
	maxErrorType    = 200
	maxTemplate     = 64 << 10
	// in a template: filling more of them with a comment of 4,000 characters makes no useful answer
	maxPlaceholders = 100
)

var outcomeName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,39}$`)

// checkOutcomes normalises a sender's outcomes and adds faults for what is wrong with them, under
// the pointer. rejectAs is the kind that the queue gives to reject.
func checkOutcomes(outcomes []callbacks.Outcome, rejectAs callbacks.Kind, pointer string, faults *fault.List) {
	if len(outcomes) > maxOutcomes {
		faults.Add(pointer, "at most %d outcomes fit on the page", maxOutcomes)
		outcomes = outcomes[:maxOutcomes]
	}
	seen := map[string]bool{}
	for i := range outcomes {
		o, at := &outcomes[i], fmt.Sprintf("%s/%d", pointer, i)
		if !outcomeName.MatchString(o.Name) {
			faults.Add(at+"/name", "a name is 1 to 40 of a-z, 0-9, - and _, beginning with a letter")
		} else if seen[o.Name] {
			faults.Add(at+"/name", "two outcomes are named %q", o.Name)
		}
		seen[o.Name] = true
		checkOutcome(o, at, faults)
		checkKnown(o, rejectAs, at, faults)
		for _, other := range outcomes[:i] {
			if o.Name != other.Name && spelling.LookAlike(o.Label, other.Label) {
				faults.Add(at+"/label", "looks like %q, the label of outcome %q: nobody could tell the buttons apart", other.Label, other.Name)
				break
			}
		}
	}
}

// checkKnown checks that an outcome with a well-known name means what reviewers expect of it.
func checkKnown(o *callbacks.Outcome, rejectAs callbacks.Kind, at string, faults *fault.List) {
	switch {
	case o.Name == callbacks.OutcomeApprove && o.Kind == callbacks.Failure:
		faults.Add(at+"/kind", "an outcome named approve is a success: give this one another name")
	case o.Name == callbacks.OutcomeReject && o.Kind != rejectAs && (o.Kind == callbacks.Success || o.Kind == callbacks.Failure):
		faults.Add(at+"/kind", "an outcome named reject is a %s in this queue: give this one another name", rejectAs)
	}
	switch {
	case o.Name == callbacks.OutcomeApprove && o.Stated == callbacks.Against:
		faults.Add(at+"/stance", "an outcome named approve is for what is asked: give this one another name")
	case o.Name == callbacks.OutcomeReject && o.Stated == callbacks.For:
		faults.Add(at+"/stance", "an outcome named reject is against what is asked: give this one another name")
	}
}

func checkOutcome(o *callbacks.Outcome, at string, faults *fault.List) {
	if n := utf8.RuneCountInString(strings.TrimSpace(o.Label)); n == 0 || n > maxOutcomeLabel {
		faults.Add(at+"/label", "one line of 1 to %d characters", maxOutcomeLabel)
	} else if !printable.HasInk(o.Label) {
		faults.Add(at+"/label", "shows nothing: a button needs at least one visible character")
	} else if spelling.MixesAlphabets(o.Label) {
		faults.Add(at+"/label", "mixes letters of two alphabets in one word, which look alike and are not")
	} else {
		checkLine(at+"/label", o.Label, faults)
	}
	switch o.Comment {
	case "":
		o.Comment = callbacks.CommentOptional
		if o.Kind == callbacks.Failure {
			o.Comment = callbacks.CommentRequired
		}
	case callbacks.CommentOptional, callbacks.CommentRequired, callbacks.CommentNone:
	default:
		faults.Add(at+"/comment", "one of optional, required, none")
	}
	if !slices.Contains([]callbacks.Stance{"", callbacks.For, callbacks.Against}, o.Stated) {
		faults.Add(at+"/stance", "for or against")
	}
	switch o.Kind {
	case callbacks.Success:
		checkSuccess(o, at, faults)
	case callbacks.Failure:
		checkFailure(o, at, faults)
	default:
		faults.Add(at+"/kind", "success or failure")
	}
}

func checkSuccess(o *callbacks.Outcome, at string, faults *fault.List) {
	if o.ErrorType != "" || o.ErrorMessage != "" || len(o.ErrorData) > 0 {
		faults.Add(at, "errorType, errorMessage and errorData belong to a failure")
	}
	if len(o.Payload) == 0 {
		faults.Add(at+"/payload", "a success needs a payload: many functions cannot read an empty result")
		return
	}
	checkTemplate(o.Payload, at+"/payload", o.Form, faults)
	switch o.Encoding {
	case "":
		o.Encoding = callbacks.EncodingJSON
	case callbacks.EncodingJSON:
	case callbacks.EncodingText:
		name, placeholder := strings.CutPrefix(string(o.Payload), `"{{`)
		if o.Payload[0] != '"' || placeholder && template.WholeValue(strings.TrimSuffix(name, `}}"`)) {
			faults.Add(at+"/payload", "with encoding text the payload is a JSON string")
		}
	default:
		faults.Add(at+"/encoding", "json or text")
	}
}

func checkFailure(o *callbacks.Outcome, at string, faults *fault.List) {
	if len(o.Payload) > 0 || o.Encoding != "" {
		faults.Add(at, "payload and encoding belong to a success")
	}
	if o.ErrorType == "" || len(o.ErrorType) > maxErrorType {
		faults.Add(at+"/errorType", "one line of 1 to %d characters; functions tell failures apart by it", maxErrorType)
	}
	checkLine(at+"/errorType", o.ErrorType, faults)
	if o.ErrorMessage == "" {
		o.ErrorMessage = "{{comment}}"
	}
	named := template.Placeholders([]byte(o.ErrorMessage))
	if i := slices.IndexFunc(named, template.WholeValue); i >= 0 {
		faults.Add(at+"/errorMessage", "{{%s}} is a JSON value, and a message is a text", named[i])
	} else {
		checkTemplate(json.RawMessage(o.ErrorMessage), at+"/errorMessage", o.Form, faults)
	}
	checkTemplate(o.ErrorData, at+"/errorData", o.Form, faults)
}

// checkTemplate checks a template of an outcome; answered says that it has a form.
func checkTemplate(text json.RawMessage, at string, answered bool, faults *fault.List) {
	if len(text) > maxTemplate {
		faults.Add(at, "a template has at most %d bytes", maxTemplate)
	}
	named := template.Placeholders(text)
	if len(named) > maxPlaceholders {
		faults.Add(at, "a template has at most %d placeholders, this has %d", maxPlaceholders, len(named))
		return
	}
	for _, name := range named {
		switch {
		case template.WholeValue(name):
			if name != "signatures" && !answered {
				faults.Add(at, "{{%s}} is about the answer to a form, and this outcome has none", name)
			}
		case !slices.Contains(template.Names, name):
			faults.Add(at, "{{%s}} is not known; a template may use {{%s}}, and \"{{signatures}}\" as a whole value",
				name, strings.Join(template.Names, "}}, {{"))
		}
	}
	if name := template.Misplaced(text); name != "" {
		faults.Add(at, "\"{{%s}}\" stands for %s: it has to be a whole value, and no key or part of a string",
			name, template.Stands(name))
	}
}
