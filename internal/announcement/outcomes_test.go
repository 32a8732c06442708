package announcement

import (
	"encoding/json"
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/template"
)

// TestOutcomesThatMislead: each is refused, where its sender sees it.
func TestOutcomesThatMislead(t *testing.T) {
	t.Parallel()
	success := func(name, label string) callbacks.Outcome {
		return callbacks.Outcome{Name: name, Label: label, Kind: callbacks.Success, Payload: json.RawMessage(`1`)}
	}
	failure := func(name, label string) callbacks.Outcome {
		return callbacks.Outcome{Name: name, Label: label, Kind: callbacks.Failure, ErrorType: "No"}
	}
	stated := func(o callbacks.Outcome, stance callbacks.Stance) callbacks.Outcome {
		o.Stated = stance
		return o
	}
	for name, tt := range map[string]struct {
		rejectAs callbacks.Kind
		outcomes []callbacks.Outcome
		want     string // pointer of the only fault, empty for none
	}{
		"Ours":                  {callbacks.Failure, []callbacks.Outcome{success("approve", "Approve"), failure("reject", "Reject")}, ""},
		"OursAsSuccess":         {callbacks.Success, []callbacks.Outcome{success("approve", "Approve"), success("reject", "Reject")}, ""},
		"ApproveIsAgainst":      {callbacks.Failure, []callbacks.Outcome{stated(success("approve", "Approve"), callbacks.Against)}, "/outcomes/0/stance"},
		"RejectIsFor":           {callbacks.Failure, []callbacks.Outcome{stated(failure("reject", "Reject"), callbacks.For)}, "/outcomes/0/stance"},
		"StatedAsKnown":         {callbacks.Failure, []callbacks.Outcome{stated(success("approve", "Approve"), callbacks.For), stated(failure("reject", "Reject"), callbacks.Against)}, ""},
		"OtherLabels":           {callbacks.Failure, []callbacks.Outcome{success("approve", "Deploy"), failure("reject", "Stop the train")}, ""},
		"SameLabel":             {callbacks.Failure, []callbacks.Outcome{success("go", "Go"), failure("stop", "Go")}, "/outcomes/1/label"},
		"LooksLikeTheSecond":    {callbacks.Failure, []callbacks.Outcome{success("a", "Yes"), failure("b", "Stop"), success("c", "STOP")}, "/outcomes/2/label"},
		"Lookalikes":            {callbacks.Failure, []callbacks.Outcome{success("approve", "Accept"), failure("reject", "Ассерт")}, "/outcomes/1/label"},
		"MixedAlphabets":        {callbacks.Failure, []callbacks.Outcome{success("go", "Аpprove")}, "/outcomes/0/label"},
		"AnAccentAlone":         {callbacks.Failure, []callbacks.Outcome{success("go", "\u0301")}, "/outcomes/0/label"},
		"NoInk":                 {callbacks.Failure, []callbacks.Outcome{success("go", "\u3164")}, "/outcomes/0/label"},
		"ApproveFails":          {callbacks.Failure, []callbacks.Outcome{failure("approve", "Approve")}, "/outcomes/0/kind"},
		"RejectSucceeds":        {callbacks.Failure, []callbacks.Outcome{success("reject", "Reject")}, "/outcomes/0/kind"},
		"RejectFailsElsewhere":  {callbacks.Success, []callbacks.Outcome{failure("reject", "Reject")}, "/outcomes/0/kind"},
		"RejectUnderOtherLabel": {callbacks.Failure, []callbacks.Outcome{success("reject", "Approve")}, "/outcomes/0/kind"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var faults fault.List
			checkOutcomes(tt.outcomes, tt.rejectAs, "/outcomes", &faults)
			switch {
			case tt.want == "" && faults != nil:
				t.Errorf("got %v, want none", faults)
			case tt.want != "" && (len(faults) != 1 || faults[0].Pointer != tt.want):
				t.Errorf("got %v, want a fault at %s", faults, tt.want)
			}
		})
	}
}

// placeholders is a template with the comment in n places.
func placeholders(n int) json.RawMessage {
	return json.RawMessage(`"` + strings.Repeat("{{comment}}", n) + `"`)
}

func TestCheckOutcomes(t *testing.T) {
	t.Parallel()
	payload := func(template string) func(*callbacks.Outcome) {
		return func(o *callbacks.Outcome) { o.Payload = json.RawMessage(template) }
	}
	ok := callbacks.Outcome{Name: "send-back", Label: "Send back", Kind: callbacks.Success, Payload: json.RawMessage(`{"again":true}`)}
	for name, tt := range map[string]struct {
		change func(*callbacks.Outcome)
		want   string // pointer of the fault, empty for none
	}{
		"OK":                   {func(*callbacks.Outcome) {}, ""},
		"ErrName":              {func(o *callbacks.Outcome) { o.Name = "Send back" }, "/outcomes/0/name"},
		"ErrLabelMissing":      {func(o *callbacks.Outcome) { o.Label = " " }, "/outcomes/0/label"},
		"ErrKind":              {func(o *callbacks.Outcome) { o.Kind = "maybe" }, "/outcomes/0/kind"},
		"StanceAgainst":        {func(o *callbacks.Outcome) { o.Stated = callbacks.Against }, ""},
		"ErrStance":            {func(o *callbacks.Outcome) { o.Stated = "Against" }, "/outcomes/0/stance"},
		"ErrComment":           {func(o *callbacks.Outcome) { o.Comment = "sometimes" }, "/outcomes/0/comment"},
		"ErrNoPayload":         {func(o *callbacks.Outcome) { o.Payload = nil }, "/outcomes/0/payload"},
		"ErrEncoding":          {func(o *callbacks.Outcome) { o.Encoding = "xml" }, "/outcomes/0/encoding"},
		"ErrTextOfObject":      {func(o *callbacks.Outcome) { o.Encoding = callbacks.EncodingText }, "/outcomes/0/payload"},
		"ErrPlaceholder":       {func(o *callbacks.Outcome) { o.Payload = json.RawMessage(`{"a":"{{secret}}"}`) }, "/outcomes/0/payload"},
		"ManyPlaceholders":     {func(o *callbacks.Outcome) { o.Payload = placeholders(maxPlaceholders) }, ""},
		"ErrPlaceholders":      {func(o *callbacks.Outcome) { o.Payload = placeholders(maxPlaceholders + 1) }, "/outcomes/0/payload"},
		"Signers":              {payload(`{"signed": "{{signatures}}" , "all":["{{signatures}}","{{signatures}}"]}`), ""},
		"SignersAlone":         {payload(` "{{signatures}}" `), ""},
		"ErrSignersInText":     {payload(`{"a":"by {{signatures}}"}`), "/outcomes/0/payload"},
		"ErrSignersAsKey":      {payload(`{"a":1,"{{signatures}}":2}`), "/outcomes/0/payload"},
		"ErrSignersAsFirstKey": {payload(`{"{{signatures}}":2}`), "/outcomes/0/payload"},
		"ErrSignersAfterQuote": {payload(`["x, \"{{signatures}}"]`), "/outcomes/0/payload"},
		"ErrSignersInQuotes":   {payload(`["x: \"{{signatures}}\" "]`), "/outcomes/0/payload"},
		"ErrSignersAsText": {func(o *callbacks.Outcome) {
			o.Encoding, o.Payload = callbacks.EncodingText, json.RawMessage(template.Signatures)
		}, "/outcomes/0/payload"},
		"ErrSignersInMessage": {func(o *callbacks.Outcome) {
			o.Kind, o.Payload, o.ErrorType, o.ErrorMessage = callbacks.Failure, nil, "No", `"{{signatures}}"`
		}, "/outcomes/0/errorMessage"},
		"ErrFailureFields":      {func(o *callbacks.Outcome) { o.ErrorType = "No" }, "/outcomes/0"},
		"ErrFailureWithoutType": {func(o *callbacks.Outcome) { o.Kind, o.Payload = callbacks.Failure, nil }, "/outcomes/0/errorType"},
		"ErrFailureWithPayload": {func(o *callbacks.Outcome) { o.Kind, o.ErrorType = callbacks.Failure, "No" }, "/outcomes/0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := ok
			tt.change(&o)
			var faults fault.List
			checkOutcomes([]callbacks.Outcome{o}, callbacks.Failure, "/outcomes", &faults)
			switch {
			case tt.want == "" && faults != nil:
				t.Errorf("got %v, want none", faults)
			case tt.want != "" && (len(faults) == 0 || faults[0].Pointer != tt.want):
				t.Errorf("got %v, want a fault at %s", faults, tt.want)
			}
		})
	}
	t.Run("ErrTwice", func(t *testing.T) {
		t.Parallel()
		var faults fault.List
		if checkOutcomes([]callbacks.Outcome{ok, ok}, callbacks.Failure, "/outcomes", &faults); len(faults) != 1 || faults[0].Pointer != "/outcomes/1/name" {
			t.Errorf("got %v", faults)
		}
	})
	t.Run("Defaults", func(t *testing.T) {
		t.Parallel()
		outcomes := []callbacks.Outcome{ok, {Name: "stop", Label: "Stop", Kind: callbacks.Failure, ErrorType: "Stopped"}}
		var faults fault.List
		checkOutcomes(outcomes, callbacks.Failure, "/outcomes", &faults)
		if faults != nil || outcomes[0].Comment != callbacks.CommentOptional || outcomes[1].Comment != callbacks.CommentRequired || outcomes[1].ErrorMessage != "{{comment}}" {
			t.Errorf("got %v, %+v", faults, outcomes)
		}
	})
}
