package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// TestDecision_Race: of two who press at once one decides; the other keeps the comment and learns
// who was faster.
func TestDecision_Race(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.receive(expense()).ID
	replies := map[string]reply{}
	var mu sync.Mutex
	var presses sync.WaitGroup
	forms := map[string]url.Values{}
	for person, outcome := range map[string]string{rita: "approve", rosa: "reject"} {
		forms[person] = s.as(person).choose(id, outcome, "As discussed with "+person+".")
	}
	for person, form := range forms {
		b := s.as(person)
		presses.Go(func() {
			a := b.decide(id, form)
			mu.Lock()
			defer mu.Unlock()
			replies[person] = a
		})
	}
	presses.Wait()
	winner, loser := rita, rosa
	if replies[rosa].status == http.StatusSeeOther {
		winner, loser = rosa, rita
	}
	lost := replies[loser]
	if replies[winner].status != http.StatusSeeOther || lost.status != http.StatusConflict {
		t.Fatalf("%s %d, %s %d, want 303 and 409", winner, replies[winner].status, loser, lost.status)
	}
	name := strings.ToUpper(winner[:1]) + winner[1:]
	if text := lost.text(t); !strings.Contains(text, name) || !strings.Contains(text, "As discussed with "+loser+".") {
		t.Errorf("the page names nobody or lost the comment: %s", text)
	}
	if c, err := s.store.Get(t.Context(), id); err != nil || c.Decision.By.ID != s.id(winner) {
		t.Errorf("recorded for %+v, %v", c.Decision, err)
	}
}

// TestDecision_PressedTwice: the same form again is no conflict.
func TestDecision_PressedTwice(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, b := s.receive(expense()).ID, s.as(rita)
	form := b.choose(id, "approve", "")
	for range 2 {
		if a := b.decide(id, form); a.status != http.StatusSeeOther {
			t.Fatalf("%d, want 303", a.status)
		}
	}
	other := b.choose(s.receive(expense()).ID, "reject", "no")
	if a := b.decide(id, other); a.status != http.StatusConflict {
		t.Errorf("another choice: %d, want 409", a.status)
	}
}

// TestDecision_PressedTwiceEncrypted: what was sent has other bytes than what was seen.
func TestDecision_PressedTwiceEncrypted(t *testing.T) {
	t.Parallel()
	s, _ := newEncodingSite(t)
	id, b := s.receive(payroll()).ID, s.as(rita)
	form := b.choose(id, "approve", "Seen and\r\nagreed.")
	for range 2 {
		if a := b.decide(id, form); a.status != http.StatusSeeOther {
			t.Fatalf("%d, want 303", a.status)
		}
	}
	form.Set("comment", "Other words.")
	if a := b.decide(id, form); a.status != http.StatusConflict {
		t.Errorf("other words: %d, want 409", a.status)
	}
}
