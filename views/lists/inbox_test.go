package lists_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/replies"
	"countersign/views"
	"countersign/views/components"
	"countersign/views/lists"
	"countersign/views/pagetest"
	"countersign/views/viewstest"

	"github.com/PuerkitoBio/goquery"
)

// TestFoundWords: a filter says how much it found.
func TestFoundWords(t *testing.T) {
	t.Parallel()
	for want, l := range map[string]lists.List{
		"12 requests":             {Total: views.Bounded(12, 100)},
		"1 request":               {Total: views.Bounded(1, 100)},
		"0 requests":              {Total: views.Bounded(0, 100)},
		"99+ requests":            {Total: views.Bounded(100, 100)},
		"2 requests on this page": {Rows: viewstest.Rows()[:2]},
	} {
		if got := viewstest.HTML(t, lists.InboxPage(viewstest.Shell("mine", "/"), lists.Inbox{List: l})).Find("#list").AttrOr("data-found", ""); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestInboxFoot: the foot offers the keys of a decision to people who may decide.
func TestInboxFoot(t *testing.T) {
	t.Parallel()
	for role, viewer := range map[string]callbacks.Roles{"reviewer": {Reviewer: true}, "auditor": {Auditor: true}, "admin": {Admin: true}} {
		s := viewstest.Shell("mine", "/")
		s.Viewer.Roles = viewer
		decides := viewstest.HTML(t, lists.InboxPage(s, lists.Inbox{})).Find(".list-foot .decides").Length()
		if want := map[bool]int{true: 3, false: 0}[viewer.Reviewer]; decides != want {
			t.Errorf("%s: %d keys of decisions, want %d", role, decides, want)
		}
	}
}

// TestInboxOrder: the head says how the list is ordered, and leads to the other orders.
func TestInboxOrder(t *testing.T) {
	t.Parallel()
	for order, want := range map[desk.Order]string{"": "Risk", desk.OrderDeadline: "Ends first", desk.OrderNewest: "Newest"} {
		m := lists.Inbox{}
		m.Filter.Scope, m.Filter.Order = desk.ScopeMine, order
		menu := viewstest.HTML(t, lists.InboxPage(viewstest.Shell("mine", "/?scope=mine&after=c&order="+string(order)), m)).Find("#order")
		if got := viewstest.Words(menu.Find("summary")); got != want {
			t.Errorf("by %q the head says %q, want %q", order, got, want)
		}
		for name, path := range map[string]string{"Risk": "/?scope=mine", "Ends first": "/?order=deadline&scope=mine", "Newest": "/?order=newest&scope=mine"} {
			link := menu.Find("a").FilterFunction(func(_ int, a *goquery.Selection) bool { return a.Text() == name })
			if link.AttrOr("href", "") != path || link.AttrOr("aria-current", "") != strconv.FormatBool(name == want) {
				t.Errorf("by %q, %s leads to %s, current %s", order, name, link.AttrOr("href", ""), link.AttrOr("aria-current", ""))
			}
		}
	}
}

func inboxPage(t *testing.T) *goquery.Document {
	t.Helper()
	m := pagetest.Inbox(desk.ScopeMine, viewstest.Rows())
	open := pagetest.Review(viewstest.Pending())
	m.Open = &open
	return viewstest.HTML(t, lists.InboxPage(viewstest.Shell("mine", "/?scope=mine&queue=finance&item=exp2291&after=c"), m))
}

func TestInboxRow(t *testing.T) {
	t.Parallel()
	doc := inboxPage(t)
	row := doc.Find("#row-exp2291 a.row")
	for selector, want := range map[string]string{
		".ttl": "Expense report EXP-2291: $7,846.20, Osaka customer onsite", ".meta": "expense-approval · Ines Calloway 48 m",
		".time .left": "41:08", ".bites": "timeout", ".tags": "MO DF You and Dana",
	} {
		if got := viewstest.Words(row.Find(selector)); got != want {
			t.Errorf("%s: %q, want %q", selector, got, want)
		}
	}
	if !row.HasClass("soon") || row.AttrOr("aria-current", "") != "true" {
		t.Errorf("the open row, due soon, is %q, current %q", row.AttrOr("class", ""), row.AttrOr("aria-current", ""))
	}
	if got := row.AttrOr("href", ""); got != "/callbacks/exp2291?queue=finance&scope=mine" {
		t.Errorf("leads to %s", got)
	}
	if got := row.AttrOr("data-pane", ""); got != "/?after=c&item=exp2291&queue=finance&scope=mine" {
		t.Errorf("opens beside the list at %s", got)
	}
	if got := row.Find("count-down").AttrOr("until", ""); got != components.UnixMilli(viewstest.Now.Add(41*time.Minute+8*time.Second)) {
		t.Errorf("counts down to %s", got)
	}
	if got := row.Find(".tb rect").AttrOr("width", ""); got != "45" {
		t.Errorf("%s percent are left, want 45", got)
	}
}

func TestInboxRowsSayWhatIsSpecial(t *testing.T) {
	t.Parallel()
	doc := inboxPage(t)
	for id, want := range map[string]string{"vendor": "Nobody here", "mails": "DF Dana is reviewing", "deploy": "No timeout", "ledger": "No timeout", "refund": ""} {
		if got := viewstest.Words(doc.Find("#row-" + id + " .tags")); got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
	if got := viewstest.Words(doc.Find("#row-ledger .ttl.unnamed")); got != "Unnamed callback 2-1" {
		t.Errorf("unnamed: %q", got)
	}
	if got := viewstest.Words(doc.Find("#row-ledger .time")); got != "open no deadline" {
		t.Errorf("without a deadline: %q", got)
	}
}

func TestInboxFilterForm(t *testing.T) {
	t.Parallel()
	m := pagetest.Inbox(desk.ScopeMine, viewstest.Rows())
	m.Filter.Search, m.Filter.Queue, m.Filter.Function = "osaka", "gone-queue", "order-refund"
	doc := viewstest.HTML(t, lists.InboxPage(viewstest.Shell("mine", "/?scope=mine&q=osaka&queue=gone-queue&function=order-refund&ends=1h&after=c"), m))
	form := doc.Find("form[role=search]")
	if form.AttrOr("method", "get") != "get" || form.AttrOr("action", "") != "/" {
		t.Error("the filter is no plain GET of the inbox")
	}
	if got := form.Find("[name=q]").AttrOr("value", ""); got != "osaka" {
		t.Errorf("search: %q", got)
	}
	for name, want := range map[string]string{"queue": "gone-queue", "function": "order-refund"} {
		if got := form.Find("[name="+name+"] option[selected]").AttrOr("value", ""); got != want {
			t.Errorf("%s: %q is selected, want %q", name, got, want)
		}
	}
	hidden := form.Find("input[type=hidden]").Map(func(_ int, s *goquery.Selection) string {
		return s.AttrOr("name", "") + "=" + s.AttrOr("value", "")
	})
	if want := []string{"scope=mine", "ends=1h"}; !slices.Equal(hidden, want) {
		t.Errorf("carried along: %v, want %v (and not the cursor)", hidden, want)
	}
	chip := form.Find(".chip.on")
	if viewstest.Words(chip) != "< 1 h 5" || strings.Contains(chip.AttrOr("href", ""), "ends") {
		t.Errorf("chip %q leads to %s; pressed again it takes its filter away", viewstest.Words(chip), chip.AttrOr("href", ""))
	}
}

func TestInboxPaging(t *testing.T) {
	t.Parallel()
	m := pagetest.Inbox(desk.ScopeMine, viewstest.Rows())
	first := viewstest.HTML(t, lists.InboxPage(viewstest.Shell("mine", "/?scope=mine"), m)).Find(".pager a")
	if first.Length() != 0 {
		t.Errorf("a list of one page has pages: %q", viewstest.Words(first))
	}
	m.Next, m.Filter.After = "a+b/c", &desk.Cursor{}
	links := viewstest.HTML(t, lists.InboxPage(viewstest.Shell("mine", "/?scope=mine&after=x"), m)).Find(".pager a").Map(func(_ int, s *goquery.Selection) string {
		return viewstest.Words(s) + " " + s.AttrOr("href", "")
	})
	if want := []string{"First page /?scope=mine", "Show 200 at once /?after=x&limit=200&scope=mine", "Next page /?after=a%2Bb%2Fc&scope=mine"}; !slices.Equal(links, want) {
		t.Errorf("%q, want %q", links, want)
	}
}

// TestInboxSnoozed: what is snoozed is a list of its own, from which each comes back with one press.
func TestInboxSnoozed(t *testing.T) {
	t.Parallel()
	m := pagetest.Inbox(desk.ScopeMine, viewstest.Rows())
	m.Filter.Snoozed = true
	doc := viewstest.HTML(t, lists.InboxPage(viewstest.Shell("mine", "/?scope=mine&snoozed=1&item=x"), m))
	wake := doc.Find("#row-exp2291 form.wake")
	if got := wake.AttrOr("action", ""); got != "/callbacks/exp2291/snooze?scope=mine&snoozed=1" || wake.Find(`button[name="for"][value="wake"]`).Length() != 1 {
		t.Errorf("waking posts to %q", got)
	}
	if on := viewstest.Words(doc.Find(".chip.on")); !strings.HasPrefix(on, "Snoozed") {
		t.Errorf("the chip that is on is %q", on)
	}
	m.Rows = nil
	if got := viewstest.Words(viewstest.HTML(t, lists.InboxPage(viewstest.Shell("mine", "/?scope=mine&snoozed=1"), m)).Find(".empty h2")); got != "Nothing is snoozed" {
		t.Errorf("an empty one says %q", got)
	}
	if chips := viewstest.Words(viewstest.HTML(t, lists.InboxPage(viewstest.Shell("available", "/"), pagetest.Inbox(desk.ScopeAvailable, nil))).Find(".chips")); strings.Contains(chips, "Snoozed") {
		t.Errorf("Available offers %q", chips)
	}
}

// TestInboxAcknowledged: what is acknowledged is a list of its own, whose rows say who did.
func TestInboxAcknowledged(t *testing.T) {
	t.Parallel()
	rows := viewstest.EndedRows()
	rows[0].Acknowledged = viewstest.Dana
	m := pagetest.Inbox(desk.ScopeAttention, rows)
	m.Filter.Acknowledged = true
	s := viewstest.Shell("attention", "/?scope=attention&acknowledged=1")
	doc := viewstest.HTML(t, lists.InboxPage(s, m))
	if got := viewstest.Words(doc.Find("#row-" + string(rows[0].ID) + " .tags")); !strings.Contains(got, viewstest.Dana.Name+" acknowledged it") {
		t.Errorf("the row says %q", got)
	}
	if on := viewstest.Words(doc.Find(".chips")); !strings.HasPrefix(on, "Acknowledged") || doc.Find(".chip.on").Length() != 1 || doc.Find(".chip").Length() != 1 {
		t.Errorf("the chips are %q", on)
	}
	m.Rows = nil
	if got := viewstest.Words(viewstest.HTML(t, lists.InboxPage(s, m)).Find(".empty h2")); got != "Nothing is acknowledged" {
		t.Errorf("an empty one says %q", got)
	}
}

func TestInboxEmpty(t *testing.T) {
	t.Parallel()
	for scope, want := range map[desk.Scope]string{
		desk.ScopeAvailable: "Nothing is waiting for you", desk.ScopeMine: "Nothing of yours is open",
		desk.ScopeAttention: "Nothing needs attention", desk.ScopeHistory: "Nothing has ended yet",
	} {
		doc := viewstest.HTML(t, lists.InboxPage(viewstest.Shell(views.InboxPlace(scope), "/"), pagetest.Inbox(scope, nil)))
		if got := viewstest.Words(doc.Find(".list .empty h2")); got != want {
			t.Errorf("%s: %q, want %q", scope, got, want)
		}
	}
	m := pagetest.Inbox(desk.ScopeMine, nil)
	m.Ends = "1h"
	doc := viewstest.HTML(t, lists.InboxPage(viewstest.Shell("mine", "/?scope=mine&ends=1h"), m))
	if got := viewstest.Words(doc.Find(".list .empty h2")); got != "No callback matches these filters" {
		t.Errorf("with a filter: %q", got)
	}
	if got := doc.Find(".list .empty a").AttrOr("href", ""); got != "/?scope=mine" {
		t.Errorf("clear leads to %s", got)
	}
}

func TestPane(t *testing.T) {
	t.Parallel()
	doc := inboxPage(t)
	pane := doc.Find("#pane")
	if got := viewstest.Words(pane.Find("h1")); !strings.HasPrefix(got, "Expense report EXP-2291") {
		t.Errorf("open: %q", got)
	}
	for rel, want := range map[string]string{"prev": "item=mails", "next": "item=deploy"} {
		if got := pane.Find("a[rel="+rel+"]").AttrOr("href", ""); !strings.Contains(got, want) {
			t.Errorf("%s leads to %s, want %s", rel, got, want)
		}
	}
	if pane.Find("review-lease").Length() != 1 || pane.Find("decision-bar").Length() != 1 {
		t.Error("the pane holds no review or no decision")
	}
	none := viewstest.HTML(t, lists.InboxPage(viewstest.Shell("mine", "/"), pagetest.Inbox(desk.ScopeMine, viewstest.Rows()))).Find("#pane")
	if got := viewstest.Words(none); got != "Open a callback to review it here." {
		t.Errorf("nothing open: %q", got)
	}
}

// TestEndedRows: the history says how each callback ended.
func TestEndedRows(t *testing.T) {
	t.Parallel()
	doc := viewstest.HTML(t, lists.InboxPage(viewstest.Shell("history", "/?scope=history"), pagetest.Inbox(desk.ScopeHistory, viewstest.EndedRows())))
	for id, want := range map[string]string{
		"exp2291completed": "Approved by you", "exp2291lost": "Lost: ended by timeout", "exp2291undeliverable": "Undeliverable",
		"exp2291timed_out": "Ended by heartbeat", "exp2291closed": "The execution ended", "exp2291decided": "Approved, not delivered yet: throttled",
	} {
		if got := viewstest.Words(doc.Find("#row-" + id + " .tags")); got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
	if got := viewstest.Words(doc.Find("#row-exp2291closed .time")); got != "23 Nov, 11:51" {
		t.Errorf("ended at %q", got)
	}
}

// TestBeatsThatFailInLists: they say what Lambda answers, although somebody is here.
func TestBeatsThatFailInLists(t *testing.T) {
	t.Parallel()
	rows := viewstest.Rows()
	viewstest.FailHeartbeats(&rows[2].Callback, replies.Denied)
	doc := viewstest.HTML(t, lists.InboxPage(viewstest.Shell("mine", "/?scope=mine"), pagetest.Inbox(desk.ScopeMine, rows)))
	line := doc.Find("#row-exp2291")
	if got := viewstest.Words(line.Find(".tags")); got != "MO DF You and Dana Lambda does not take the heartbeats: access denied" {
		t.Errorf("tags: %q", got)
	}
	if got := viewstest.Words(line.Find(".time")); got != "0:13 heartbeat" || !line.Find(".row").HasClass("risk") {
		t.Errorf("time: %q", got)
	}
	admin := pagetest.Table()
	viewstest.FailHeartbeats(&admin.Rows[2].Callback, replies.Denied)
	table := viewstest.HTML(t, lists.TablePage(viewstest.Shell(views.PlaceAdmin, "/admin/callbacks"), admin))
	if got := viewstest.Words(table.Find("tr:contains('EXP-2291: $7,846.20')").First()); !strings.Contains(got, "Beats fail") || !strings.Contains(got, "0:13") {
		t.Errorf("in the table: %q", got)
	}
}

// TestStranded: what ends undecided stands above what needs attention, with what helps and who could
// come; nobody is said to be missing before the desk knows who was seen.
func TestStranded(t *testing.T) {
	t.Parallel()
	m := pagetest.Inbox(desk.ScopeAttention, nil)
	m.Stranded = pagetest.Stranded("X")
	m.Stranded.All[0].Could = slices.Repeat(m.Stranded.All[0].Could[:1], 4)
	page := func() *goquery.Document {
		return viewstest.HTML(t, lists.InboxPage(viewstest.Shell("attention", "/?scope=attention"), m))
	}
	doc := page()
	rows := doc.Find("#stranded li")
	if got := viewstest.Words(rows.Eq(0)); !strings.Contains(got, "Queue financeX. A missing heartbeat ends it. Whoever opens it keeps it alive. Could come: Mara X, Mara X, Mara X and others.") {
		t.Errorf("unattended: %q", got)
	}
	if got := viewstest.Words(rows.Eq(1)); !strings.Contains(got, "Too few people were seen of: controllers X. Nobody who could sign it now was seen here in 30 days.") {
		t.Errorf("too few: %q", got)
	}
	if got := viewstest.Words(doc.Find(".empty h2").First()); got != "Nothing else needs attention" || rows.Find("a").AttrOr("href", "") != "/callbacks/stranded1?scope=attention" {
		t.Errorf("%q below it, %s", got, rows.Find("a").AttrOr("href", ""))
	}
	m.Stranded.All[0].You, m.Stranded.All[1].You = true, true
	for i, want := range []string{"You could sign it, and so could Mara X, Mara X, Mara X and others.", "You could sign it."} {
		if got := viewstest.Words(page().Find("#stranded li").Eq(i).Find(".txt .meta").Eq(1)); got != want {
			t.Errorf("to somebody who could sign %d: %q", i, got)
		}
	}
	m.Stranded.All[0].You, m.Stranded.All[1].You = false, false
	m.Stranded.All[1].Missing, m.Stranded.All[1].Unconfigured = nil, true
	if got := viewstest.Words(page().Find("#stranded li").Eq(1).Find(".txt .meta")); got != "Queue finance is not configured any more, so nobody can sign." {
		t.Errorf("without its queue: %q", got)
	}
	m.Stranded.Known = false
	m.Stranded.All[0].Callback.Problem = replies.Denied
	if got := viewstest.Words(page().Find("#stranded")); strings.Contains(got, "Nobody who could") || !strings.Contains(got, "Lambda does not take its heartbeats.") {
		t.Errorf("before it is known: %q", got)
	}
	m.Stranded = lists.Stranded{}
	if _, hidden := page().Find("#stranded").Attr("hidden"); !hidden {
		t.Error("an empty box shows")
	}
}
