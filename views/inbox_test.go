package views

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"

	"github.com/PuerkitoBio/goquery"
)

func inboxPage(t *testing.T) *goquery.Document {
	t.Helper()
	m := inboxOf(callbacks.ScopeMine, sampleRows())
	open := sampleReview()
	m.Open = &open
	return html(t, InboxPage(shellAt("mine", "/?scope=mine&queue=finance&item=exp2291&after=c"), m))
}

func TestInboxRow(t *testing.T) {
	t.Parallel()
	doc := inboxPage(t)
	row := doc.Find("#row-exp2291 a.row")
	for selector, want := range map[string]string{
		".ttl": "Expense report EXP-2291: $7,846.20, Osaka customer onsite", ".meta": "expense-approval · Ines Calloway 48 m",
		".time .left": "41:08", ".bites": "timeout", ".tags": "MO DF You and Dana",
	} {
		if got := words(row.Find(selector)); got != want {
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
	if got := row.Find("count-down").AttrOr("until", ""); got != unix(now.Add(41*time.Minute+8*time.Second)) {
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
		if got := words(doc.Find("#row-" + id + " .tags")); got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
	if got := words(doc.Find("#row-ledger .ttl.unnamed")); got != "Unnamed callback 2-1" {
		t.Errorf("unnamed: %q", got)
	}
	if got := words(doc.Find("#row-ledger .time")); got != "open no deadline" {
		t.Errorf("without a deadline: %q", got)
	}
}

func TestInboxFilterForm(t *testing.T) {
	t.Parallel()
	m := inboxOf(callbacks.ScopeMine, sampleRows())
	m.Filter.Search, m.Filter.Queue, m.Filter.Function = "osaka", "gone-queue", "order-refund"
	doc := html(t, InboxPage(shellAt("mine", "/?scope=mine&q=osaka&queue=gone-queue&function=order-refund&ends=1h&after=c"), m))
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
	if words(chip) != "< 1 h 5" || strings.Contains(chip.AttrOr("href", ""), "ends") {
		t.Errorf("chip %q leads to %s; pressed again it takes its filter away", words(chip), chip.AttrOr("href", ""))
	}
}

func TestInboxPaging(t *testing.T) {
	t.Parallel()
	m := inboxOf(callbacks.ScopeMine, sampleRows())
	first := html(t, InboxPage(shellAt("mine", "/?scope=mine"), m)).Find(".pager a")
	if first.Length() != 0 {
		t.Errorf("a list of one page has pages: %q", words(first))
	}
	m.Next, m.Filter.After = "a+b/c", &callbacks.Cursor{}
	links := html(t, InboxPage(shellAt("mine", "/?scope=mine&after=x"), m)).Find(".pager a").Map(func(_ int, s *goquery.Selection) string {
		return words(s) + " " + s.AttrOr("href", "")
	})
	if want := []string{"First page /?scope=mine", "Next page /?after=a%2Bb%2Fc&scope=mine"}; !slices.Equal(links, want) {
		t.Errorf("%q, want %q", links, want)
	}
}

func TestInboxEmpty(t *testing.T) {
	t.Parallel()
	for scope, want := range map[callbacks.Scope]string{
		callbacks.ScopeAvailable: "Nothing is waiting for you", callbacks.ScopeMine: "Nothing of yours is open",
		callbacks.ScopeAttention: "Nothing needs attention", callbacks.ScopeHistory: "Nothing has ended yet",
	} {
		doc := html(t, InboxPage(shellAt(InboxPlace(scope), "/"), inboxOf(scope, nil)))
		if got := words(doc.Find(".list .empty h2")); got != want {
			t.Errorf("%s: %q, want %q", scope, got, want)
		}
	}
	m := inboxOf(callbacks.ScopeMine, nil)
	m.Ends = "1h"
	doc := html(t, InboxPage(shellAt("mine", "/?scope=mine&ends=1h"), m))
	if got := words(doc.Find(".list .empty h2")); got != "No callback matches these filters" {
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
	if got := words(pane.Find("h1")); !strings.HasPrefix(got, "Expense report EXP-2291") {
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
	none := html(t, InboxPage(shellAt("mine", "/"), inboxOf(callbacks.ScopeMine, sampleRows()))).Find("#pane")
	if got := words(none); got != "Open a callback to review it here." {
		t.Errorf("nothing open: %q", got)
	}
}

// TestEndedRows: the history says how each callback ended.
func TestEndedRows(t *testing.T) {
	t.Parallel()
	doc := html(t, InboxPage(shellAt("history", "/?scope=history"), inboxOf(callbacks.ScopeHistory, endedRows())))
	for id, want := range map[string]string{
		"exp2291completed": "Approved by you", "exp2291lost": "Lost: ended by timeout", "exp2291undeliverable": "Undeliverable",
		"exp2291timed_out": "Ended by heartbeat", "exp2291closed": "The execution ended", "exp2291decided": "Approved, not delivered yet: throttled",
	} {
		if got := words(doc.Find("#row-" + id + " .tags")); got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
	if got := words(doc.Find("#row-exp2291closed .time")); got != "23 Nov, 11:51" {
		t.Errorf("ended at %q", got)
	}
}
