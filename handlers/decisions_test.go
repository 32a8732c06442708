package handlers_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/record"
	"countersign/internal/record/recordtest"
)

// decided puts decisions on record, a minute apart, the first at the time of the clock.
func (s *site) decided(queue string, titles ...string) (ids []callbacks.ID) {
	s.t.Helper()
	for i, title := range titles {
		c := recordtest.Decide(s.t, s.store, "ada", s.clock.Now().Add(time.Duration(i)*time.Minute), callbackstest.Queue(queue), callbackstest.Title(title))
		ids = append(ids, c.ID)
	}
	return ids
}

// titlesOn are the titles that a page of the record lists.
func (b *browser) titlesOn(path string) []string {
	b.t.Helper()
	var titles []string
	for _, n := range b.get(path).document(b.t).Find("#list td .ttl").EachIter() {
		titles = append(titles, strings.TrimSpace(n.Text()))
	}
	return titles
}

// TestDecisions: who sees what, by which filter.
func TestDecisions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.decided("finance", "Refund <b>one</b>", "Refund two")
	s.decided("security", "Rotate a key")
	for person, want := range map[string]int{rita: 2, otto: 1, audrey: 3, adam: 3} {
		if got := s.as(person).titlesOn("/decisions"); len(got) != want {
			t.Errorf("%s sees %v", person, got)
		}
	}
	b := s.as(audrey)
	if got := b.titlesOn("/decisions"); len(got) > 0 && got[0] != "Refund two" && got[0] != "Rotate a key" {
		t.Errorf("newest first: %v", got)
	}
	for query, want := range map[string]int{
		"queue=finance": 2, "queue=finance&stance=against": 0, "person=nobody": 0, "person=" + callbackstest.Person("ada").ID: 0, "via=web": 0,
		"outcome=approve": 3, "rule=none": 0, "function=none": 0,
	} {
		if got := b.titlesOn("/decisions?" + query); len(got) != want {
			t.Errorf("%s: %v, want %d", query, got, want)
		}
	}
	if got := s.as(rita).titlesOn("/decisions?queue=security"); len(got) != 0 {
		t.Errorf("another queue: %v", got)
	}
	if a := b.get("/decisions?from=yesterday"); a.status != http.StatusUnprocessableEntity && a.status != http.StatusBadRequest {
		t.Errorf("a wrong day: %d", a.status)
	}
}

// TestDecisions_Zone: an address names the zone of its days, so that it finds the same for everybody.
func TestDecisions_Zone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.clock.Set(time.Date(2026, 11, 23, 23, 30, 0, 0, time.UTC))
	s.decided("finance", "Late")
	for query, want := range map[string]int{
		"from=2026-11-24": 0, "to=2026-11-23": 1, "from=2026-11-24&zone=Europe/Berlin": 1, "from=2026-11-24&to=2026-11-24&zone=Asia/Tokyo": 1, "to=2026-11-23&zone=Asia/Tokyo": 0,
	} {
		for _, reader := range []string{"UTC", "Europe/Berlin", "America/New_York"} {
			b := s.as(audrey)
			b.in(reader)
			if got := b.titlesOn("/decisions?" + query); len(got) != want {
				t.Errorf("%s for a reader in %s: %v", query, reader, got)
			}
			text := b.get("/decisions?" + query).document(t).Find(".pager").Text()
			if !strings.Contains(text, "Times are in "+reader) {
				t.Errorf("the page says of its zone: %q", text)
			}
		}
	}
	if a := s.as(audrey).get("/decisions?zone=Mars"); a.status == http.StatusOK {
		t.Error("a zone that does not exist is taken for another")
	}
}

// TestDecisions_Export: a file has exactly what the list has on all its pages, and is on record.
func TestDecisions_Export(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var titles []string
	for i := range desk.PageSize + 5 {
		titles = append(titles, fmt.Sprintf("=Refund(%d)", i))
	}
	s.clock.Set(s.clock.Now().Add(-2 * time.Hour))
	s.decided("finance", titles...)
	s.decided("security", "Rotate a key")
	s.clock.Advance(2 * time.Hour)
	b := s.as(rita)
	a := b.post("/decisions/export", url.Values{"format": {"csv"}, "queue": {"finance"}})
	if disposition := a.header.Get("Content-Disposition"); a.status != http.StatusOK || !strings.Contains(disposition, ".csv") {
		t.Fatalf("%d, %s", a.status, disposition)
	}
	cells, err := csv.NewReader(strings.NewReader(a.body)).ReadAll()
	if err != nil || len(cells) != len(titles)+1 || cells[1][11] != "'"+titles[len(titles)-1] {
		t.Fatalf("%d rows, the first %q, %v", len(cells), cells[1], err)
	}
	lines := b.post("/decisions/export", url.Values{"format": {"jsonl"}}).body
	if n := strings.Count(lines, "\n"); n != len(titles) || strings.Contains(lines, "Rotate") {
		t.Errorf("%d lines", n)
	}
	audit, err := s.store.Audit(t.Context(), desk.AuditQuery{Action: record.ActionExported, Limit: 10})
	if err != nil || len(audit) != 2 || audit[1].Detail != "As CSV: decisions in queue finance." || audit[1].Actor.ID != s.id(rita) {
		t.Errorf("on record: %+v, %v", audit, err)
	}
	if a := b.post("/decisions/export", url.Values{"format": {"exe"}}); a.status == http.StatusOK {
		t.Error("an unknown format")
	}
	status := 0
	for range 10 {
		status = b.post("/decisions/export", url.Values{"format": {"csv"}}).status
	}
	if status != http.StatusTooManyRequests {
		t.Errorf("many exports at once: %d", status)
	}
}

// in has a browser send its time zone along.
func (b *browser) in(zone string) {
	b.t.Helper()
	at, err := url.Parse(b.site.url)
	if err != nil {
		b.t.Fatal(err)
	}
	b.client.Jar.SetCookies(at, []*http.Cookie{{Name: "zone", Value: zone, Path: "/"}})
}
