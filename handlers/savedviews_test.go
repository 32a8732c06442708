package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks/callbackstest"
)

// saved saves a list under a name and returns the address that leads to it.
func (b *browser) saved(list, name, group string) string {
	b.t.Helper()
	hidden, _ := b.get("/views/new" + list).document(b.t).Find(`form[action="/views"] [name=list]`).Attr("value")
	r := b.post("/views", url.Values{"list": {hidden}, "name": {name}, "group": {group}})
	if r.status != http.StatusSeeOther {
		b.t.Fatalf("%q is not saved: %d, %s", name, r.status, r.document(b.t).Find("main").Text())
	}
	return r.header.Get("Location")
}

// rail are the saved views in the navigation.
func (b *browser) rail() (names []string) {
	b.t.Helper()
	for _, n := range b.get("/sessions").document(b.t).Find("#saved-views a:not([href='/views'])").EachIter() {
		names = append(names, strings.Join(strings.Fields(n.Text()), " "))
	}
	return names
}

// TestSavedView: a list is saved, changes, is saved again, and its changes are dropped. Its address
// alone says what is shown.
func TestSavedView(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(rita)
	if n := b.get("/").document(t).Find("#saved-views, #view-changes").Length(); n != 0 {
		t.Error("views show before there are any")
	}
	address := b.saved("?scope=mine&queue=finance&order=newest", "Finance, newest", "")
	if !strings.Contains(address, "queue=finance") || !strings.Contains(address, "order=newest") || !strings.Contains(address, "view=") || strings.Contains(address, "item") {
		t.Errorf("leads to %q", address)
	}
	page := b.get(address).document(t)
	if h := page.Find("h1").Text(); strings.TrimSpace(h) != "Finance, newest" || page.Find("#view-changes").Length() != 0 {
		t.Errorf("the head says %q", h)
	}
	if n := page.Find(`.rail [aria-current="page"]`); n.Length() != 1 || !strings.Contains(n.Text(), "Finance, newest") {
		t.Errorf("the navigation stands at %q", n.Text())
	}
	changed := b.get(address + "&ends=1h&after=").document(t)
	box := changed.Find("#view-changes")
	if got := strings.Join(strings.Fields(box.Find("li").Text()), " "); got != "Ends at any time → within 1 h" {
		t.Errorf("changed: %q", got)
	}
	if rail := changed.Find("#saved-views").Text(); !strings.Contains(rail, "Changed") {
		t.Errorf("the navigation says %q", rail)
	}
	if drop, _ := box.Find("a").First().Attr("href"); drop != address {
		t.Errorf("drops to %q, want %q", drop, address)
	}
	action, _ := box.Find("form").Attr("action")
	list, _ := box.Find("[name=list]").Attr("value")
	again := b.post(action, url.Values{"list": {list}}).header.Get("Location")
	if p := b.get(again).document(t); !strings.Contains(again, "ends=1h") || p.Find("#view-changes").Length() != 0 {
		t.Errorf("saved again: %q", again)
	}
	if r := b.post(action, url.Values{"list": {"ends=nonsense"}}); r.status != http.StatusBadRequest && r.status != http.StatusUnprocessableEntity {
		t.Errorf("a filter that is none: %d", r.status)
	}
	if lines := strings.Join(b.jumps("?q=finance"), "\n"); !strings.Contains(lines, "Finance, newest") {
		t.Errorf("the palette has %q", lines)
	}
	edit := strings.TrimSuffix(action, "/filter")
	b.post(edit, url.Values{"name": {"Renamed"}})
	if got := b.rail(); len(got) != 1 || got[0] != "Renamed" {
		t.Errorf("renamed: %q", got)
	}
	if r := b.post(edit, url.Values{"name": {""}}); r.status != http.StatusUnprocessableEntity || r.document(t).Find("#name-fault").Text() == "" {
		t.Errorf("without a name: %d", r.status)
	}
	b.post(edit+"/delete", nil)
	if p := b.get(again).document(t); p.Find("#view-changes, #saved-views").Length() != 0 || strings.TrimSpace(p.Find("h1").Text()) != "Mine" {
		t.Errorf("deleted: %q", p.Find("h1").Text())
	}
}

// TestSharedView: members of the group see it and get the filter, never the rights; only its owner
// changes it, and nobody sees it once the owner left the group.
func TestSharedView(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ritas, rosas, ottos := s.as(rita), s.as(rosa), s.as(otto)
	s.receive(expense())
	address := ritas.saved("?queue=finance", "<b>Finance</b>", "finance")
	if got := rosas.rail(); len(got) != 1 || got[0] != "<b>Finance</b> , shared" {
		t.Errorf("a member sees %q", got)
	}
	if got := ottos.rail(); len(got) != 0 {
		t.Errorf("somebody else sees %q", got)
	}
	if p := ottos.get(address).document(t); p.Find("[data-row]").Length() != 0 || strings.TrimSpace(p.Find("h1").Text()) != "Available" {
		t.Errorf("somebody else at its address: %q", p.Find("h1").Text())
	}
	theirs := rosas.get(address + "&ends=24h").document(t).Find("#view-changes")
	if theirs.Find("form").Length() != 0 || !strings.Contains(theirs.Text(), "Save as new") {
		t.Errorf("a member is offered %q", theirs.Text())
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	edit := "/views/" + u.Query().Get("view")
	for _, path := range []string{edit, edit + "/filter", edit + "/stop", edit + "/delete"} {
		if r := rosas.post(path, url.Values{"name": {"mine now"}, "list": {"scope=history"}}); r.status != http.StatusNotFound {
			t.Errorf("a member at %s: %d", path, r.status)
		}
	}
	if r := ritas.post("/views", url.Values{"name": {"x"}, "group": {"security"}}); r.status != http.StatusUnprocessableEntity || r.document(t).Find("#group-fault").Text() == "" {
		t.Errorf("shared with a group of others: %d", r.status)
	}
	ritas.post(edit+"/stop", nil)
	if got := rosas.rail(); len(got) != 0 {
		t.Errorf("once it is shared no more: %q", got)
	}
	ritas.post(edit, url.Values{"name": {"Back"}, "group": {"finance"}})
	s.leaves(rita)
	if got := rosas.rail(); len(got) != 0 {
		t.Errorf("once its owner left: %q", got)
	}
}

// leaves has the provider say, a little later, that a person is in no group any more.
func (s *site) leaves(subject string) {
	s.t.Helper()
	p, err := s.store.Profile(s.t.Context(), s.id(subject))
	callbackstest.Must(s.t, err)
	p.Groups, p.GroupsReadAt = []string{"reviewers"}, s.clock.Now().Add(time.Second)
	callbackstest.Must(s.t, s.store.KeepPerson(s.t.Context(), p))
}

// TestSharedWithoutRights: a view of a list that only admins see is of no use to others, and is not
// shown to them.
func TestSharedWithoutRights(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	adams := s.as(adam)
	address := adams.saved("?scope=all&state=pending", "Everything", "")
	if !strings.HasPrefix(address, "/admin/callbacks?") {
		t.Errorf("leads to %q", address)
	}
	page := adams.get(address + "&state=lost").document(t)
	if got := strings.Join(strings.Fields(page.Find("#view-changes li").Text()), " "); !strings.HasPrefix(got, "State") {
		t.Errorf("changed: %q", got)
	}
	ritas := s.as(rita)
	ritas.post("/views", url.Values{"name": {"All"}, "list": {"scope=all"}, "group": {"finance"}})
	if got := s.as(rosa).rail(); len(got) != 0 {
		t.Errorf("a reviewer sees %q", got)
	}
	if p := ritas.get("/views").document(t).Find("main").Text(); !strings.Contains(p, "You cannot open this list") {
		t.Errorf("its owner reads %q", p)
	}
}
