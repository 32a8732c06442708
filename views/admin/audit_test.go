package admin

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/record"
	"countersign/views"
	"countersign/views/viewstest"

	"github.com/PuerkitoBio/goquery"
)

func TestAuditPage(t *testing.T) {
	t.Parallel()
	entry := callbacks.AuditEntry{
		Seq: 48112, At: viewstest.Now, Actor: viewstest.Mara.Actor(), Action: callbacks.ActionDecided, Callback: "exp2291", Queue: "finance",
		From: callbacks.Pending, To: callbacks.Decided, Detail: "Approve, success of 238 bytes",
	}
	signedIn := callbacks.AuditEntry{Seq: 48111, At: viewstest.Now, Actor: viewstest.Mara.Actor(), Action: callbacks.ActionSignedIn}
	m := Audit{Filter: record.AuditFilter{Callback: "exp2291", Action: callbacks.ActionDecided}, Before: 50000}
	m.Stretches, m.Next = []record.Stretch{{AuditEntry: entry, Count: 1}, {AuditEntry: signedIn, Count: 3, Since: viewstest.Now.Add(-time.Minute)}}, 48111
	m.Titles = map[callbacks.ID]string{"exp2291": "Expense report EXP-2291"}
	doc := viewstest.HTML(t, AuditPage(viewstest.Shell(views.PlaceAudit, "/audit?action=decided&before=50000&callback=exp2291"), m))
	if got := viewstest.Words(doc.Find("#entry-48112")); got != "48112 13:51:02 MO Mara Okafor decided Expense report EXP-2291 Waiting → Delivering finance Approve, success of 238 bytes" {
		t.Errorf("%q", got)
	}
	if got := doc.Find("#entry-48112 .c-callback a").AttrOr("href", ""); got != "/callbacks/exp2291" {
		t.Errorf("leads to %s", got)
	}
	if got := doc.Find("#entry-48111 .c-actor a").AttrOr("href", ""); got != "/audit?actor="+viewstest.Mara.Actor().ID {
		t.Errorf("the person leads to %s", got)
	}
	if got := viewstest.Words(doc.Find("#entry-48111 .c-act")); got != "signed in × 3 since 13:50:02" {
		t.Errorf("the stretch says %q", got)
	}
	if doc.Find("#entry-48111 .c-callback a").Length() != 0 {
		t.Error("an entry of no callback leads to one")
	}
	if got := doc.Find("select[name=action] option[selected]").AttrOr("value", ""); got != "decided" {
		t.Errorf("action %q is selected", got)
	}
	links := doc.Find(".pager a").Map(func(_ int, s *goquery.Selection) string { return s.AttrOr("href", "") })
	if want := []string{"/audit?action=decided&callback=exp2291", "/audit?action=decided&before=" + strconv.Itoa(48111) + "&callback=exp2291"}; !slices.Equal(links, want) {
		t.Errorf("pages %q, want %q", links, want)
	}
	m.Titles = nil
	doc = viewstest.HTML(t, AuditPage(viewstest.Shell(views.PlaceAudit, "/audit"), m))
	if got := viewstest.Words(doc.Find("#entry-48112 .c-callback")); got != "exp2291" {
		t.Errorf("a callback without a title is named %q", got)
	}
}

// TestAuditPage_Filters: the page says what it leaves out and offers it, keeps what was asked for in its
// form and its export, and says in the export what the file has.
func TestAuditPage_Filters(t *testing.T) {
	t.Parallel()
	one := []record.Stretch{{AuditEntry: callbacks.AuditEntry{Seq: 7, At: viewstest.Now, Actor: viewstest.Mara.Actor(), Action: callbacks.ActionSignedIn}, Count: 1}}
	m := Audit{Filter: record.AuditFilter{From: viewstest.Now}, Days: [2]string{"2026-11-24", ""}, Zone: "Asia/Tokyo"}
	m.Stretches = one
	doc := viewstest.HTML(t, AuditPage(viewstest.Shell(views.PlaceAudit, "/audit?from=2026-11-24&zone=Asia/Tokyo"), m))
	if got := viewstest.Words(doc.Find(".pager")); got != "1 on this page. The days of the filter are days in Asia/Tokyo. What senders and the desk itself did is left out. List it, too" {
		t.Errorf("below the page: %q", got)
	}
	if got := doc.Find(".pager a").AttrOr("href", ""); got != "/audit?from=2026-11-24&system=1&zone=Asia%2FTokyo" {
		t.Errorf("all entries are at %s", got)
	}
	if zone, from := doc.Find(".adm-filters [name=zone]").AttrOr("value", ""), doc.Find(".export [name=from]").AttrOr("value", ""); zone != "Asia/Tokyo" || from != "2026-11-24" {
		t.Errorf("the form has zone %q, the export begins on %q", zone, from)
	}
	if got := doc.Find(".export p").Text(); !strings.Contains(got, "entries of people from 2026-11-24 in Asia/Tokyo") {
		t.Errorf("the export: %q", got)
	}
	m = Audit{Filter: record.AuditFilter{System: true}}
	m.Stretches, m.Through = one, viewstest.Now
	doc = viewstest.HTML(t, AuditPage(viewstest.Shell(views.PlaceAudit, "/audit?system=1"), m))
	if got := viewstest.Words(doc.Find(".pager")); got != "1 on this page. They stand for 1000 entries, back to 13:51:02." || doc.Find("[name=system][checked]").Length() != 1 {
		t.Errorf("with system entries: %q", got)
	}
	m.Filter = record.AuditFilter{Actor: "mara"}
	doc = viewstest.HTML(t, AuditPage(viewstest.Shell(views.PlaceAudit, "/audit?actor=mara"), m))
	if doc.Find("[name=actor]").AttrOr("value", "") != "mara" || doc.Find("[name=system]").Length() != 0 {
		t.Error("by name: the field is empty, or a switch is offered that changes nothing")
	}
}

// TestEveryActionHasWords: an action without words of its own would show its constant.
func TestEveryActionHasWords(t *testing.T) {
	t.Parallel()
	for _, a := range actions {
		if actionWords[a] == "" {
			t.Errorf("%s has no words in the audit", a)
		}
	}
}
