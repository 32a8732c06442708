package desk_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/desktest"
	"countersign/internal/fault"
	"countersign/internal/form"
)

const orderForm = `{"type":"object","required":["quantity"],"properties":{
	"quantity":{"title":"Quantity","type":"integer","minimum":1,"maximum":60,"x-unit":"pieces"},
	"max_price":{"title":"Most per piece","type":"number"},"note":{"type":"string"},
	"by":{"type":"string","x-stamp":"email"},"at":{"type":"string","format":"date-time","x-stamp":"now"},"on":{"type":"string","format":"date","x-stamp":"now"}}}`

// withForm announces an order that is approved with an answer.
func withForm(value, payload string) func(*announcement.Announcement) {
	return func(a *announcement.Announcement) {
		a.Outcomes = []callbacks.Outcome{
			{Name: "approve", Label: "Approve", Kind: callbacks.Success, Payload: json.RawMessage(payload)},
			{Name: "reject", Label: "Reject", Kind: callbacks.Failure, ErrorType: "Rejected"},
		}
		a.Forms = map[string]announcement.Form{"approve": {Schema: json.RawMessage(orderForm), Value: json.RawMessage(value)}}
	}
}

// filledIn is the choice of approve with some inputs of its form.
func filledIn(fields map[string]string) callbacks.Choice {
	posted := form.Posted{}
	for name, value := range fields {
		posted["answer:approve"+name] = []string{value}
	}
	return callbacks.Choice{Outcome: "approve", Fields: posted}
}

// TestForm_Bytes: what Lambda receives is the sender's bytes with what the reviewer changed and
// what the desk writes, and the preview shows the same.
func TestForm_Bytes(t *testing.T) {
	t.Parallel()
	const value = `{ "quantity": 40, "max_price" : 815.00 }`
	for name, tt := range map[string]struct {
		payload string
		fields  map[string]string
		want    string
	}{
		"Untouched": {`{"by":"{{reviewer.email}}","answer":"{{answer/quantity}}"}`, nil, `{"by":"mara@harborline.example","answer":40}`},
		"Price":     {`["{{answer/max_price}}","{{answer/note}}"]`, map[string]string{"/quantity": "36"}, `[815.00,null]`},
		"Typed":     {`"{{answer/quantity}}"`, map[string]string{"/quantity": "3.6e1"}, `3.6e1`},
		"Changes": {
			`["{{changes}}","{{answer/quantity}}"]`, map[string]string{"/quantity": "36"},
			`[[{"pointer":"/quantity","title":"Quantity","kind":"changed","old":"40","new":"36","unit":"pieces","note":"4 fewer","widget":"integer"}],36]`,
		},
		"Stamped":   {``, nil, `{ "quantity": 40, "max_price" : 815.00, "by" : "mara@harborline.example", "at" : "2026-11-24T13:00:00Z", "on" : "2026-11-24" }`},
		"NoChanges": {`["{{changes}}","{{answer/quantity}}"]`, nil, `[[],40]`},
		"AsJSON":    {`"{{answer/quantity}}"`, map[string]string{"#json": "{\"quantity\":\r\n 7}"}, `7`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			c := d.Announce(withForm(value, tt.payload))
			shown, err := d.Service.Preview(d.Ctx, desktest.Mara, c.ID, filledIn(tt.fields))
			if err != nil || string(shown.Completion.Result) != tt.want {
				t.Fatalf("the preview shows %s, want %s: %v", shown.Completion.Result, tt.want, err)
			}
			if _, err := d.Choose(desktest.Mara, c.ID, filledIn(tt.fields)); err != nil {
				t.Fatal(err)
			}
			if sent, err := d.Store.Delivery(d.Ctx, c.ID); err != nil || string(sent.Completion.Result) != tt.want {
				t.Errorf("sent %s, %v, want %s", sent.Completion.Result, err, tt.want)
			}
		})
	}
}

// TestForm_Faults: what is wrong with the answer is said with its place, and nothing is recorded;
// rejecting needs no valid form.
func TestForm_Faults(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(withForm(`{"quantity":40}`, ""))
	for typed, want := range map[string]string{
		"64":  "answer/quantity: Quantity: at most 60",
		"0.5": "answer/quantity: Quantity: a whole number, not a number",
		"x":   "answer/quantity: Quantity: a number, written in digits, as 12 or 0.5",
		"":    "answer/quantity: Quantity: is missing",
	} {
		choice := filledIn(map[string]string{"/quantity": typed})
		if _, err := d.Choose(desktest.Mara, c.ID, choice); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", typed, err, want)
		}
		_, err := d.Service.Sign(d.Ctx, desktest.Mara, c.ID, choice, "seen")
		if faults, ok := errors.AsType[fault.List](err); !ok || faults[0].Pointer != "answer/quantity" {
			t.Errorf("%q is signed without a preview: got %v", typed, err)
		}
		previews, err := d.Service.PreviewAll(d.Ctx, desktest.Mara, c.ID, choice, "")
		if err != nil || len(previews[0].Faults) != 1 || len(previews[1].Faults) != 0 || previews[0].Filling.Near("/quantity").Text != typed {
			t.Errorf("%q: the page shows %+v, %v", typed, previews, err)
		}
	}
	wrong := filledIn(map[string]string{"/quantity": "64"})
	wrong.Outcome, wrong.Comment = "reject", "No."
	if got, err := d.Choose(desktest.Mara, c.ID, wrong); err != nil || got.State != callbacks.Decided {
		t.Errorf("rejecting with a wrong form: got %v, %v", got.State, err)
	}
}

// TestForm_Signatures: an edit is another proposal. Signatures for the same answer add up, whatever
// the desk writes into it for each.
func TestForm_Signatures(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(withForm(`{"quantity":40}`, ""))
	require(d, c.ID, asks(2))
	proposed, edited := filledIn(nil), filledIn(map[string]string{"/quantity": "36"})
	for _, signed := range []struct {
		by     callbacks.Person
		choice callbacks.Choice
	}{{desktest.Mara, proposed}, {desktest.Dana, edited}} {
		if got, err := d.Choose(signed.by, c.ID, signed.choice); err != nil || got.State != callbacks.Pending {
			t.Fatalf("got %+v, %v", got, err)
		}
	}
	sheet, err := d.Service.Sheet(d.Ctx, desktest.Mara, c.ID)
	if err != nil || len(sheet.Standing.Tallies) != 2 || sheet.Standing.Leading().Has != 1 {
		t.Fatalf("got %+v, %v", sheet.Standing, err)
	}
	entries := storetest.Audit(t, d.Store, desk.AuditQuery{Callback: c.ID, Action: callbacks.ActionSigned})
	if got := entries[0].Facts.Changes; len(got) != 1 || got[0].Title != "Quantity" || got[0].New != "36" || len(entries[1].Facts.Changes) != 0 {
		t.Errorf("the audit has %+v and %+v", got, entries[1].Facts.Changes)
	}
	var answer string
	for _, s := range sheet.Signatures {
		if s.By.ID == desktest.Dana.ID {
			answer = s.Answer.Document
		}
	}
	third := desktest.Reviewer("otto", "finance-approvers")
	same := filledIn(map[string]string{"#json": answer})
	decided, err := d.Choose(third, c.ID, same)
	if err != nil || decided.State != callbacks.Decided {
		t.Fatalf("Dana's answer signed by another: got %+v, %v", decided, err)
	}
	sent, err := d.Store.Delivery(d.Ctx, c.ID)
	if want := `{"quantity":36,"by":"` + third.Email + `","at":`; err != nil || !strings.HasPrefix(string(sent.Completion.Result), want) {
		t.Errorf("sent %s, %v, want %s", sent.Completion.Result, err, want)
	}
	decision := storetest.Audit(t, d.Store, desk.AuditQuery{Callback: c.ID, Action: callbacks.ActionDecided})
	if got := decision[0].Facts.Changes; len(got) != 1 || got[0].New != "36" {
		t.Errorf("the decision has the changes %+v", got)
	}
}

// TestForm_UnsentAnswer: an answer that differs in what no template sends is another proposal, and
// signing it is no second press for the first.
func TestForm_UnsentAnswer(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(withForm(`{"quantity":40}`, `"{{answer/quantity}}"`))
	require(d, c.ID, asks(2))
	noted := filledIn(map[string]string{"/note": "At the back door."})
	for _, choice := range []callbacks.Choice{filledIn(nil), noted} {
		if _, err := d.Choose(desktest.Mara, c.ID, choice); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Choose(desktest.Mara, c.ID, noted); !errors.Is(err, desk.ErrSignedAlready) {
		t.Errorf("pressed twice: %v", err)
	}
	sheet, err := d.Service.Sheet(d.Ctx, desktest.Mara, c.ID)
	if err != nil || len(sheet.Signatures) != 2 || !strings.Contains(sheet.Signatures[1].Answer.Document, "back door") ||
		sheet.Standing.Leading().Proposal != sheet.Signatures[1].Proposal {
		t.Errorf("signed are %+v (%v)", sheet.Signatures, err)
	}
}

// TestForm_Refused has what makes a form unusable, at its place in the announcement.
func TestForm_Refused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for name, tt := range map[string]struct{ schema, value, payload, want string }{
		"Loads":       {`{"$ref":"https://example.com/x"}`, ``, ``, "/outcomes/0/form/$ref: leads out of the schema"},
		"Type":        {`{"properties":{"a":{"type":"text"}}}`, ``, ``, "/outcomes/0/form/properties/a/type: is not one of the choices"},
		"Secret":      {`{"properties":{"a":{"type":"array","items":{"type":"string","format":"password"}}}}`, ``, ``, "/outcomes/0/form/properties/a/items: a list of lists, of secrets"},
		"Long":        {`{"title":"` + strings.Repeat("a", 64<<10) + `"}`, ``, ``, "/outcomes/0/form: at most 65536 bytes"},
		"LongValue":   {`{}`, `"` + strings.Repeat("a", 64<<10) + `"`, ``, "/outcomes/0/value: at most 65536 bytes"},
		"Twice":       {`{}`, `{"a":1,"a":2}`, ``, "/outcomes/0/value: Line 1, column 8: this name stands twice"},
		"NoForm":      {``, `1`, `{}`, "/outcomes/0/value: a value is what a form starts from"},
		"Unused":      {`{}`, ``, `{"a":1}`, "/outcomes/0/form: no template uses the answer"},
		"InText":      {`{}`, ``, `{"a":"is {{answer}}","b":"{{answer}}"}`, "/outcomes/0/payload: \"{{answer}}\" stands for a JSON value"},
		"NoSuchPart":  {orderForm, `{"quantity":1}`, `{"a":"{{answer/quantiti}}"}`, "/outcomes/0/payload: {{answer/quantiti}} leads to nothing"},
		"InANumber":   {orderForm, `{"quantity":1}`, `{"a":"{{answer/quantity/x}}"}`, "/outcomes/0/payload: {{answer/quantity/x}} leads to nothing"},
		"WithoutForm": {``, ``, `{"a":"{{answer}}"}`, "/outcomes/0/payload: {{answer}} is about the answer to a form"},
	} {
		a := announcement.Announcement{CallbackID: "YWJj", Queue: "finance", Requester: "Ines Calloway <ines@harborline.example>"}
		withForm(tt.value, tt.payload)(&a)
		a.Forms["approve"] = announcement.Form{Schema: json.RawMessage(tt.schema), Value: json.RawMessage(tt.value)}
		_, err := d.Service.Receive(d.Ctx, desk.Source{Name: "expenses"}, "", a)
		if faults, ok := errors.AsType[fault.List](err); !ok || !strings.HasPrefix(faults[0].Pointer+": "+faults[0].Detail, tt.want) {
			t.Errorf("%s: got %v, want %s", name, err, tt.want)
		}
	}
}

// TestForm_SignedByName: the answer of somebody else is signed with its own bytes.
func TestForm_SignedByName(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(withForm("{\r\n \"quantity\":40}", `"{{answer/quantity}}"`))
	require(d, c.ID, asks(2))
	if _, err := d.Choose(desktest.Mara, c.ID, filledIn(map[string]string{"/quantity": "36"})); err != nil {
		t.Fatal(err)
	}
	sheet, err := d.Service.Sheet(d.Ctx, desktest.Dana, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	same := filledIn(map[string]string{"#signed": sheet.SignedAs[sheet.Signatures[0].Proposal]})
	if got, err := d.Choose(desktest.Dana, c.ID, same); err != nil || got.State != callbacks.Decided {
		t.Errorf("got %+v, %v", got.State, err)
	}
}
