package lists_test

import (
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views"
	"countersign/views/lists"
	"countersign/views/pagetest"
	"countersign/views/viewstest"

	"github.com/PuerkitoBio/goquery"
)

func adminPage(t *testing.T, address string, m lists.Table) *goquery.Document {
	t.Helper()
	return viewstest.HTML(t, lists.TablePage(viewstest.Shell(views.PlaceAdmin, address), m))
}

// TestHistogramIsAFilter: every bar is a link with its number, and the chosen one takes its filter
// away again.
func TestHistogramIsAFilter(t *testing.T) {
	t.Parallel()
	doc := adminPage(t, "/admin/callbacks?ends=15m-1h&queue=finance&state=pending", pagetest.Table())
	bars := doc.Find(".histo svg a")
	if bars.Length() != len(lists.Ranges) {
		t.Fatalf("%d bars, want %d", bars.Length(), len(lists.Ranges))
	}
	if got := bars.Eq(2).AttrOr("aria-label", ""); got != "5 to 15 min: 5 callbacks" {
		t.Errorf("label: %q", got)
	}
	if got := bars.Eq(2).AttrOr("href", ""); got != "/admin/callbacks?ends=5m-15m&queue=finance&state=pending" {
		t.Errorf("leads to %s", got)
	}
	chosen := doc.Find(".histo svg a[aria-current=true]")
	if chosen.Length() != 1 || chosen.AttrOr("href", "") != "/admin/callbacks?queue=finance" {
		t.Errorf("%d bars are chosen, the first leads to %s", chosen.Length(), chosen.AttrOr("href", ""))
	}
}

func TestStateList(t *testing.T) {
	t.Parallel()
	doc := adminPage(t, "/admin/callbacks?state=undeliverable&state=unconfirmed", pagetest.Table())
	lines := doc.Find(".statelist a").Map(func(_ int, s *goquery.Selection) string { return viewstest.Words(s) })
	if len(lines) != len(lists.TableStates) || lines[0] != "Pending 63" || lines[len(lines)-1] != "Completed 999+" {
		t.Errorf("%q", lines)
	}
	chosen := doc.Find(".statelist a[aria-current=true]")
	if viewstest.Words(chosen) != "Needs an operator 1" || chosen.AttrOr("href", "") != "/admin/callbacks" {
		t.Errorf("chosen: %q to %s", viewstest.Words(chosen), chosen.AttrOr("href", ""))
	}
}

func TestAdminRows(t *testing.T) {
	t.Parallel()
	doc := adminPage(t, "/admin/callbacks", pagetest.Table())
	cells := func(id string) string {
		return strings.Join(doc.Find("#row-"+id+" td").Map(func(_ int, s *goquery.Selection) string { return viewstest.Words(s) }), " | ")
	}
	for id, want := range map[string]string{
		"exp2291":        "Expense report EXP-2291: $7,846.20, Osaka customer onsite | expense-approval | finance | In review | timeout | 41:08 | 14:32:10 | MO You | 48 m",
		"mails":          "Send 1,240 customer e-mails: “Your plan price changes on 1 January” | agent-outreach | finance | In review | timeout | 11:32 | 14:02:34 | DF Dana | 18 m",
		"ledger":         "Unnamed callback 2-1 | nightly-ledger-close | finance | Waiting | no deadline |  |  | nobody | 3 d",
		"exp2291decided": "Expense report EXP-2291: $7,846.20, Osaka customer onsite | expense-approval | finance | Delivery problem | timeout | 41:08 | 14:32:10 | MO You | 48 m",
		"exp2291closed":  "Expense report EXP-2291: $7,846.20, Osaka customer onsite | expense-approval | finance | Closed elsewhere | execution |  | 23 Nov, 11:51 | nobody | 48 m",
	} {
		if got := cells(id); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", id, got, want)
		}
	}
	if got := doc.Find("#row-mails a").AttrOr("href", ""); got != "/callbacks/mails?scope=all" {
		t.Errorf("a row leads to %s", got)
	}
}

// TestAdminColumns: what has ended has no time left, and says who decided.
func TestAdminColumns(t *testing.T) {
	t.Parallel()
	for want, states := range map[string][]callbacks.State{
		"Title Function Queue State Ends by Remaining Ends at Reviewer Age": {callbacks.Pending, callbacks.Lost},
		"Title Function Queue State Ended by Ended at Decided by Age":       {callbacks.Completed, callbacks.Lost},
	} {
		m := pagetest.Table()
		m.Filter.States, m.Rows = states, viewstest.EndedRows()[1:]
		doc := adminPage(t, "/admin/callbacks", m)
		if got := viewstest.Words(doc.Find(".tbl thead")); got != want {
			t.Errorf("columns %q, want %q", got, want)
		}
		if rows, columns := doc.Find("#row-exp2291lost td").Length(), doc.Find(".tbl th").Length(); rows != columns {
			t.Errorf("%d cells below %d columns", rows, columns)
		}
	}
}

func TestAdminOrder(t *testing.T) {
	t.Parallel()
	m := pagetest.Table()
	m.Filter.Order = desk.OrderNewest
	doc := adminPage(t, "/admin/callbacks?order=newest&after=x", m)
	sorted := doc.Find("th[aria-sort=ascending]")
	if viewstest.Words(sorted) != "Age" {
		t.Errorf("sorted by %q", viewstest.Words(sorted))
	}
	for class, want := range map[string]string{"c-rem": "deadline", "c-at": "deadline", "c-age": "oldest"} {
		if got := doc.Find("th."+class+" a").AttrOr("href", ""); got != "/admin/callbacks?order="+want {
			t.Errorf("the order by %s is at %s", class, got)
		}
	}
	m.Filter.Order, m.Filter.States = desk.OrderQueue, callbacks.OpenStates
	doc = adminPage(t, "/admin/callbacks?order=queue", m)
	if sorted := doc.Find("th[aria-sort=ascending]"); viewstest.Words(sorted) != "Queue" || sorted.Find("a").AttrOr("href", "") != "/admin/callbacks?order=queue-last" {
		t.Errorf("by queue: %q, %s", viewstest.Words(sorted), sorted.Find("a").AttrOr("href", ""))
	}
	m.Filter.Order, m.Filter.States = desk.OrderEnd, []callbacks.State{callbacks.Completed}
	doc = adminPage(t, "/admin/callbacks?order=end&state=completed", m)
	if sorted := doc.Find("th[aria-sort=descending]"); viewstest.Words(sorted) != "Ended at" || sorted.Find("a").AttrOr("href", "") != "/admin/callbacks?order=ended-first&state=completed" || doc.Find("th.c-q a").Length() != 0 {
		t.Errorf("of what has ended: %q, %s", viewstest.Words(sorted), sorted.Find("a").AttrOr("href", ""))
	}
}

// TestAdminEnds: one field has every way to filter by the end, the one chosen in the histogram too,
// and a span of the reader's own on their clock.
func TestAdminEnds(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		"": "Ends at any time", "1h": "Ends within 1 h", "5m-15m": "Time left: 5 to 15 min", "timed_out": "Timed out", "custom": "Ends between…",
	} {
		m := pagetest.Table()
		m.Ends, m.Filter.Ends = key, desk.Ends{From: viewstest.Now, Before: viewstest.Now.Add(time.Hour)}
		form := adminPage(t, "/admin/callbacks?ends="+key, m).Find(".adm-filters")
		if got := form.Find("[name=ends] option[selected]"); viewstest.Words(got) != want || got.AttrOr("value", "") != key {
			t.Errorf("%q shows as %q, want %q", key, viewstest.Words(got), want)
		}
		from, to := "", ""
		if key == "custom" {
			from, to = "2026-11-24T13:51", "2026-11-24T14:51"
		}
		if form.Find("[name=from]").AttrOr("value", "") != from || form.Find("[name=to]").AttrOr("value", "") != to {
			t.Errorf("%q: from %q to %q", key, form.Find("[name=from]").AttrOr("value", ""), form.Find("[name=to]").AttrOr("value", ""))
		}
	}
}

// TestAdminSaysHowItWasDecided: what was delivered says for what, not that it was delivered.
func TestAdminSaysHowItWasDecided(t *testing.T) {
	t.Parallel()
	m := pagetest.Table()
	approved := viewstest.EndedRows()[0]
	failed, rejected := approved, approved
	failed.ID, failed.ExecutionFailed = "failed", true
	no := *approved.Decision
	no.Outcome, no.Label, no.Kind = "reject", "Reject", callbacks.Failure
	rejected.ID, rejected.Decision = "rejected", &no
	m.Rows = []desk.Row{approved, failed, rejected}
	doc := adminPage(t, "/admin/callbacks?state=completed", m)
	for id, want := range map[string]string{string(approved.ID): "Approved", "failed": "Approved, execution failed", "rejected": "Rejected"} {
		if got := viewstest.Words(doc.Find("#row-" + id + " .c-st")); got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
}

func TestAdminEmpty(t *testing.T) {
	t.Parallel()
	m := pagetest.Table()
	m.Rows, m.Next = nil, ""
	doc := adminPage(t, "/admin/callbacks?q=nothing", m)
	if doc.Find("table").Length() != 0 || viewstest.Words(doc.Find(".empty h2")) != "No callback matches these filters" {
		t.Errorf("%q", viewstest.Words(doc.Find("#list")))
	}
}

// TestAnnouncedField: who announced a callback is a field of the form, which keeps the sender that
// the address names.
func TestAnnouncedField(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"": "Announced or not", callbacks.SourceAnnounced: "Announced", callbacks.SourceDiscovery: "Never announced", "expenses": "Announced by expenses",
	} {
		m := pagetest.Table()
		m.Filter.Source, m.Ends, m.Filter.Gone = source, views.EndsGone, true
		doc := adminPage(t, "/admin/callbacks?ends=gone&source="+source, m)
		form := doc.Find("form.adm-filters")
		if got := form.Find("select[name=source] option[selected]"); viewstest.Words(got) != want || got.AttrOr("value", "") != source {
			t.Errorf("%q: %q is selected, want %q", source, viewstest.Words(got), want)
		}
		if form.Find("[name=source]").Length() != 1 || form.Find("select[name=source] option[value=announced]").Length() != 1 {
			t.Errorf("%q: the form has %d fields for it", source, form.Find("[name=source]").Length())
		}
		if got := viewstest.Words(form.Find("select[name=ends] option[selected]")); got != "Ended elsewhere" {
			t.Errorf("%q: %q is selected of the ends", source, got)
		}
		if form.Find(`a[href="/admin/callbacks"]`).Length() != 1 {
			t.Errorf("%q: nothing clears the filter", source)
		}
	}
}
