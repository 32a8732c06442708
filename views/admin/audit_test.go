package admin

import (
	"slices"
	"strconv"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
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
	m := Audit{Entries: []callbacks.AuditEntry{entry, signedIn}, Query: desk.AuditQuery{Callback: "exp2291", Action: callbacks.ActionDecided, Before: 50000}, Older: 48111}
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

// TestEveryActionHasWords: an action without words of its own would show its constant.
func TestEveryActionHasWords(t *testing.T) {
	t.Parallel()
	for _, a := range actions {
		if actionWords[a] == "" {
			t.Errorf("%s has no words in the audit", a)
		}
	}
}
