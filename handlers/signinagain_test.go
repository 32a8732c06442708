package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
)

// outstay lets the groups of a signed-in person grow too old while they use the desk.
func (b *browser) outstay(s *site) {
	b.t.Helper()
	for range 2 {
		s.clock.Advance(groupsMaxAge/2 + 1)
		if a := b.get("/"); a.status != http.StatusOK {
			b.t.Fatalf("the list answers %d: reading needs no fresh groups", a.status)
		}
	}
}

// signInAgain follows the button of the page, and returns the address that it leads to and its
// page.
func (b *browser) signInAgain(page reply, subject string) (address string, there reply) {
	b.t.Helper()
	form := page.document(b.t).Find(`form[action="/auth/login"]`)
	back, leads := form.Find("input[name=return]").Attr("value")
	if !leads || form.Find("button").Length() != 1 {
		b.t.Fatalf("no way to sign in again: %s", page.body)
	}
	away := b.signIn(subject, back)
	if away.status != http.StatusSeeOther {
		b.t.Fatalf("the sign-in answers %d", away.status)
	}
	address = away.header.Get("Location")
	return address, b.get(address)
}

// reopen takes back what was decided, as nobody can at the desk.
func (s *site) reopen(id callbacks.ID) {
	s.t.Helper()
	_, err := s.store.Change(s.t.Context(), id, callbacks.Parts{}, func(c *callbacks.Case) error {
		c.State, c.Decision = callbacks.Pending, nil
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// TestSignInAgain: nothing is decided by old groups, nothing that was typed is lost, and the way
// leads back to it.
func TestSignInAgain(t *testing.T) {
	t.Parallel()
	for name, scripted := range map[string]bool{"WithScripts": true, "WithoutScripts": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			waits := expense()
			waits.Timeout = 24 * time.Hour
			id, b := s.receive(waits).ID, s.as(rita)
			const comment = "Hotel <over> cap\nwas not agreed."
			form := url.Values{"outcome": {"reject"}, "comment": {comment}}
			if scripted {
				form = b.choose(id, "reject", comment)
			}
			b.outstay(s)
			a := b.decide(id, form)
			doc := a.document(t)
			if a.status != http.StatusForbidden || doc.Find("#kept-comment").Text() != comment || !strings.Contains(doc.Find("#problem").Text(), "read 8 h ago") {
				t.Fatalf("%d %s", a.status, doc.Find("#problem").Text())
			}
			if c, err := s.store.Get(t.Context(), id); err != nil || c.State != callbacks.Pending {
				t.Fatalf("state %s, %v", c.State, err)
			}
			shown, back := b.signInAgain(a, rita)
			page := back.document(t)
			if got := page.Find("#comment").Text(); got != comment {
				t.Errorf("the comment is %q", got)
			}
			if got := page.Find("decision-bar").AttrOr("data-chosen", ""); got != "reject" {
				t.Errorf("the outcome is %q", got)
			}
			if _, waited := page.Find("kept-draft").Attr("data-waited"); !waited {
				t.Error("the script does not hear that this was shown once")
			}
			if strings.Contains(b.get("/callbacks/"+string(id)).document(t).Find("#comment").Text(), "agreed") {
				t.Error("another opening of the page shows what the browser may have newer")
			}
			if a := b.decide(id, b.choose(id, "reject", comment)); a.status != http.StatusSeeOther {
				t.Fatalf("%d %s", a.status, a.body)
			}
			s.reopen(id)
			if got := b.get(shown).document(t).Find("#comment").Text(); got != "" {
				t.Errorf("what was sent still waits: %q", got)
			}
		})
	}
}

// TestSignInAgainTooLate: what was typed leaves the session once somebody else has decided.
func TestSignInAgainTooLate(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	waits := expense()
	waits.Timeout = 24 * time.Hour
	id, b := s.receive(waits).ID, s.as(rita)
	typed := url.Values{"outcome": {"reject"}, "comment": {"Not agreed."}}
	b.outstay(s)
	shown, page := b.signInAgain(b.decide(id, typed), rita)
	if got := page.document(t).Find("#comment").Text(); got != "Not agreed." {
		t.Fatalf("the comment is %q", got)
	}
	other := s.as(rosa)
	other.decide(id, other.choose(id, "approve", ""))
	if a := b.decide(id, typed); a.status != http.StatusConflict {
		t.Fatalf("%d %s", a.status, a.body)
	}
	s.reopen(id)
	if got := b.get(shown).document(t).Find("#comment").Text(); got != "" {
		t.Errorf("what came too late still waits: %q", got)
	}
}

// TestSignInAgainAsAnother: the next person at the browser gets nothing of it.
func TestSignInAgainAsAnother(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	waits := expense()
	waits.Timeout = 24 * time.Hour
	id, b := s.receive(waits).ID, s.as(rita)
	b.outstay(s)
	a := b.decide(id, url.Values{"outcome": {"reject"}, "comment": {"Between us."}})
	if _, page := b.signInAgain(a, rosa); page.status != http.StatusOK || strings.Contains(page.body, "Between us.") {
		t.Errorf("%d, rosa reads %s", page.status, page.document(t).Find("#comment").Text())
	}
}

// TestSignInAgainToSayWhoAsks: an admin's other form comes back as it was typed, and once it is
// sent it waits no more.
func TestSignInAgainToSayWhoAsks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.waitingUnknown()
	path, b := "/callbacks/"+string(id), s.as(adam)
	b.outstay(s)
	typed := url.Values{"requester": {"Ines <ines@example.com>"}, "requesterId": {""}, "reason": {"I asked <her>."}}
	a := b.post(path+"/requester?scope=all", typed)
	if text := a.text(t); a.status != http.StatusForbidden || !strings.Contains(text, "Sign in again to go on") || !strings.Contains(text, "I asked <her>.") {
		t.Fatalf("%d %s", a.status, text)
	}
	shown, back := b.signInAgain(a, adam)
	if !strings.HasPrefix(shown, path+"?") || !strings.Contains(shown, "scope=all") {
		t.Errorf("it leads to %s", shown)
	}
	for name, want := range typed {
		if got := back.document(t).Find("#who-asks [name="+name+"]").AttrOr("value", ""); got != want[0] {
			t.Errorf("%s is %q, want %q", name, got, want[0])
		}
	}
	if said := b.post(path+"/requester", typed); said.status != http.StatusSeeOther {
		t.Fatalf("%d %s", said.status, said.body)
	}
	if got := b.get(shown).document(t).Find("#who-asks [name=reason]").AttrOr("value", "?"); got != "" {
		t.Errorf("what was sent still waits: %q", got)
	}
}

// TestSignInAgainWithAReason: the reason of each other form of the page is in its field again after
// the sign-in, and waits no more once it is recorded.
func TestSignInAgainWithAReason(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	waits := expense()
	waits.Timeout = 24 * time.Hour
	id := s.receive(waits).ID
	s.require(id, 3)
	path := id.Path()
	signed := s.as(rita)
	if a := signed.decide(id, signed.sign(id, "approve", "Fine.")); a.status != http.StatusSeeOther {
		t.Fatalf("the signature: %d", a.status)
	}
	for _, form := range []struct{ subject, path, field string }{{rita, "/withdrawal", "why"}, {adam, "/policy", "policy"}} {
		const reason = "Wrong <cost centre>."
		typed, b := url.Values{form.field: {reason}}, s.as(form.subject)
		b.outstay(s)
		refused := b.post(path+form.path, typed)
		if refused.status != http.StatusForbidden || !strings.Contains(refused.text(t), reason) {
			t.Fatalf("%s: %d %s", form.path, refused.status, refused.text(t))
		}
		shown, back := b.signInAgain(refused, form.subject)
		field := "[name=" + form.field + "]"
		if got := back.document(t).Find(field).AttrOr("value", ""); got != reason {
			t.Errorf("%s: the field has %q", form.path, got)
		}
		if seen, ok := back.document(t).Find(`form[action*="` + form.path + `"] [name=seen]`).Attr("value"); ok {
			typed.Set("seen", seen)
		}
		if a := b.post(path+form.path, typed); a.status != http.StatusSeeOther {
			t.Fatalf("%s after the sign-in: %d %s", form.path, a.status, a.text(t))
		}
		if got := b.get(shown).document(t).Find(field).AttrOr("value", ""); got != "" {
			t.Errorf("%s: what was recorded still waits: %q", form.path, got)
		}
	}
}

// TestSignInAgainToResend: nothing was typed, and the way leads back to the page of the decision.
func TestSignInAgainToResend(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.receive(expense()).ID
	if a := s.as(rita).decide(id, s.as(rita).choose(id, "approve", "")); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	_, err := s.store.Change(t.Context(), id, callbacks.Parts{}, func(c *callbacks.Case) error {
		c.State = callbacks.Undeliverable
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	b := s.as(adam)
	b.outstay(s)
	path := "/callbacks/" + string(id)
	a := b.post(path+"/delivery?scope=all", nil)
	if text := a.text(t); a.status != http.StatusForbidden || !strings.Contains(text, "Sign in again to go on") {
		t.Fatalf("%d %s", a.status, text)
	}
	shown, back := b.signInAgain(a, adam)
	if shown != path+"?scope=all" || back.status != http.StatusOK {
		t.Errorf("it leads to %s: %d", shown, back.status)
	}
	if a := b.post(path+"/delivery?scope=all", nil); a.status != http.StatusSeeOther {
		t.Errorf("%d %s", a.status, a.text(t))
	}
}

// TestOldGroupsElsewhere: reviews and previews stop, and the page offers to sign in again.
func TestOldGroupsElsewhere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	waits := expense()
	waits.Timeout = 24 * time.Hour
	id, b := s.receive(waits).ID, s.as(rita)
	b.outstay(s)
	path := "/callbacks/" + string(id)
	if a := b.post(path+"/reviews", url.Values{"action": {"open"}}); a.status != http.StatusForbidden || !strings.Contains(a.body, "Sign in again") {
		t.Errorf("a review: %d %s", a.status, a.body)
	}
	if a := b.post(path+"/preview", url.Values{"outcome": {"approve"}}); a.status != http.StatusForbidden || !strings.Contains(a.body, "Sign in again") {
		t.Errorf("a preview: %d %s", a.status, a.body)
	}
	page := b.get(path).document(t)
	if page.Find(`.decide form[action="/auth/login"] button`).Length() != 1 || page.Find(".decide button[name=outcome]").Length() > 0 {
		t.Errorf("the bar is %s", page.Find(".decide").Text())
	}
}

// TestGroupsNote: a quiet line says it before it happens, then the bar does.
func TestGroupsNote(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	waits := expense()
	waits.Timeout = 24 * time.Hour
	id, b := s.receive(waits).ID, s.as(rita)
	note := func() string {
		return strings.TrimSpace(b.get("/callbacks/" + string(id)).document(t).Find("#presence .groups").Text())
	}
	s.clock.Advance(4 * time.Hour)
	b.get("/")
	s.clock.Advance(4*time.Hour - 10*time.Minute - time.Second)
	if got := note(); got != "" {
		t.Errorf("too early: %q", got)
	}
	s.clock.Advance(5*time.Minute + time.Second)
	if got, want := note(), "Your groups were read 7 h 55 m ago; after 8 h you sign in again to sign."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	s.clock.Advance(5*time.Minute + 1)
	if got := note(); got != "" {
		t.Errorf("got %q", got)
	}
	bar := b.get("/callbacks/" + string(id)).document(t).Find(".decide").Text()
	if !strings.Contains(bar, "Your groups were read 8 h ago, and a signature here needs groups read within 8 h. Sign in again.") {
		t.Errorf("the bar says %q", bar)
	}
}
