package handlers_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/people"
)

// listed are the IDs of the sessions on a page, in their order.
func (a reply) listed(t *testing.T) (ids []string) {
	t.Helper()
	for _, row := range a.document(t).Find("tr[id^=session-]").EachIter() {
		ids = append(ids, strings.TrimPrefix(row.AttrOr("id", ""), "session-"))
	}
	return ids
}

// TestSessions: people see their own and end them; the browser that had one is signed out.
func TestSessions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	other := s.as(rita)
	s.clock.Advance(time.Minute)
	here := s.as(rita)
	s.as(rosa)
	page := here.get("/sessions")
	ids := page.listed(t)
	if text := page.text(t); page.status != http.StatusOK || len(ids) != 2 || !strings.Contains(text, "This session") || !strings.Contains(text, "127.0.0.1") {
		t.Fatalf("%d, sessions %q: %s", page.status, ids, text)
	}
	if form := page.document(t).Find("#session-" + ids[0] + " form"); form.AttrOr("action", "") != "/auth/logout" {
		t.Error("the latest sign-in is this one, and is not marked")
	}
	next, closeStream := other.stream()
	defer closeStream()
	if a := here.post("/sessions/"+ids[1]+"/end", nil); a.status != http.StatusSeeOther || a.header.Get("Location") != "/sessions" {
		t.Fatalf("%d to %s", a.status, a.header.Get("Location"))
	}
	if got := next(); got != `{"callback":"*"}` {
		t.Errorf("the stream of the ended session tells %q: its page does not look again", got)
	}
	if got := next(); got != "" {
		t.Errorf("the stream goes on with %q", got)
	}
	if a := other.get("/events"); a.status != http.StatusUnauthorized {
		t.Errorf("a stream of an ended session: %d", a.status)
	}
	if a := here.get("/sessions"); len(a.listed(t)) != 1 || strings.Contains(a.body, "/sessions/others") {
		t.Errorf("left: %q", a.listed(t))
	}
	entries, err := s.store.Audit(t.Context(), desk.AuditQuery{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	entry := entries[0]
	if entry.Action != callbacks.ActionSessionEnded || entry.Actor.ID != s.id(rita) || !strings.Contains(entry.Detail, "Ended their own session") {
		t.Errorf("the audit says %+v", entry)
	}
}

func TestSessions_EndOthers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	others := []*browser{s.as(rita), s.as(rita)}
	here, somebody := s.as(rita), s.as(rosa)
	if a := here.post("/sessions/others", nil); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.text(t))
	}
	for _, b := range others {
		if a := b.get("/sessions"); a.status != http.StatusSeeOther {
			t.Errorf("another session of hers: %d", a.status)
		}
	}
	for _, b := range []*browser{here, somebody} {
		if a := b.get("/sessions"); a.status != http.StatusOK {
			t.Errorf("this session, or somebody else's: %d", a.status)
		}
	}
}

// TestSessions_OfOthers: what is not there and what is not theirs answer alike.
func TestSessions_OfOthers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.as(rosa)
	id := s.as(adam).get("/admin/sessions?q=rosa").listed(t)[0]
	for _, person := range []string{rita, audrey} {
		b := s.as(person)
		theirs, missing := b.post("/sessions/"+id+"/end", nil), b.post("/sessions/nosuch/end", nil)
		if theirs.status != http.StatusNotFound || theirs.body != missing.body || missing.status != http.StatusNotFound {
			t.Errorf("%s: %d, and %d for one that is not there", person, theirs.status, missing.status)
		}
	}
}

// TestSessions_OfEverybody: admins search, page and end, and come back to what they searched for.
func TestSessions_OfEverybody(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	gone, stays := s.as(rosa), s.as(rita)
	b := s.as(adam)
	if a := b.get("/admin/sessions"); len(a.listed(t)) != 3 {
		t.Errorf("%d: %q", a.status, a.listed(t))
	}
	found := b.get("/admin/sessions?q=ROSA")
	ids := found.listed(t)
	if len(ids) != 1 {
		t.Fatalf("found %q: %s", ids, found.text(t))
	}
	form := found.document(t).Find("#session-" + ids[0] + " form")
	a := b.post(form.AttrOr("action", ""), url.Values{"q": {form.Find("input[name=q]").AttrOr("value", "")}})
	if a.status != http.StatusSeeOther || a.header.Get("Location") != "/admin/sessions?q=ROSA" {
		t.Errorf("%d to %s", a.status, a.header.Get("Location"))
	}
	if text := b.get("/admin/sessions?q=ROSA").text(t); !strings.Contains(text, "No session matches") {
		t.Errorf("nothing is left to find: %s", text)
	}
	for who, signedIn := range map[*browser]bool{gone: false, stays: true} {
		if a := who.get("/sessions"); (a.status == http.StatusOK) != signedIn {
			t.Errorf("%d, want signed in: %t", a.status, signedIn)
		}
	}
	for _, bad := range []string{"?after=x", "?q=" + strings.Repeat("a", 1025), "?q=%ff"} {
		if a := b.get("/admin/sessions" + bad); a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", bad, a.status)
		}
	}
}

// TestSessions_Pages: many sessions are pages, whose links keep the search.
func TestSessions_Pages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(adam)
	sessions := s.store.Sessions(s.clock.Now)
	for i := range 60 {
		n := strconv.Itoa(i)
		err := sessions.Insert(t.Context(), people.StoredSession{TokenHash: []byte(n), Sealed: []byte{}, ExpiresAt: time.Now().Add(time.Hour), Session: people.Session{
			ID: callbacks.ID("s" + n), Person: "p" + n, Name: "<b>Evil & co</b>", Browser: "\u202e<i>", SignedInAt: s.clock.Now(), SeenAt: s.clock.Now(),
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	first := b.get("/admin/sessions?q=evil")
	if strings.Contains(first.body, "<b>Evil") || strings.Contains(first.body, "\u202e") {
		t.Error("foreign text is not marked")
	}
	second := b.get(first.document(t).Find(".pager a").Last().AttrOr("href", ""))
	if n, m := len(first.listed(t)), len(second.listed(t)); n != 50 || m != 10 {
		t.Errorf("pages of %d and %d", n, m)
	}
	if back := second.document(t).Find(".pager a").AttrOr("href", ""); back != "/admin/sessions?q=evil" {
		t.Errorf("the way back is %s", back)
	}
}
