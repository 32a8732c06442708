package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/static"
	"countersign/views/words"
)

// rows are the addresses of the callbacks that a list shows, in order and each once.
func rows(t *testing.T, a reply) []string {
	t.Helper()
	var ids []string
	seen := map[string]bool{}
	d := a.document(t)
	for _, n := range d.Find("#list a[href*='/callbacks/'], #list a[href*='item=']").Nodes {
		for _, attribute := range n.Attr {
			if attribute.Key != "href" {
				continue
			}
			u, err := url.Parse(attribute.Val)
			if err != nil {
				t.Fatal(err)
			}
			id := strings.TrimPrefix(u.Path, "/callbacks/")
			if item := u.Query().Get("item"); item != "" {
				id = item
			}
			if !seen[id] && len(id) == 26 {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	return ids
}

func TestInbox_Queues(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ids := map[string]string{}
	for _, queue := range []string{"finance", "security", callbacks.DefaultQueue} {
		a := expense()
		a.Queue, a.Title = queue, "for "+queue
		ids[queue] = string(s.receive(a).ID)
	}
	for person, visible := range map[string]map[string]bool{
		rita:   {"finance": true, callbacks.DefaultQueue: true},
		otto:   {"security": true, callbacks.DefaultQueue: true},
		audrey: {"finance": true, "security": true, callbacks.DefaultQueue: true},
	} {
		page := s.as(person).get("/")
		for queue := range ids {
			if strings.Contains(page.body, "for "+queue) != visible[queue] {
				t.Errorf("%s sees %s: %t", person, queue, !visible[queue])
			}
			if chosen := page.document(t).Find(`select[name=queue] option[value="`+queue+`"]`).Length() > 0; chosen != visible[queue] {
				t.Errorf("%s may choose %s: %t", person, queue, chosen)
			}
		}
	}
}

// TestInbox_Pages: one row a page further than a page holds, nothing twice and nothing left out.
func TestInbox_Pages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const n = desk.PageSize + 3
	for i := range n {
		a := expense()
		a.Timeout = time.Hour + time.Duration(i)*time.Minute
		s.receive(a)
	}
	b := s.as(rita)
	first := b.get("/?grouped=no&q=EXP")
	next := first.document(t).Find(`a[href*="after="]`).AttrOr("href", "")
	if u, err := url.Parse(next); err != nil || u.Query().Get("q") != "EXP" {
		t.Fatalf("the way to the next page is %q", next)
	}
	second := b.get(next)
	all := append(rows(t, first), rows(t, second)...)
	distinct := map[string]bool{}
	for _, id := range all {
		distinct[id] = true
	}
	if len(all) != n || len(distinct) != n {
		t.Errorf("%d rows, %d of them different, want %d", len(all), len(distinct), n)
	}
}

func TestInbox_Filters(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	soon, late := expense(), expense()
	soon.Timeout, soon.Function, soon.HeartbeatTimeout = 10*time.Minute, "soon-function", 0
	late.Timeout, late.HeartbeatTimeout = 30*time.Hour, 0
	soonID := string(s.receive(soon).ID)
	s.clock.Advance(time.Second)
	lateID := string(s.receive(late).ID)
	b := s.as(rita)
	for query, want := range map[string]string{
		"":                                      soonID + " " + lateID,
		"order=newest&q=EXP-2291":               lateID + " " + soonID,
		"ends=15m":                              soonID,
		"ends=1d-7d":                            lateID,
		"function=soon-function":                soonID,
		"ends=never":                            "",
		"scope=mine":                            "",
		"scope=history":                         "",
		"q=" + url.QueryEscape(late.CallbackID): lateID,
		"q=nothing-like-it":                     "",
		"queue=security":                        "",
		"ends=custom&from=2026-11-23T10:00Z":    "422",
	} {
		a := b.get("/?" + query)
		if want == "422" {
			if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.text(t), "from") {
				t.Errorf("%s: %d %s", query, a.status, a.text(t))
			}
			continue
		}
		if got := strings.Join(rows(t, a), " "); a.status != http.StatusOK || got != want {
			t.Errorf("%s: %d, rows %q, want %q", query, a.status, got, want)
		}
	}
}

func TestInbox_All(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.as(adam).get("/?scope=all&state=pending&q=x")
	if want := "/admin/callbacks?q=x&scope=all&state=pending"; a.status != http.StatusSeeOther || a.header.Get("Location") != want {
		t.Errorf("%d %s, want 303 %s", a.status, a.header.Get("Location"), want)
	}
}

func TestAdmin(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	pending, decided := expense(), expense()
	pending.Timeout, pending.HeartbeatTimeout = 10*time.Minute, 0
	s.receive(pending)
	id := s.receive(decided).ID
	rita := s.as(rita)
	rita.decide(id, rita.choose(id, "approve", ""))
	b := s.as(adam)
	for query, want := range map[string]int{
		"": 2, "?state=pending": 1, "?state=pending&state=decided": 2, "?ends=1h": 1, "?ends=5m-15m&state=pending": 1,
		"?state=completed": 0, "?received_from=2026-11-23T08:59&received_to=2026-11-23T09:01": 2, "?received_to=2026-11-23T09:00": 0,
		"?scope=mine": 2, // this page shows everything, whatever a link says
	} {
		a := b.get("/admin/callbacks" + query)
		if got := len(rows(t, a)); a.status != http.StatusOK || got != want {
			t.Errorf("%s: %d, %d rows, want %d", query, a.status, got, want)
		}
	}
	if a := b.get("/admin/callbacks?state=lost&ends=soon"); a.status != http.StatusUnprocessableEntity {
		t.Errorf("bad filter: %d, want 422", a.status)
	}
}

// TestAdmin_Days: what the form's date fields send finds those days on the reader's clock, and
// comes back in the fields.
func TestAdmin_Days(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.receive(expense()) // at 09:00 UTC on the 23rd, which is 20:00 in Sydney
	b := s.as(adam)
	b.header.Set("Cookie", words.ZoneCookie+"=Australia/Sydney")
	for _, test := range []struct {
		from, to string
		rows     int
	}{
		{"2026-11-23", "2026-11-23", 1}, {"2026-11-23", "", 1}, {"", "2026-11-23", 1}, {"2026-11-24", "", 0}, {"", "2026-11-22", 0},
	} {
		a := b.get("/admin/callbacks?" + url.Values{"received_from": {test.from}, "received_to": {test.to}}.Encode())
		if got := len(rows(t, a)); a.status != http.StatusOK || got != test.rows {
			t.Errorf("%+v: %d, %d rows", test, a.status, got)
		}
		fields := a.document(t).Find(`form.adm-filters input[type="date"]`)
		if from, to := fields.Eq(0).AttrOr("value", ""), fields.Eq(1).AttrOr("value", ""); from != test.from || to != test.to {
			t.Errorf("%+v: the fields hold %q and %q", test, from, to)
		}
		if names := fields.Eq(0).AttrOr("name", "") + " " + fields.Eq(1).AttrOr("name", ""); names != "received_from received_to" {
			t.Errorf("the fields are %s", names)
		}
	}
}

func TestAudit(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for range desk.PageSize {
		s.receive(expense())
	}
	id := string(s.receive(expense()).ID)
	b := s.as(audrey)
	if a := b.get("/audit?callback=" + id); a.status != http.StatusOK || !strings.Contains(a.body, id) || a.document(t).Find(`a[href*="before="]`).Length() != 0 {
		t.Errorf("of one callback: %d", a.status)
	}
	if rows := b.get("/audit").document(t).Find("#list tbody tr"); rows.Length() != 1 || !strings.Contains(rows.Text(), "signed in") {
		t.Errorf("without what senders did: %d lines, %q", rows.Length(), rows.Text())
	}
	older := b.get("/audit?system=1").document(t).Find(`a[href*="before="]`).AttrOr("href", "")
	if a := b.get(older); older == "" || a.status != http.StatusOK {
		t.Errorf("older entries at %q: %d", older, a.status)
	}
	day := s.clock.Now().UTC().Format(time.DateOnly)
	for _, query := range []string{"?actor=" + s.id(audrey), "?actor=AUDR", "?actor=audr&from=" + day + "&to=" + day} {
		if rows := b.get("/audit" + query).document(t).Find("#list tbody tr"); rows.Length() != 1 || !strings.Contains(rows.Text(), "signed in") {
			t.Errorf("%s, of one person: %d lines, %q", query, rows.Length(), rows.Text())
		}
	}
	for _, query := range []string{"?actor=nobody", "?system=1&from=2020-01-01&to=2020-01-02", "?actor=audr&to=2020-01-02"} {
		if a := b.get("/audit" + query); a.status != http.StatusOK || a.document(t).Find("#list tbody tr").Length() != 0 {
			t.Errorf("%s: %d with lines", query, a.status)
		}
	}
	s.clock.Advance(time.Second)
	file := b.post("/audit/export", url.Values{"format": {"jsonl"}, "system": {"1"}, "to": {day}})
	if n := strings.Count(file.body, `"action":"received"`); file.status != http.StatusOK || n != desk.PageSize+1 || strings.Contains(file.body, "audit.exported") {
		t.Errorf("the file, %d, has %d arrivals", file.status, n)
	}
	if a := s.as(rita).post("/audit/export", url.Values{"format": {"csv"}}); a.status != http.StatusForbidden {
		t.Errorf("a reviewer exports the audit: %d", a.status)
	}
	for _, query := range []string{"?before=x", "?before=-1", "?callback=A%2FB", "?zone=Mars", "?system=2", "?from=x"} {
		if a := b.get("/audit" + query); a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d, want 422", query, a.status)
		}
	}
}

// TestUnknownAddress: a reader who follows a wrong address keeps the navigation; a stranger gets the
// page alone.
func TestUnknownAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for who, b := range map[string]*browser{"reader": s.as(rita), "stranger": s.visitor()} {
		a := b.get("/nowhere")
		page := a.document(t)
		signedIn := who == "reader"
		if rails := page.Find("nav.rail").Length(); a.status != http.StatusNotFound || (rails == 1) != signedIn || page.Find("#problem").Length() != 1 {
			t.Errorf("%s: answered %d with %d navigations", who, a.status, rails)
		}
	}
}

// TestTheme: what a reader chose comes back with each page, error pages included; anything else in
// the cookie is ignored.
func TestTheme(t *testing.T) {
	t.Parallel()
	b := newSite(t).as(rita)
	for cookie, want := range map[string]string{"dark": "dark", "light": "light", "pink": ""} {
		b.header.Set("Cookie", "theme="+cookie)
		for _, path := range []string{"/", "/nowhere"} {
			if got := b.get(path).document(t).Find("html").AttrOr("data-theme", ""); got != want {
				t.Errorf("%s with %q has theme %q, want %q", path, cookie, got, want)
			}
		}
	}
}

// TestTab: the tab of every page says how many callbacks of the reader's are at risk, each once, as the
// list groups them, and has another icon while there are any.
func TestTab(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ask := func(timeout, heartbeat time.Duration) {
		a := expense()
		a.Timeout, a.HeartbeatTimeout = timeout, heartbeat
		s.receive(a)
	}
	tab := func(b *browser, path string) (title, icon string) {
		page := b.get(path).document(t)
		return page.Find("title").Text(), page.Find("link[rel=icon]").AttrOr("href", "")
	}
	b := s.as(rita)
	ask(2*time.Hour, 0)
	if title, icon := tab(b, "/"); strings.Contains(title, "risk") || icon != static.URL("favicon.svg") {
		t.Errorf("with nothing at risk the tab says %q and shows %s", title, icon)
	}
	ask(10*time.Minute, 0)
	ask(2*time.Hour, 40*time.Minute) // nobody sends heartbeats
	ask(40*time.Minute, 0)           // due soon, and not at risk
	ask(5*time.Minute, 3*time.Minute)
	for _, path := range []string{"/", "/settings"} {
		if title, icon := tab(b, path); !strings.HasPrefix(title, "(3 at risk) ") || icon != static.URL("favicon.risk.svg") {
			t.Errorf("%s: the tab says %q and shows %s", path, title, icon)
		}
	}
	if got := strings.Join(strings.Fields(b.get("/?grouped=no").document(t).Find(".rows .grp.risk").Text()), " "); !strings.HasPrefix(got, "At risk 3") {
		t.Errorf("the list says %q", got)
	}
	if title, _ := tab(s.as(otto), "/"); strings.Contains(title, "risk") {
		t.Errorf("who sees none of them reads %q", title)
	}
}
