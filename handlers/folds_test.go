package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"countersign/internal/batch"
)

// TestFold: what asks the same is one row with the nearest clock. It opens in place by its address, and
// each request is shown by itself where the address says so.
func TestFold(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(rita)
	ids := s.deploys(3)
	rows := b.get("/?scope=available").document(t).Find("[data-row]")
	if rows.Length() != 1 || rows.Find(".folded .ttl").Text() != "3 ×Deploy to environment 0" || rows.Find(".twist").Text() != "3 requests, titles differ" {
		t.Fatalf("%d rows: %s", rows.Length(), rows.Text())
	}
	opens := rows.Find("a.folded")
	if at := opens.Find("count-down").AttrOr("until", ""); at == "" || opens.AttrOr("aria-expanded", "") != "false" {
		t.Errorf("it has no clock, or is open")
	}
	open := b.get(opens.AttrOr("href", "")).document(t)
	if got := namesIn(open.Find("li.member .ttl")); got != "Deploy to environment 0, Deploy to environment 1, Deploy to environment 2" {
		t.Errorf("it opens to %s", got)
	}
	if at := open.Find("li.member count-down").First().AttrOr("until", "of a member"); at != opens.Find("count-down").AttrOr("until", "") {
		t.Errorf("the row's clock is not the nearest: %s", at)
	}
	closed := b.get(open.Find("a.folded").AttrOr("href", "")).document(t)
	if closed.Find("li.member").Length() > 0 {
		t.Error("the row does not close")
	}
	each := b.get("/?scope=available&grouped=no").document(t)
	if n := each.Find("[data-row]").Length(); n != len(ids) || each.Find(".folded").Length() > 0 {
		t.Errorf("%d rows where each is shown by itself", n)
	}
	if n := b.get("/?scope=available&q=environment+1").document(t).Find(".folded").Length(); n > 0 {
		t.Error("one request stands for others that the filter does not find")
	}
}

// namesIn joins texts.
func namesIn(some *goquery.Selection) string {
	return strings.Join(some.Map(func(_ int, one *goquery.Selection) string { return strings.TrimSpace(one.Text()) }), ", ")
}

// TestFold_Selects: the box of a row selects what it stands for, those first that end first; the page
// that asks says how many more there are.
func TestFold_Selects(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(rita)
	ids := s.deploys(batch.MaxItems + 3)
	s.clock.Advance(time.Second)
	row := b.get("/?scope=available").document(t).Find("[data-row]")
	if got := row.Find(".ttl b").Text(); got != "200+ ×" {
		t.Errorf("the row counts %q", got)
	}
	box := row.Find("[data-pick]")
	a := b.post("/batches?scope=available", url.Values{"stance": {"for"}, box.AttrOr("name", ""): {box.AttrOr("value", "")}, "callback": ids[:1]})
	if a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	page := b.get(a.header.Get("Location")).document(t)
	if got := page.Find("h1").Text(); got != "Approve 200 of 200 selected?" {
		t.Errorf("it asks %q", got)
	}
	if got := page.Find(".note").Text(); !strings.Contains(got, "3 more ask the same and are not included.") {
		t.Errorf("it says %q", got)
	}
	if got := page.Find(".note").Text(); strings.Contains(got, "new since") {
		t.Errorf("it says %q", got)
	}
	if first := page.Find("td.c-title").First().Text(); strings.TrimSpace(first) != "Deploy to environment 0" {
		t.Errorf("the first is %q", first)
	}
	whole := b.get("/?scope=available&open=" + box.AttrOr("value", "")).document(t).Find("li.member.more a")
	if got := whole.Text(); got != "All 200+, page by page" {
		t.Fatalf("it leads to %q", got)
	}
	group := b.get(whole.AttrOr("href", "")).document(t)
	if n := group.Find("[data-row]").Length(); n != 50 || group.Find("a:contains('Leave the group')").Length() != 1 {
		t.Errorf("the group has %d rows on its page", n)
	}
}

// TestFold_OnlyOwn: a row of what the reader may not see selects nothing.
func TestFold_OnlyOwn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.deploys(2)
	key := s.as(rita).get("/?scope=available").document(t).Find("[data-pick]").AttrOr("value", "")
	for _, path := range []string{"/?scope=available&group=", "/?scope=available&open="} {
		if text := s.as(otto).get(path + key).text(t); strings.Contains(text, "environment") {
			t.Errorf("%s shows what is somebody else's: %.200s", path, text)
		}
	}
	a := s.as(otto).post("/batches?scope=available", url.Values{"stance": {"for"}, "group": {key}})
	if to := a.header.Get("Location"); a.status != http.StatusSeeOther || strings.HasPrefix(to, "/batches/") {
		t.Error(fmt.Sprint(a.status, " ", to))
	}
}
