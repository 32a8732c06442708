package desk_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/desktest"
	"countersign/internal/fault"
	"countersign/internal/mask"
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

// TestDecode: a payload is decoded for each person who looks, and kept as it arrived.
func TestDecode(t *testing.T) {
	t.Parallel()
	d, decoder := encoding(t)
	const payload = `{"total":  1.50}`
	arrived, _ := json.Marshal(reversed([]byte(payload)))
	c := d.Announce(func(a *announcement.Announcement) { a.Payload = arrived })
	sheet, err := d.Service.Sheet(d.Ctx, desktest.Mara, c.ID)
	if err != nil || string(sheet.Content.Payload) != payload || sheet.Content.Undecoded != "" {
		t.Errorf("the page shows %s, %q (%v)", sheet.Content.Payload, sheet.Content.Undecoded, err)
	}
	if _, content, err := d.Service.Content(d.Ctx, desktest.Dana, c.ID); err != nil || string(content.Payload) != payload {
		t.Errorf("the whole payload is %s (%v)", content.Payload, err)
	}
	if people := strings.Join(decoder.People(), ","); people != desktest.Mara.Name+","+desktest.Dana.Name {
		t.Errorf("decoded for %s", people)
	}
	if kept, err := d.Store.Content(d.Ctx, c.ID); err != nil || string(kept.Payload) != string(arrived) {
		t.Errorf("kept %s (%v)", kept.Payload, err)
	}
	decoder.Fail("Ask the vault team.")
	sheet, err = d.Service.Sheet(d.Ctx, desktest.Mara, c.ID)
	if err != nil || string(sheet.Content.Payload) != string(arrived) || sheet.Content.Undecoded != "Ask the vault team." {
		t.Errorf("without the decoder: %s, %q (%v)", sheet.Content.Payload, sheet.Content.Undecoded, err)
	}
}

// TestDecode_MasksHold: while a payload cannot be decoded, nobody can tell which values are masked,
// so pages show nothing of what would be sent or what the execution says.
func TestDecode_MasksHold(t *testing.T) {
	t.Parallel()
	for name, lost := range map[string]func(*testDesk, *desktest.Reversal){
		"Silent":  func(_ *testDesk, decoder *desktest.Reversal) { decoder.Fail("Ask the vault team.") },
		"Removed": func(d *testDesk, _ *desktest.Reversal) { d.serve(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, decoder := encoding(t)
			arrived, _ := json.Marshal(reversed([]byte(`{"iban":"DE02canary"}`)))
			c := d.Announce(func(a *announcement.Announcement) {
				a.Payload, a.Masked = arrived, []string{"/iban"}
				a.Outcomes = []callbacks.Outcome{
					{Name: "pay", Label: "Pay", Kind: callbacks.Success, Payload: json.RawMessage(`{"to":"DE02canary"}`)},
				}
			})
			lost(d, decoder)
			sheet, err := d.Service.Sheet(d.Ctx, desktest.Mara, c.ID)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(sheet.Content.Payload); got != mask.Literal || sheet.Content.Undecoded == "" {
				t.Errorf("the payload is shown as %s, %q", got, sheet.Content.Undecoded)
			}
			if _, content, err := d.Service.Content(d.Ctx, desktest.Mara, c.ID); err != nil || string(content.Payload) != mask.Literal {
				t.Errorf("the whole payload is %s (%v)", content.Payload, err)
			}
			onPage, err := d.Service.Previews(d.Ctx, desktest.Mara, &sheet, callbacks.Choice{})
			if err != nil || string(onPage[0].Shown) != mask.Literal {
				t.Errorf("the page shows %q (%v)", onPage[0].Shown, err)
			}
			shown, err := d.Service.Preview(d.Ctx, desktest.Mara, c.ID, callbacks.Choice{Outcome: "pay"})
			if err != nil || string(shown.Shown) != mask.Literal {
				t.Errorf("the preview shows %q (%v)", shown.Shown, err)
			}
		})
	}
}

// TestDecode_NoDecoderAnyMore: what arrived encoded as an object looks like any other once its function
// has no codec, and its masked values are still not shown. What arrived in the clear is as it was.
func TestDecode_NoDecoderAnyMore(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		codec bool
		want  string
	}{"Encoded": {true, mask.Literal}, "Clear": {false, `{"to":"DE02canary"}`}} {
		d, _ := encoding(t)
		if !tt.codec {
			d.serve(nil)
		}
		c := d.Announce(func(a *announcement.Announcement) {
			a.Payload, a.Masked = json.RawMessage(`{"sealed":"yranac20ED"}`), []string{"/iban"}
			a.Outcomes = []callbacks.Outcome{
				{Name: "pay", Label: "Pay", Kind: callbacks.Success, Payload: json.RawMessage(`{"to":"DE02canary"}`)},
			}
		})
		d.serve(nil)
		sheet, err := d.Service.Sheet(d.Ctx, desktest.Mara, c.ID)
		if err != nil || tt.codec != strings.Contains(sheet.Content.Undecoded, "names none now") {
			t.Errorf("%s: the page says %q (%v)", name, sheet.Content.Undecoded, err)
		}
		shown, err := d.Service.Preview(d.Ctx, desktest.Mara, c.ID, callbacks.Choice{Outcome: "pay"})
		got := shown.Shown
		if got == nil {
			got = shown.Completion.Result
		}
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: the preview shows %s (%v)", name, got, err)
		}
	}
}

// TestDecode_asksRarely: while somebody types, previews of a request with masked values do not ask the
// decoder again. Somebody who looks at many requests waits, and others do not.
func TestDecode_asksRarely(t *testing.T) {
	t.Parallel()
	d, decoder := encoding(t)
	arrived, _ := json.Marshal(reversed([]byte(`{"iban":"DE02canary"}`)))
	c := d.Announce(func(a *announcement.Announcement) {
		a.Payload, a.Masked = arrived, []string{"/iban"}
		a.Outcomes = []callbacks.Outcome{
			{Name: "pay", Label: "Pay", Kind: callbacks.Success, Payload: json.RawMessage(`{"to":"DE02canary"}`)},
		}
	})
	look := func(p callbacks.Person) desk.Sheet {
		t.Helper()
		sheet, err := d.Service.Sheet(d.Ctx, p, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		return sheet
	}
	look(desktest.Mara)
	for range 30 {
		shown, err := d.Service.PreviewAll(d.Ctx, desktest.Mara, c.ID, callbacks.Choice{})
		if err != nil || string(shown[0].Shown) != `{"to":"••••••"}` {
			t.Fatalf("shown is %s (%v)", shown[0].Shown, err)
		}
	}
	if asked := len(decoder.People()); asked != 1 {
		t.Errorf("the decoder was asked %d times, want once for the page", asked)
	}
	for range 80 {
		look(desktest.Mara)
	}
	if asked := len(decoder.People()); asked != 60 {
		t.Errorf("the decoder was asked %d times in a moment, want 60", asked)
	}
	if sheet := look(desktest.Mara); !strings.Contains(sheet.Content.Undecoded, "Wait a moment") {
		t.Errorf("the page says %q", sheet.Content.Undecoded)
	}
	if sheet := look(desktest.Dana); sheet.Content.Undecoded != "" {
		t.Errorf("somebody else reads %q", sheet.Content.Undecoded)
	}
	d.Clock.Advance(time.Second)
	if sheet := look(desktest.Mara); sheet.Content.Undecoded != "" {
		t.Errorf("a second later: %q", sheet.Content.Undecoded)
	}
	d.Clock.Advance(desk.PreviewAge)
	before := len(decoder.People())
	if _, err := d.Service.PreviewAll(d.Ctx, desktest.Dana, c.ID, callbacks.Choice{}); err != nil || len(decoder.People()) != before+1 {
		t.Errorf("the cover is used for longer than a preview counts (%v)", err)
	}
}

// TestDecode_template: what a template made is in the clear, and the decoder never gets it. The input
// as it arrived is decoded.
func TestDecode_template(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ payload, want string }{
		"Made":      {`{"seen":"{{input}}"}`, `{"seen":"}1:\"latot\"{"}`},
		"Default":   {``, `{"total":1}`},
		"TheInput":  {`"{{input}}"`, `{"total":1}`},
		"LeftOut":   {`"{{input/total}}"`, ``},
		"PartsOnly": {`{"total":"{{input/total}}"}`, `{}`},
	} {
		d, decoder := encoding(t)
		c := d.found(announcement.Template{Payload: json.RawMessage(tt.payload)}, `"}1:\"latot\"{"`)
		sheet, err := d.Service.Sheet(d.Ctx, desktest.Mara, c.ID)
		if err != nil || string(sheet.Content.Payload) != tt.want || !sheet.Content.Template.Decodes {
			t.Errorf("%s: the page shows %s, %+v (%v)", name, sheet.Content.Payload, sheet.Content.Template, err)
		}
		if _, content, err := d.Service.Content(d.Ctx, desktest.Mara, c.ID); err != nil || string(content.Payload) != tt.want {
			t.Errorf("%s: the whole payload is %s (%v)", name, content.Payload, err)
		}
		if asked, made := len(decoder.People()) > 0, name != "Default" && name != "TheInput"; asked == made {
			t.Errorf("%s: the decoder was asked: %t", name, asked)
		}
	}
}

// found records a callback of the function that encodes, as discovery does with a template.
func (d *testDesk) found(template announcement.Template, input string) callbacks.Callback {
	d.T.Helper()
	a := announcement.Announcement{
		CallbackID: "Zm91bmQ=", Queue: "finance", Function: encodes, Payload: json.RawMessage(input),
	}
	c, content, err := template.Make(d.Ctx, a, a.Payload, desktest.Queues, nil, d.Clock.Now())
	if err != nil {
		d.T.Fatal(err)
	}
	receipt, err := d.Store.Receive(d.Ctx, callbacks.Message{}, c, content, callbacks.Unannounced, desktest.Queues.Bind, c.Discovered(callbacks.System("discovery")))
	if err != nil {
		d.T.Fatal(err)
	}
	return receipt.Callback
}
