package desk_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/announcement"
	"countersign/internal/answers"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/desktest"
	"countersign/internal/fault"
)

// inLegal puts an announcement into the queue that takes answers.
func inLegal(a *announcement.Announcement) { a.Queue = "legal" }

// result is the choice of a free result.
func result(format answers.Format, text string) callbacks.Choice {
	return callbacks.Choice{Outcome: callbacks.OutcomeResult, Answer: callbacks.Answer{Format: format, Result: text}}
}

// failure is the choice of a free failure.
func failure(kind, message, data string) callbacks.Choice {
	return callbacks.Choice{Outcome: callbacks.OutcomeFailure, Comment: "For the record.", Answer: callbacks.Answer{
		ErrorType: kind, ErrorMessage: message, ErrorData: data,
	}}
}

// TestAnswer_Bytes: what a reviewer writes is what Lambda receives, and the decision says of what
// kind it is.
func TestAnswer_Bytes(t *testing.T) {
	t.Parallel()
	asText := func(text string) callbacks.Choice { return result(answers.Text, text) }
	asJSON := func(text string) callbacks.Choice { return result(answers.JSON, text) }
	for name, tt := range map[string]struct {
		choice      callbacks.Choice
		want, label string
	}{
		"Number":     {asJSON(`42`), `42`, "Send result"},
		"Exponent":   {asJSON(`1e2`), `1e2`, "Send result"},
		"Zeros":      {asJSON(`0.10`), `0.10`, "Send result"},
		"Beyond64":   {asJSON(`9223372036854775808`), `9223372036854775808`, "Send result"},
		"Order":      {asJSON(`{"b":1, "a" : [ ] }`), `{"b":1, "a" : [ ] }`, "Send result"},
		"Lines":      {asJSON("{\r\n  \"a\": \"\\u00e9<&\"\r\n}\r\n"), "{\n  \"a\": \"\\u00e9<&\"\n}\n", "Send result"},
		"String":     {asJSON(`"yes"`), `"yes"`, "Send result"},
		"Braces":     {asJSON(`"{{comment}}"`), `"{{comment}}"`, "Send result"},
		"Text":       {asText(" yes\r\nno\x00 "), " yes\nno\x00 ", "Send text"},
		"NotJSON":    {asText(`{"a":`), `{"a":`, "Send text"},
		"Empty":      {result(answers.Empty, "left over"), "", "Send empty result"},
		"Failure":    {failure(" ApprovalDenied ", "No,\r\nnot yet", `{"at":1e2}`), `{"ErrorType":"ApprovalDenied","ErrorMessage":"No,\nnot yet","ErrorData":"{\"at\":1e2}"}`, "Fail"},
		"NoData":     {failure("No", "never", ""), `{"ErrorType":"No","ErrorMessage":"never"}`, "Fail"},
		"AlmostLong": {asText(strings.Repeat("x", answers.MaxBytes)), strings.Repeat("x", answers.MaxBytes), "Send text"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			c := d.Announce(inLegal)
			decided, err := d.Choose(desktest.Mara, c.ID, tt.choice)
			if err != nil {
				t.Fatal(err)
			}
			sent, err := d.Store.Delivery(d.Ctx, c.ID)
			if err != nil || string(sent.Completion.Body()) != tt.want || decided.Decision.SHA256 != sent.Completion.SHA256() {
				t.Errorf("sent %q, %v; want %q", sent.Completion.Body(), err, tt.want)
			}
			if decided.Decision.Label != tt.label || decided.Decision.Size != len(tt.want) {
				t.Errorf("decided %+v, want %q", decided.Decision, tt.label)
			}
		})
	}
}

// TestAnswer_Faults: what cannot be sent is refused at its place, and nothing is recorded.
func TestAnswer_Faults(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", answers.MaxBytes/2) + "é"
	d := newDesk(t)
	c := d.Announce(inLegal)
	for name, tt := range map[string]struct {
		choice callbacks.Choice
		want   string
	}{
		"NoFormat":   {result("", "1"), "result: Say how the result is written: as JSON, as text, or empty."},
		"NoJSON":     {result(answers.JSON, " \n"), "result: Write the result as JSON: a number, text in double quotes, true, false, null, {…} or […]."},
		"Syntax":     {result(answers.JSON, "{\r\n \"a\": 1,\r\n \"a\": 2}"), "result: Line 3, column 2: this name stands twice in its object."},
		"NoText":     {result(answers.Text, ""), "result: Write the text, or choose to send nothing."},
		"TextBytes":  {result(answers.Text, "\xff"), "result: This holds bytes that are not text in UTF-8."},
		"LongJSON":   {result(answers.JSON, long), "result: At most 65536 bytes, this has 65538."},
		"NoType":     {failure("\u200b", "no", ""), "errorType: Write the error's type: functions tell errors apart by it."},
		"TwoLines":   {failure("a\nb", "no", ""), "errorType: The type is one line of text."},
		"LongType":   {failure(strings.Repeat("é", 257), "no", ""), "errorType: At most 256 characters, this has 257."},
		"NoMessage":  {failure("No", " ", ""), "errorMessage: Write a message: whoever reads the execution sees it."},
		"Messages":   {failure("No", "a\xff", ""), "errorMessage: This holds bytes that are not text in UTF-8."},
		"LongOne":    {failure("No", long[:8194], ""), "errorMessage: At most 8192 bytes, this has 8194."},
		"LongData":   {failure("No", "no", long), "errorData: At most 65536 bytes, this has 65538."},
		"DataBytes":  {failure("No", "no", "\xff"), "errorData: This holds bytes that are not text in UTF-8."},
		"Everything": {failure("", "", ""), "2 fields are not valid, first errorType: Write the error's type: functions tell errors apart by it."},
	} {
		_, err := d.Choose(desktest.Mara, c.ID, tt.choice)
		if faults, ok := errors.AsType[fault.List](err); !ok || faults.Error() != tt.want {
			t.Errorf("%s: got %v, want %s", name, err, tt.want)
		}
	}
	if got := d.Get(c.ID); got.Revision != c.Revision {
		t.Errorf("something was recorded: %+v", got)
	}
}

// TestAnswer_Previews: a page shows what each outcome would send; an answer that is not there yet
// hides no other, and its preview still says what a signature for it would do.
func TestAnswer_Previews(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(inLegal)
	require(d, c.ID, asks(2))
	_, shown := sheetOf(d, t, desktest.Mara, c.ID)
	if len(shown) != 4 || len(shown["approve"].Faults) > 0 || shown[callbacks.OutcomeResult].Faults[0].Pointer != answers.FieldResult {
		t.Errorf("got %+v", shown)
	}
	if result, fail := shown[callbacks.OutcomeResult], shown[callbacks.OutcomeFailure]; result.Sends || !result.Why.Can() || result.Tally.Needs != 2 || !fail.Sends {
		t.Errorf("got %+v and %+v", result, fail)
	}
}

// TestAnswer_Offered: a queue says which callbacks take an answer, and one that does not say takes
// none.
func TestAnswer_Offered(t *testing.T) {
	t.Parallel()
	for free, want := range map[callbacks.Free][2]bool{
		callbacks.FreeFound: {true, false}, callbacks.FreeAlways: {true, true}, callbacks.FreeNever: {}, "": {},
	} {
		queues := callbacks.Queues{"legal": {Name: "legal", Free: free}}
		for i, source := range []string{callbacks.SourceDiscovery, "expenses"} {
			c := callbacks.Callback{Request: callbacks.Request{Queue: "legal", Source: source, Outcomes: callbacks.DefaultOutcomes(callbacks.Failure)}}
			if got := slices.ContainsFunc(queues.Offers(&c), callbacks.Outcome.Free); got != want[i] {
				t.Errorf("%q offers a free answer to one of %s: %t", free, source, got)
			}
		}
	}
	d := newDesk(t)
	c := d.Announce(nil) // in finance, whose queue does not say
	if _, err := d.Choose(desktest.Mara, c.ID, result(answers.JSON, "1")); err == nil || err.Error() != "outcome: This request does not offer that outcome." {
		t.Errorf("got %v", err)
	}
}

// TestAnswer_Signatures: signatures for different answers never add up; the same answer does, and
// is kept for those who sign after.
func TestAnswer_Signatures(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(inLegal)
	require(d, c.ID, asks(2))
	one := result(answers.JSON, "1")
	for who, choice := range map[*callbacks.Person]callbacks.Choice{&desktest.Mara: one, &desktest.Dana: result(answers.JSON, "1.0")} {
		if got, err := d.Choose(*who, c.ID, choice); err != nil || got.State != callbacks.Pending {
			t.Fatalf("got %+v, %v", got, err)
		}
	}
	sheet, err := d.Service.Sheet(d.Ctx, desktest.Mara, c.ID)
	if err != nil || len(sheet.Standing.Tallies) != 2 || sheet.Standing.Leading().Has != 1 {
		t.Errorf("got %+v, %v", sheet.Standing, err)
	}
	signed := storetest.Audit(t, d.Store, desk.AuditQuery{Callback: c.ID, Action: callbacks.ActionSigned})
	if got := signed[0].Facts.Signature; got.Outcome != "Send result" || got.Stance != callbacks.For || got.Has != 1 || got.Needs != 2 {
		t.Errorf("the audit has %+v", got)
	}
	i := slices.IndexFunc(sheet.Signatures, func(s callbacks.Signature) bool { return s.By.ID == desktest.Mara.ID })
	kept := callbacks.Choice{Outcome: sheet.Signatures[i].Outcome, Answer: sheet.Signatures[i].Answer}
	if kept.Outcome != one.Outcome || kept.Answer != one.Answer {
		t.Errorf("Mara's is kept as %+v", kept)
	}
	third := desktest.Reviewer("ines", "finance-approvers")
	decided, err := d.Choose(third, c.ID, kept)
	if err != nil || decided.State != callbacks.Decided || decided.Decision.By != third.Actor() {
		t.Fatalf("got %+v, %v", decided, err)
	}
	if sent, err := d.Store.Delivery(d.Ctx, c.ID); err != nil || string(sent.Completion.Result) != "1" {
		t.Errorf("sent %+v, %v", sent.Completion, err)
	}
}

// TestAnswer_Stale: the hash of what was seen binds the answer.
func TestAnswer_Stale(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(inLegal)
	choice := result(answers.JSON, "1")
	shown, err := d.Service.Preview(d.Ctx, desktest.Mara, c.ID, choice)
	if err != nil {
		t.Fatal(err)
	}
	choice.PreparedAt, choice.Sends, choice.Answer.Result = shown.PreparedAt, true, "2"
	if _, err := d.Service.Sign(d.Ctx, desktest.Mara, c.ID, choice, shown.Seen); !errors.Is(err, callbacks.ErrStale) {
		t.Errorf("another answer than the one seen: %v", err)
	}
	choice.Answer.Result = "1"
	if _, err := d.Service.Sign(d.Ctx, desktest.Mara, c.ID, choice, shown.Seen); err != nil {
		t.Fatal(err)
	}
}

// noting is an encoder that keeps what it was given.
type noting struct {
	desktest.Reversal
	got []callbacks.Completion
}

func (n *noting) Encode(_ context.Context, _ callbacks.Target, _ callbacks.Person, result callbacks.Completion) ([]byte, error) {
	n.got = append(n.got, result)
	return []byte("encoded"), nil
}

// TestAnswer_encoded: an encoder learns what is text, because a reviewer's 42 may be either. For no
// result it is not asked, and the page says that nothing goes out.
func TestAnswer_encoded(t *testing.T) {
	t.Parallel()
	bare := callbacks.Choice{Outcome: "bare", Comment: `{"approved":true}`}
	for name, tt := range map[string]struct {
		choice callbacks.Choice
		want   []callbacks.Completion
		sent   string
	}{
		"Text":     {result(answers.Text, "42"), []callbacks.Completion{{Kind: callbacks.Success, Result: []byte("42"), Text: true}}, "encoded"},
		"JSON":     {result(answers.JSON, "42"), []callbacks.Completion{{Kind: callbacks.Success, Result: []byte("42")}}, "encoded"},
		"Template": {bare, []callbacks.Completion{{Kind: callbacks.Success, Result: []byte(bare.Comment), Text: true}}, "encoded"},
		"None":     {result(answers.Empty, ""), nil, ""},
	} {
		d, encoder := newDesk(t), &noting{}
		d.serve(map[string]desk.Codec{encodes: {Encoder: encoder}})
		c := d.Announce(func(a *announcement.Announcement) {
			a.Queue, a.Outcomes = "legal", []callbacks.Outcome{{
				Name: "bare", Label: "Bare", Kind: callbacks.Success, Encoding: callbacks.EncodingText, Payload: json.RawMessage(`"{{comment}}"`),
			}}
		})
		shown, err := d.Service.Preview(d.Ctx, desktest.Mara, c.ID, tt.choice)
		if err != nil || (shown.Encoding == "") != (tt.want == nil) {
			t.Errorf("%s: the page says %q (%v)", name, shown.Encoding, err)
		}
		if _, err := d.Choose(desktest.Mara, c.ID, tt.choice); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		sent, err := d.Store.Delivery(d.Ctx, c.ID)
		if diff := cmp.Diff(tt.want, encoder.got); diff != "" || err != nil || string(sent.Completion.Result) != tt.sent {
			t.Errorf("%s: sent %q (%v); encoded -want +got:\n%s", name, sent.Completion.Result, err, diff)
		}
	}
}
