package desk_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/desktest"
	"countersign/internal/mask"
)

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
		shown, err := d.Service.PreviewAll(d.Ctx, desktest.Mara, c.ID, callbacks.Choice{}, "")
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
	if _, err := d.Service.PreviewAll(d.Ctx, desktest.Dana, c.ID, callbacks.Choice{}, ""); err != nil || len(decoder.People()) != before+1 {
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

// TestDecode_templateThenAnnounced: a payload that a template made stays out of the decoder when its
// function announces the request without a payload.
func TestDecode_templateThenAnnounced(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		payload string
		want    string
		asked   bool
	}{"Made": {`"yes"`, `"yes"`, false}, "TheInput": {`"{{input}}"`, `{"total":1}`, true}} {
		d, decoder := encoding(t)
		c := d.found(announcement.Template{Payload: json.RawMessage(tt.payload)}, `"}1:\"latot\"{"`)
		announced := d.Announce(func(a *announcement.Announcement) { a.CallbackID, a.Payload = string(c.CallbackID), nil })
		sheet, err := d.Service.Sheet(d.Ctx, desktest.Mara, announced.ID)
		if err != nil || announced.ID != c.ID || announced.Found() || string(sheet.Content.Payload) != tt.want || len(decoder.People()) > 0 != tt.asked {
			t.Errorf("%s: the page shows %s, decoded for %v (%v)", name, sheet.Content.Payload, decoder.People(), err)
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
