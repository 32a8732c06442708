package handlers_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
)

// payroll is an announcement of the function whose results are encoded.
func payroll() announcement.Announcement {
	a := expense()
	a.Function, a.ExecutionARN = "payroll", strings.ReplaceAll(a.ExecutionARN, "expense-approval", "payroll")
	return a
}

// TestDecision_NotEncoded: while the codec of a function fails, the page says so in the codec's
// words, keeps what was typed, and a rejection works.
func TestDecision_NotEncoded(t *testing.T) {
	t.Parallel()
	s, codec := newEncodingSite(t)
	id, b := s.receive(payroll()).ID, s.as(rita)
	form := b.choose(id, "approve", "Seen and agreed.")
	codec.Fail("The vault <is> closed.")
	answer := b.decide(id, form)
	page := answer.document(t)
	if said := page.Find("#problem").Text(); answer.status != http.StatusServiceUnavailable || answer.header.Get("Retry-After") != "5" ||
		!strings.Contains(said, "The vault <is> closed. Nothing was recorded or sent") || !strings.Contains(said, "need no encoding") || page.Find("textarea#comment").Text() != "Seen and agreed." {
		t.Errorf("%d %v: %s", answer.status, answer.header, said)
	}
	if c, err := s.store.Get(t.Context(), id); err != nil || c.State != callbacks.Pending || c.SignatureCount != 0 {
		t.Errorf("recorded %+v (%v)", c, err)
	}
	a := payroll()
	a.CallbackID = "cmVqZWN0ZWQ="
	rejected := s.receive(a).ID
	if a := b.decide(rejected, b.choose(rejected, "reject", "No.")); a.status != http.StatusSeeOther {
		t.Errorf("a rejection: %d", a.status)
	}
	codec.Fail("")
	if a := b.decide(id, form); a.status != http.StatusSeeOther {
		t.Errorf("once it works: %d", a.status)
	}
}

// TestDecision_NothingEncoded: where every outcome is a success, none works while the codec fails, and the
// page does not say that one does.
func TestDecision_NothingEncoded(t *testing.T) {
	t.Parallel()
	s, codec := newEncodingSite(t)
	answering := s.queues["finance"]
	answering.RejectAs = callbacks.Success
	s.queues["finance"] = answering
	id, b := s.receive(payroll()).ID, s.as(rita)
	form := b.choose(id, "reject", "No.")
	codec.Fail("The vault is closed.")
	said := b.decide(id, form).document(t).Find("#problem").Text()
	if strings.Contains(said, "need no encoding") || !strings.Contains(said, "Nothing can be decided until encoding works again.") {
		t.Errorf("the page says %q", said)
	}
}

// TestReview_Undecoded: a payload that cannot be decoded is shown as it arrived, with the reason.
func TestReview_Undecoded(t *testing.T) {
	t.Parallel()
	s, codec := newEncodingSite(t)
	a := payroll()
	a.Payload = []byte(`"}1:\"latot\"{"`)
	id, b := s.receive(a).ID, s.as(rita)
	if page := b.get(id.Path()).document(t); !strings.Contains(page.Find("#payload-raw").Text(), `"total"`) || page.Find("#undecoded").Length() != 0 {
		t.Errorf("decoded: %s", page.Find("#payload").Text())
	}
	codec.Fail("Ask <b>the</b> vault team.")
	page := b.get(id.Path()).document(t)
	if note := page.Find("#undecoded").Text(); !strings.Contains(note, "Ask <b>the</b> vault team.") || !strings.Contains(page.Find("#payload-raw").Text(), "latot") {
		t.Errorf("%q: %s", note, page.Find("#payload").Text())
	}
}

// TestReview_UndecodedMasked: while a payload with masked values cannot be decoded, neither the
// page nor the download shows what arrived.
func TestReview_UndecodedMasked(t *testing.T) {
	t.Parallel()
	s, codec := newEncodingSite(t)
	a := payroll()
	a.Payload, a.Masked = []byte(`"}1:\"latot\"{"`), []string{"/total"}
	id, b := s.receive(a).ID, s.as(rita)
	codec.Fail("Ask the vault team.")
	page := b.get(id.Path()).document(t)
	if note := page.Find("#undecoded").Text(); !strings.Contains(note, "nothing of it is shown") || !strings.Contains(note, "Ask the vault team.") {
		t.Errorf("the page says %q", note)
	}
	for path, text := range map[string]string{"page": page.Text(), "download": b.get(id.Path() + "/payload").body} {
		if strings.Contains(text, "latot") {
			t.Errorf("the %s has what arrived: %s", path, text)
		}
	}
}

// TestReview_UndecodedForm: while a payload with masked values cannot be decoded, the form says why
// all that it proposes is masked. Once the codec works, it says nothing.
func TestReview_UndecodedForm(t *testing.T) {
	t.Parallel()
	s, codec := newEncodingSite(t)
	a := payroll()
	a.Payload, a.Masked = []byte(`"}1:\"latot\"{"`), []string{"/total"}
	a.Outcomes = []callbacks.Outcome{{Name: "approve", Label: "Approve", Kind: callbacks.Success}}
	a.Forms = map[string]announcement.Form{"approve": {
		Schema: json.RawMessage(`{"type":"object","properties":{"month":{"title":"Month","type":"string"}}}`), Value: json.RawMessage(`{"month":"November"}`),
	}}
	id, b := s.receive(a).ID, s.as(rita)
	for _, works := range []bool{true, false} {
		if !works {
			codec.Fail("Ask the vault team.")
		}
		form := b.get(id.Path()).document(t).Find("answer-form")
		said := form.Find(".all-masked").Text()
		if works != (form.Find(`input[value="November"]`).Length() == 1) || works == strings.Contains(said, "masked, because the desk cannot tell") {
			t.Errorf("decoded %t: the form says %q", works, said)
		}
	}
}

// TestReveal_DecodesOnce: a value that is on record as revealed is shown, whatever becomes of the
// codec in between: nothing is decoded again.
func TestReveal_DecodesOnce(t *testing.T) {
	t.Parallel()
	s, codec := newEncodingSite(t)
	a := payroll()
	a.Payload, a.Masked = []byte(`"}\"yranac20ED\":\"nabi\"{"`), []string{"/iban"}
	id, b := s.receive(a).ID, s.as(rita)
	for _, path := range []string{"/reveal", "/reveal/value"} {
		before := len(codec.People())
		if got := b.post(id.Path()+path, url.Values{"at": {"0"}}); got.status != http.StatusOK || !strings.Contains(got.body, "DE02canary") {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
		if n := len(codec.People()) - before; n != 1 {
			t.Errorf("%s: decoded %d times", path, n)
		}
	}
}
