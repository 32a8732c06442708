package e2e_test

import (
	"net/http"
	"testing"
)

// TestSessions: a session that its person ends in another browser ends there at once, and keeps
// what was typed.
func TestSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	there := w.signIn(t, "mara")
	there.open(a.page())
	there.comes("#freshness", "Live")
	there.write("#comment", "Not yet said")
	here := w.signIn(t, "mara")
	here.open("/")
	here.submit(`.me a[href="/sessions"]`)
	here.reads("#list", "This session", "Chrome", "127.0.0.1")
	here.inspect("sessions")
	here.submit(`form[action$="/end"] button`)
	there.stripSays("You were signed out.")
	there.comes("body", "Sign in to go on")
	if got := eval[string](there, `document.querySelector("#comment").value`); got != "Not yet said" {
		t.Errorf("the comment that was typed is now %q", got)
	}
	if n := here.count("tr[id^=session-]"); n != 1 {
		t.Errorf("%d sessions are left, want this one", n)
	}
	if status := here.open("/admin/sessions"); status != http.StatusForbidden {
		t.Errorf("everybody's sessions answer a reviewer %d, want 403", status)
	}
	if status := there.open("/sessions"); status != http.StatusOK {
		t.Errorf("somebody who is signed out gets %d instead of the sign-in page", status)
	}
	there.reads("main", "Sign in to decide")
}

// TestSessionsOfEverybody: an admin finds and ends them with plain links and forms.
func TestSessionsOfEverybody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mara := w.signIn(t, "mara")
	aiko := w.visitor(t, "aiko")
	aiko.runScripts(false)
	aiko.open("/admin/sessions")
	aiko.enter()
	aiko.reads("#list", "Mara", "Aiko")
	aiko.inspect("sessions-everybody")
	aiko.write(`input[name="q"]`, "mara")
	aiko.submit(`[role="search"] button`)
	aiko.submit(`form[action$="/end"] button`)
	aiko.reads("#list", "No session matches")
	aiko.inspect("sessions-none")
	mara.open("/")
	mara.reads("main", "Sign in to decide")
	aiko.open("/audit?action=session.ended")
	aiko.reads("#list", "ended a session")
}

// TestPhoneMenu: whatever a menu holds, here twenty entries more, it ends above the bar below and
// its last entry can be reached.
func TestPhoneMenu(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	aiko := w.signIn(t, "aiko")
	aiko.look(phone)
	aiko.open("/sessions")
	aiko.click(".phone-top summary")
	eval[bool](aiko, `(([entry]) => { for (let i = 0; i < 20; i++) entry.before(entry.cloneNode(true)); return true })(document.querySelectorAll(".phone-top .menu-list a"))`)
	over := eval[float64](aiko, `(({ bottom }) => bottom - document.querySelector(".phone-tabs").getBoundingClientRect().top)(document.querySelector(".phone-top .menu-list").getBoundingClientRect())`)
	if over > 0 {
		t.Errorf("%g px of the menu are behind the bar below", over)
	}
	aiko.submit(`.phone-top form[action="/auth/logout"] button`)
	aiko.comes("main", "You are signed out")
}
