package desk_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/desktest"
	"countersign/internal/fault"
	"countersign/internal/schema"
)

const encodes = "expense-approval"

// encoding is a desk whose results for one function are encoded, and the encoder of that function.
func encoding(t *testing.T) (*testDesk, *desktest.Reversal) {
	t.Helper()
	d, encoder := newDesk(t), &desktest.Reversal{}
	d.serve(map[string]desk.Codec{encodes: encoder.Codec()})
	return d, encoder
}

// serve gives the desk a service with other codecs, and returns it.
func (d *testDesk) serve(codecs map[string]desk.Codec) *desk.Service {
	d.Service = desk.NewService(desk.ServiceConfig{
		Store: d.Store, Queues: desktest.Queues, Invalidator: d.Invalidations, ReviewLimits: callbacks.DefaultReviewLimits, Now: d.Clock.Now,
		Codecs: codecs, Forms: schema.NewCompiler(), SeenKeys: desktest.SeenKeys,
	})
	return d.Service
}

func reversed(text []byte) string {
	text = slices.Clone(text)
	slices.Reverse(text)
	return string(text)
}

// TestEncode: what was shown is what is encoded, and what went out is on record.
func TestEncode(t *testing.T) {
	t.Parallel()
	d, encoder := encoding(t)
	c := d.Announce(nil)
	shown, err := d.Service.Preview(d.Ctx, desktest.Mara, c.ID, callbacks.Choice{Outcome: "approve"})
	if err != nil || shown.Encoding != "written backwards" {
		t.Fatalf("the page says %q (%v)", shown.Encoding, err)
	}
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.Deliver()
	sent := d.Lambda.Sent()[0]
	if reversed(sent.Result) != string(shown.Completion.Result) {
		t.Errorf("sent %s, want %s backwards", sent.Result, shown.Completion.Result)
	}
	if got := d.WantState(c.ID, callbacks.Completed); got.Decision.SHA256 != sent.SHA256() || got.Decision.Size != len(sent.Result) {
		t.Error("the record has another hash or size than that of what was sent")
	}
	if people := encoder.People(); !slices.Equal(people, []string{desktest.Mara.Name}) {
		t.Errorf("encoded for %v", people)
	}
}

// TestEncode_onlyWhatIsSent: a signature that waits for others encodes nothing.
func TestEncode_onlyWhatIsSent(t *testing.T) {
	t.Parallel()
	d, encoder := encoding(t)
	c := d.Announce(nil)
	require(d, c.ID, asks(2))
	for want, p := range []callbacks.Person{desktest.Mara, desktest.Dana} {
		d.MustDecide(p, c.ID, "approve", "")
		if n := len(encoder.People()); n != want {
			t.Errorf("encoded %d times after the signature of %s, want %d", n, p.Name, want)
		}
	}
	d.WantState(c.ID, callbacks.Decided)
}

// TestEncode_fails: an encoder that fails refuses a result with its own words, before anything is
// recorded. A failure goes out all the same, and in the clear.
func TestEncode_fails(t *testing.T) {
	t.Parallel()
	d, encoder := encoding(t)
	c, other := d.Announce(nil), d.Announce(named("c2Vjb25k"))
	encoder.Fail("The vault is closed.")
	_, err := d.Decide(desktest.Mara, c.ID, "approve", "")
	if failed, ok := errors.AsType[*desk.CodecError](err); !ok || failed.Words != "The vault is closed." {
		t.Errorf("got %v, want the words", err)
	}
	if d.WantState(c.ID, callbacks.Pending).SignatureCount != 0 {
		t.Error("a signature was recorded")
	}
	d.MustDecide(desktest.Mara, other.ID, "reject", "No receipt.")
	d.Deliver()
	if sent := d.Lambda.Sent()[0]; sent.Error.ErrorMessage != "No receipt." {
		t.Errorf("sent %+v", sent)
	}
	encoder.Fail("")
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.WantState(c.ID, callbacks.Decided)
}

// TestEncode_nameCannotTurnItOff: the ARN names the function, whatever the sender says.
func TestEncode_nameCannotTurnItOff(t *testing.T) {
	t.Parallel()
	d, _ := encoding(t)
	c := d.Announce(func(a *announcement.Announcement) { a.Function = "another" })
	if shown, err := d.Service.Preview(d.Ctx, desktest.Mara, c.ID, callbacks.Choice{Outcome: "approve"}); err != nil || shown.Encoding == "" {
		t.Errorf("the page says %q (%v)", shown.Encoding, err)
	}
}

// TestEncode_onlyAsThePageSaid: what a page said of the encoding holds for the decision, if the
// configuration changes in between.
func TestEncode_onlyAsThePageSaid(t *testing.T) {
	t.Parallel()
	for name, taken := range map[string]bool{"CodecTakenAway": true, "CodecGiven": false} {
		d, _ := encoding(t)
		before := d.Service
		after := d.serve(nil)
		c := d.Announce(nil)
		if !taken {
			before, after = after, before
		}
		choice := callbacks.Choice{Outcome: "approve", Sends: true}
		shown, err := before.Preview(d.Ctx, desktest.Mara, c.ID, choice)
		if err != nil {
			t.Fatal(err)
		}
		choice.PreparedAt = shown.PreparedAt
		if _, err := after.Sign(d.Ctx, desktest.Mara, c.ID, choice, shown.Seen); !errors.Is(err, callbacks.ErrStale) {
			t.Errorf("%s: got %v, want ErrStale", name, err)
		}
		d.WantState(c.ID, callbacks.Pending)
		if _, err := before.Sign(d.Ctx, desktest.Mara, c.ID, choice, shown.Seen); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := after.Sign(d.Ctx, desktest.Mara, c.ID, choice, shown.Seen); !errors.Is(err, desk.ErrSignedAlready) {
			t.Errorf("%s: the second press gives %v", name, err)
		}
	}
}

// TestEncode_addressee: where any function has a codec, an announcement says which function waits.
func TestEncode_addressee(t *testing.T) {
	t.Parallel()
	d, _ := encoding(t)
	nameless := func(function string) error {
		_, err := d.Service.Receive(d.Ctx, desk.Source{Name: "expenses"}, "", announcement.Announcement{
			CallbackID: "bm8gbmFtZQ==", Title: "Whose?", Queue: "legal", Function: function,
		})
		return err
	}
	for _, function := range []string{"", "the " + encodes, encodes + ":", "https://a.example/" + encodes} {
		err := nameless(function)
		if faults, ok := errors.AsType[fault.List](err); !ok || faults[0].Pointer != "/function" {
			t.Errorf("%q: got %v, want a fault at /function", function, err)
		}
	}
	const account = "123456789012:function:"
	for i, function := range []string{
		encodes, encodes + ":live", encodes + ":$LATEST", account + encodes, "arn:aws:lambda:eu-central-1:" + account + encodes + ":7",
	} {
		unbound := d.Announce(func(a *announcement.Announcement) {
			a.CallbackID, a.ExecutionARN, a.Function = fmt.Sprintf("dW5ib3VuZA%d=", i), "", function
		})
		_, err := d.Decide(desktest.Mara, unbound.ID, "approve", "")
		if _, ok := errors.AsType[fault.List](err); !ok {
			t.Errorf("%s: got %v, want a fault: nothing can be bound to no execution", function, err)
		}
		d.WantState(unbound.ID, callbacks.Pending)
	}
	d.serve(nil)
	if err := nameless(""); err != nil {
		t.Errorf("without codecs: %v", err)
	}
}

// TestText: bare text is the string that a template makes, and everything else as it is.
func TestText(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.serve(map[string]desk.Codec{encodes: {Text: true}})
	c := d.Announce(func(a *announcement.Announcement) {
		a.Outcomes = []callbacks.Outcome{
			{Name: "text", Label: "Text", Kind: callbacks.Success, Payload: json.RawMessage(`"by \"{{reviewer.name}}\": {{comment}}"`)},
			{Name: "object", Label: "Object", Kind: callbacks.Success, Payload: json.RawMessage(`{"why": "{{comment}}"}`)},
			{Name: "no", Label: "No", Kind: callbacks.Failure, ErrorType: "No", ErrorMessage: "{{comment}}", ErrorData: json.RawMessage(`"{{comment}}"`)},
		}
	})
	for outcome, want := range map[string]string{
		"text":   `by "` + desktest.Mara.Name + "\": as \"agreed\"\n<now>",
		"object": `{"why": "as \"agreed\"\n<now>"}`,
		"no":     `{"ErrorType":"No","ErrorMessage":"as \"agreed\"\n\u003cnow\u003e","ErrorData":"\"as \\\"agreed\\\"\\n\u003cnow\u003e\""}`,
	} {
		shown, err := d.Service.Preview(d.Ctx, desktest.Mara, c.ID, callbacks.Choice{Outcome: outcome, Comment: "as \"agreed\"\n<now>"})
		if got := string(shown.Completion.Body()); err != nil || got != want || shown.Encoding != "" {
			t.Errorf("%s: %s (%v), want %s", outcome, got, err, want)
		}
	}
	d.MustDecide(desktest.Mara, c.ID, "text", "as agreed")
	d.Deliver()
	if sent := string(d.Lambda.Sent()[0].Result); sent != `by "`+desktest.Mara.Name+`": as agreed` {
		t.Errorf("sent %s", sent)
	}
}
