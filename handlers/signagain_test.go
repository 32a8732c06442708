package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"countersign/internal/callbacks"
)

// voids ends each signature of a callback; if it was announced since, as an announcement does.
func (s *site) voids(id callbacks.ID, announced bool) {
	s.t.Helper()
	_, err := s.store.Change(s.t.Context(), id, callbacks.Parts{Signatures: true}, func(c *callbacks.Case) error {
		now := s.clock.Now()
		for i := range c.Signatures {
			c.Signatures[i].End = &callbacks.SignatureEnd{Lapse: callbacks.Void, At: now, Why: "Another rule."}
		}
		if announced {
			c.Audit = append(c.Audit, c.Arrived("expenses", now))
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// signedOrder is an order that a reviewer has signed with 36 pieces and two people to tell, as the
// first of two.
func (s *site) signedOrder(b *browser) callbacks.ID {
	s.t.Helper()
	id := s.receive(orderWithForm()).ID
	s.require(id, 2)
	b.fills(id, url.Values{
		"outcome": {"approve"}, "comment": {"Enough."}, "answer:approve/quantity": {"36"}, "answer:approve/tell#rows": {"", "0", "n1"},
		"answer:approve/tell/0": {"rasa"}, "answer:approve/tell/n1": {"teo"},
	})
	s.clock.Advance(time.Second)
	return id
}

// fills signs with an answer to a form, in two steps.
func (b *browser) fills(id callbacks.ID, fields url.Values) {
	b.t.Helper()
	a := b.decide(id, hidden(b.decide(id, fields).document(b.t), "#confirm"))
	if a.status != http.StatusSeeOther {
		b.t.Fatalf("%d %.2000s", a.status, a.document(b.t).Find("#decision").Text())
	}
}

// TestSignAgain: whoever has to sign again finds their answer in the fields of the form, and signs
// what they read there. What they typed since stays instead.
func TestSignAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(rita)
	id := s.signedOrder(b)
	s.voids(id, false)
	page := b.get(id.Path()).document(t)
	form := page.Find("answer-form")
	if got := form.Find(`[name="answer:approve/quantity"]`).AttrOr("value", ""); got != "36" {
		t.Errorf("the quantity is %q", got)
	}
	if form.Find(`input[value="teo"]`).Length() != 1 || !strings.Contains(form.Text(), "filled with the answer that you signed before") {
		t.Errorf("the form has %s", form.Text())
	}
	if page.Find("[data-others-answer]").Length() > 0 || !strings.Contains(page.Find(".your-changes").Text(), "36") {
		t.Error("the answer is offered beside the form too, or not as changes")
	}
	reset := b.decide(id, url.Values{"form": {"reset:answer:approve"}, "answer:approve/quantity": {"36"}}).document(t)
	if got := reset.Find(`[name="answer:approve/quantity"]`).AttrOr("value", ""); got != "40" {
		t.Errorf("after Reset the quantity is %q", got)
	}
	fields := url.Values{"outcome": {"approve"}, "comment": {"Enough."}}
	form.Find("input[name]").Each(func(_ int, input *goquery.Selection) {
		fields.Add(input.AttrOr("name", ""), input.AttrOr("value", ""))
	})
	b.fills(id, fields)
	signed, err := s.store.Signatures(t.Context(), id)
	if want := `{ "quantity" : 36, "price": 815.00, "tell": ["rasa","teo"] }`; err != nil || len(signed) != 2 || signed[1].Answer.Document != want {
		t.Errorf("signed %+v, %v", signed, err)
	}
}

// TestSignAgain_Announced: the request is another one since the answer was signed. Its form starts
// from what it proposes; the answer is beside it, and a press puts it into the fields.
func TestSignAgain_Announced(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(rita)
	id := s.signedOrder(b)
	s.voids(id, true)
	page := b.get(id.Path()).document(t)
	if got := page.Find(`[name="answer:approve/quantity"]`).AttrOr("value", ""); got != "40" {
		t.Errorf("the form starts from %q", got)
	}
	press := hidden(page, "[data-others-answer]")
	press.Set("form", page.Find("[data-others-answer] button").AttrOr("value", ""))
	filled := b.decide(id, press).document(t)
	if got := filled.Find(`[name="answer:approve/quantity"]`).AttrOr("value", ""); got != "36" || filled.Find(`answer-form input[value="teo"]`).Length() != 1 {
		t.Errorf("after the press the quantity is %q", got)
	}
}
