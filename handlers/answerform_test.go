package handlers_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/schema"
)

// orderWithForm is a request that is approved with an answer by form.
func orderWithForm() announcement.Announcement {
	a := expense()
	a.Outcomes = []callbacks.Outcome{
		{Name: "approve", Label: "Approve", Kind: callbacks.Success},
		{Name: "reject", Label: "Reject", Kind: callbacks.Failure, ErrorType: "Rejected"},
	}
	a.Forms = map[string]announcement.Form{"approve": {
		Schema: json.RawMessage(`{"type":"object","required":["quantity"],"properties":{"quantity":{"title":"Quantity","type":"integer","maximum":60},
			"tell":{"title":"Tell","type":"array","items":{"type":"string"}}}}`),
		Value: json.RawMessage(`{ "quantity" : 40, "price": 815.00, "tell": ["rasa"] }`),
	}}
	return a
}

// hidden are the hidden inputs of a form on a page.
func hidden(page *goquery.Document, form string) url.Values {
	values := url.Values{}
	page.Find(form + ` input[type="hidden"]`).Each(func(_ int, input *goquery.Selection) {
		values.Add(input.AttrOr("name", ""), input.AttrOr("value", ""))
	})
	return values
}

// TestForm_TwoSteps: the second step carries what the first one posted, and what it shows is what is
// sent.
func TestForm_TwoSteps(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, b := s.receive(orderWithForm()).ID, s.as(rita)
	first := url.Values{
		"outcome": {"approve"}, "answer:approve/quantity": {"36"}, "answer:approve/tell#rows": {"", "0"}, "answer:approve/tell/0": {"rasa"},
		"answer:approve/tell#add": {"teo"},
	}
	confirm := b.decide(id, first)
	second := hidden(confirm.document(t), "#confirm")
	if confirm.status != http.StatusOK || second.Get("answer:approve/quantity") != "36" || second.Get("seen") == "" {
		t.Fatalf("%d %v", confirm.status, second)
	}
	if back := b.decide(id, merged(second, "back", "1")); back.status != http.StatusOK {
		t.Errorf("back: %d", back.status)
	}
	if a := b.decide(id, second); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.text(t))
	}
	sent, err := s.store.Delivery(t.Context(), id)
	if want := `{ "quantity" : 36, "price": 815.00, "tell": ["rasa","teo"] }`; err != nil || string(sent.Completion.Result) != want {
		t.Errorf("sent %s, %v, want %s", sent.Completion.Result, err, want)
	}
}

func merged(values url.Values, name, value string) url.Values {
	more := url.Values{}
	for n, v := range values {
		more[n] = v
	}
	more.Set(name, value)
	return more
}

// TestForm_Refused: a wrong answer is a 422 that says what is wrong. Rejecting needs no right one.
func TestForm_Refused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, b := s.receive(orderWithForm()).ID, s.as(rita)
	for _, wrong := range []url.Values{
		{"outcome": {"approve"}, "answer:approve/quantity": {"64"}},
		{"outcome": {"approve"}, "answer:approve/quantity": {"many"}},
		{"outcome": {"approve"}, "answer:approve#json": {`{"quantity":40,}`}},
		{"outcome": {"approve"}, "answer:approve/quantity": {"64"}, "seen": {"x"}, "at": {"2026-11-24T13:00:00Z"}},
	} {
		if a := b.decide(id, wrong); a.status != http.StatusUnprocessableEntity {
			t.Errorf("%v: %d", wrong, a.status)
		}
	}
	if a := b.decide(id, url.Values{"outcome": {"reject"}, "comment": {"No."}, "answer:approve/quantity": {"64"}}); a.status != http.StatusOK {
		t.Errorf("rejecting: %d %s", a.status, a.text(t))
	}
}

// TestForm_Buttons: buttons of a form show the page again and record nothing.
func TestForm_Buttons(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, b := s.receive(orderWithForm()).ID, s.as(rita)
	before := len(s.audit(id))
	for button, status := range map[string]int{
		"add:answer:approve/tell": http.StatusOK, "remove:answer:approve/tell/0": http.StatusOK, "reset:answer:approve": http.StatusOK,
		"json:answer:approve": http.StatusOK, "form:answer:approve": http.StatusOK, "add:answer:other/x": http.StatusOK, "nonsense": http.StatusOK,
	} {
		a := b.decide(id, url.Values{"form": {button}, "answer:approve/quantity": {"36"}, "comment": {"Kept."}})
		if a.status != status || !strings.Contains(string(a.body), "Kept.") {
			t.Errorf("%s: %d", button, a.status)
		}
	}
	again := b.decide(id, url.Values{
		"form": {""}, "outcome": {"approve"}, "seen": {"anything"}, "at": {"2026-01-01T00:00:00Z"}, "comment": {"Kept."},
	})
	if again.status != http.StatusOK || !strings.Contains(string(again.body), "Kept.") {
		t.Errorf("the button without a value: %d", again.status)
	}
	if got := len(s.audit(id)); got != before {
		t.Errorf("the buttons wrote %d entries", got-before)
	}
	if a := s.as(ines).decide(id, url.Values{"form": {"add:answer:approve/tell"}}); a.status == http.StatusOK {
		t.Error("somebody who may not decide may press a button")
	}
}

// TestForm_Kept: what was typed is on the page of a sign-in that ran out, and there after it.
func TestForm_Kept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, b := s.receive(orderWithForm()).ID, s.as(rita)
	form := hidden(b.decide(id, url.Values{"outcome": {"approve"}, "answer:approve/quantity": {"36"}}).document(t), "#confirm")
	b.outstay(s)
	refused := b.decide(id, form)
	if text := refused.document(t).Find("dl.pairs").Text(); refused.status != http.StatusForbidden || !strings.Contains(text, "36") {
		t.Errorf("%d %s", refused.status, text)
	}
	_, there := b.signInAgain(refused, rita)
	if there.status != http.StatusOK {
		t.Errorf("after the sign-in: %d", there.status)
	}
}

// TestForm_NoRoom: an answer that could not be recorded is on the page that says so, and goes with the
// next try as it was typed.
func TestForm_NoRoom(t *testing.T) {
	t.Parallel()
	store := &fullStore{}
	s := newSite(t, func(c *config) {
		c.Service = desk.NewService(desk.ServiceConfig{
			Store: store, Queues: queues, Invalidator: c.Hub, ReviewLimits: callbacks.DefaultReviewLimits, Now: c.Now, Forms: schema.NewCompiler(),
		})
	})
	store.Store = s.store
	id, b := s.receive(orderWithForm()).ID, s.as(rita)
	form := hidden(b.decide(id, url.Values{
		"outcome": {"approve"}, "comment": {"Half now."}, "answer:approve/quantity": {"3.6e1"},
		"answer:approve/tell#rows": {"", "0", "n1"}, "answer:approve/tell/0": {"rasa"}, "answer:approve/tell/n1": {" <teo>\""},
	}).document(t), "#confirm")
	store.full.Store(true)
	refused := b.decide(id, form)
	again := hidden(refused.document(t), "form.again")
	again.Set("comment", refused.document(t).Find("form.again textarea").Text())
	if refused.status != http.StatusServiceUnavailable || !strings.Contains(refused.text(t), "Nothing was decided") {
		t.Errorf("%d %s", refused.status, refused.text(t))
	}
	store.full.Store(false)
	if a := b.decide(id, again); a.status != http.StatusSeeOther {
		t.Fatalf("the next try: %d %s", a.status, a.text(t))
	}
	sent, err := s.store.Delivery(t.Context(), id)
	if want := `{ "quantity" : 3.6e1, "price": 815.00, "tell": ["rasa"," <teo>\""] }`; err != nil || string(sent.Completion.Result) != want {
		t.Errorf("sent %s (%v), want %s", sent.Completion.Result, err, want)
	}
}

// TestForm_PreviewOfButton: a script gets the form as a button leaves it, with what was typed.
func TestForm_PreviewOfButton(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, b := s.receive(orderWithForm()).ID, s.as(rita)
	page := b.post("/callbacks/"+string(id)+"/preview", url.Values{
		"answer:approve/quantity": {"36"}, "answer:approve/tell#rows": {"", "0"}, "answer:approve/tell/0": {"rasa"},
		"answer:approve/tell#add": {"teo"}, "form": {"add:answer:approve/tell"},
	}).document(t)
	for name, want := range map[string]string{"/quantity": "36", "/tell/0": "rasa", "/tell/n1": "teo", "/tell#add": ""} {
		if got := page.Find(`[name="answer:approve`+name+`"]`).AttrOr("value", "none"); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := page.Find(`[data-outcome="approve"][data-press]`).AttrOr("data-press", ""); got != "Approve with 2 changes" {
		t.Errorf("the button says %q", got)
	}
}
