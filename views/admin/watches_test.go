package admin

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/replies"
	"countersign/views"
	"countersign/views/viewstest"
	"countersign/views/words"

	"countersign/internal/discovery"
	"countersign/internal/readquota"

	"github.com/PuerkitoBio/goquery"
)

func sampleWatches() Watches { return Watches{Searched: viewstest.Searched()} }

func watchesPage(t *testing.T, m Watches) *goquery.Document {
	t.Helper()
	return viewstest.HTML(t, WatchesPage(viewstest.Shell(views.PlaceWatches, "/admin/watches"), m))
}

func TestWatchesPage(t *testing.T) {
	t.Parallel()
	doc := watchesPage(t, sampleWatches())
	rows := doc.Find("table.watches tbody tr")
	if rows.Length() != 2 {
		t.Fatalf("%d rows, want one for each function and none for the region", rows.Length())
	}
	if got := viewstest.Words(rows.First()); got != "expense-approval eu-central-1 finance 12 4 3 2 scanned 14 s ago" {
		t.Errorf("%q", got)
	}
	if got := viewstest.Words(rows.Last()); !strings.Contains(got, "0 99+ scanned 14 s ago Access denied. Allow lambda:ListDurableExecutionsByFunction") {
		t.Errorf("%q", got)
	}
	if got := rows.First().Find("a").AttrOr("href", ""); got != "/admin/callbacks?function=expense-approval&source=discovery&state=pending" {
		t.Errorf("leads to %s", got)
	}
	if got := rows.First().Find("a").Last().AttrOr("href", ""); got != "/admin/callbacks?ends=gone&function=expense-approval&source=announced" {
		t.Errorf("leads to %s", got)
	}
	for button, want := range map[string]string{
		"Waiting, never announced": "/admin/callbacks?source=discovery&state=pending",
		"Announced, gone":          "/admin/callbacks?ends=gone&source=announced",
	} {
		if got := doc.Find(".watch-sum a").FilterFunction(func(_ int, s *goquery.Selection) bool { return viewstest.Words(s) == button }); got.AttrOr("href", "") != want {
			t.Errorf("%s leads to %q, want %s", button, got.AttrOr("href", ""), want)
		}
	}
	if got := viewstest.Words(doc.Find("[data-testid=budget]")); got != "eu-central-1: 41 of 300 requests in the last minute" {
		t.Errorf("%q", got)
	}
	if got := viewstest.Words(doc.Find(".watch-all")); !strings.HasPrefix(got, "Callbacks of every durable function in eu-central-1 go to queue finance") {
		t.Errorf("%q", got)
	}
}

func TestWatchesPage_FourEyes(t *testing.T) {
	t.Parallel()
	for name, fourEyes := range map[string]bool{"FourEyes": true, "Two": false} {
		m := sampleWatches()
		m.Queues = callbacks.Queues{"finance": {Name: "finance", FourEyes: fourEyes}}
		rows := watchesPage(t, m).Find("table.watches tbody tr")
		if got := strings.Contains(viewstest.Words(rows.First()), "Nobody can decide what is never announced: queue finance"); got != fourEyes {
			t.Errorf("%s: %q", name, viewstest.Words(rows.First()))
		}
		if got := viewstest.Words(rows.Last()); strings.Contains(got, "Nobody can decide") {
			t.Errorf("%s: %q, where everything was announced", name, got)
		}
	}
}

// inAccounts has functions of the same name in two accounts, of which one is throttled.
func inAccounts() Watches {
	m := sampleWatches()
	theirs, every := viewstest.Watch("expense-approval"), viewstest.Watch(discovery.EveryFunction)
	theirs.Account, every.Account = "111122223333", "111122223333"
	theirs.Problem, every.Problem = replies.Denied, replies.Denied
	m.Watches = append(m.Watches, theirs, every)
	m.Quotas = append(m.Quotas,
		readquota.Quota{Lane: theirs.Lane(), Rate: 5, PausedUntil: viewstest.Now.Add(38 * time.Second)},
		// receipts
		readquota.Quota{Lane: arn.Lane{Region: "us-east-1"}, Rate: 5, Minute: viewstest.Now.Truncate(time.Minute), Used: 7},
		readquota.Quota{Lane: arn.Lane{Region: "sa-east-1"}, Rate: 5, Minute: viewstest.Now.Add(-time.Hour), Used: 7})
	return m
}

func TestWatchesPage_Accounts(t *testing.T) {
	t.Parallel()
	doc := watchesPage(t, inAccounts())
	if got := viewstest.Words(doc.Find("table.watches th.c-region")); got != "Account and region" {
		t.Errorf("the column is %q", got)
	}
	row := doc.Find("table.watches tbody tr").Last()
	if got := viewstest.Words(row.Find("td.c-region")); got != "111122223333 eu-central-1" || viewstest.Words(row.Find(".c-lane")) != got {
		t.Errorf("it lives in %q", got)
	}
	if got := viewstest.Words(row); !strings.Contains(got, "throttled, scanned 14 s ago; resumes in 38 s") || !strings.Contains(got, "The role of account 111122223333 must trust the desk, and allow lambda:ListDurable") {
		t.Errorf("%q", got)
	}
	if got := viewstest.Words(doc.Find(".watch-all").Last()); !strings.HasPrefix(got, "Callbacks of every durable function in 111122223333 eu-central-1 go to") || !strings.Contains(got, "and allow lambda:ListFunctions on *.") {
		t.Errorf("%q", got)
	}
	var budgets []string
	doc.Find("[data-testid=budget]").Each(func(_ int, s *goquery.Selection) { budgets = append(budgets, viewstest.Words(s)) })
	want := []string{
		"eu-central-1: 41 of 300 requests in the last minute",
		"111122223333 eu-central-1: 0 of 300 requests in the last minute; throttled by AWS, resumes in 38 s",
		"us-east-1: 7 of 300 requests in the last minute",
	}
	if !slices.Equal(budgets, want) {
		t.Errorf("budgets are %q, want %q: none of a lane that costs nothing", budgets, want)
	}
}

func TestWatchesPage_Off(t *testing.T) {
	t.Parallel()
	doc := watchesPage(t, Watches{})
	if doc.Find("table").Length() != 0 || !strings.Contains(viewstest.Words(doc.Find(".empty")), "countersign.yaml") {
		t.Errorf("%q", viewstest.Words(doc.Find("#list")))
	}
}

func TestFreshness(t *testing.T) {
	t.Parallel()
	throttled := discovery.Searched{Quotas: []readquota.Quota{{Lane: arn.Lane{Region: "eu-central-1"}, PausedUntil: viewstest.Now.Add(38 * time.Second)}}}
	never, long, failed, fine := viewstest.Watch("a"), viewstest.Watch("a"), viewstest.Watch("a"), viewstest.Watch("a")
	never.ScannedAt = time.Time{}
	long.ScanFrom = viewstest.Now.Add(-2 * time.Minute)
	failed.Problem = replies.None
	for name, tc := range map[string]struct {
		searched discovery.Searched
		watch    discovery.WatchState
		want     words.Mark
	}{
		"Fine":      {discovery.Searched{}, fine, words.Mark{Word: "scanned 14 s ago", Icon: "check"}},
		"Never":     {discovery.Searched{}, never, words.Mark{Word: "not scanned yet", Icon: "check"}},
		"Long":      {discovery.Searched{}, long, words.Mark{Word: "scanned 14 s ago, a scan is under way", Icon: "clock"}},
		"Failed":    {discovery.Searched{}, failed, words.Mark{Word: "scanned 14 s ago", Icon: "warn", Tone: "problem"}},
		"Throttled": {throttled, fine, words.Mark{Word: "throttled, scanned 14 s ago; resumes in 38 s", Icon: "clock", Tone: "problem"}},
	} {
		if got := freshness(tc.searched, tc.watch, words.Moment{Now: viewstest.Now, Zone: viewstest.Berlin}); got != tc.want {
			t.Errorf("%s: got %+v, want %+v", name, got, tc.want)
		}
	}
}

// TestWatchProblems: every answer has words that say what to do, and none of ours or of AWS's
// codes.
func TestWatchProblems(t *testing.T) {
	t.Parallel()
	for reply, want := range map[replies.Reply]string{
		"":                "",
		replies.Denied:    "Access denied.",
		replies.Gone:      "Lambda does not know this function",
		replies.KMS:       "encrypted with a key",
		replies.Invalid:   "may not have durable functions",
		replies.Fault:     "An internal Lambda error. It is tried again",
		replies.None:      "No answer. It is tried again",
		replies.Unsent:    "Not reachable. It is tried again",
		replies.Throttled: "Throttled. It is tried again",
	} {
		w := viewstest.Watch("a")
		w.Problem = reply
		if got := watchProblem(w); !strings.Contains(got, want) || (got == "") != (want == "") {
			t.Errorf("%s: %q, want %q in it", reply, got, want)
		}
	}
}

// TestWatchesPage_LeftOut: what a watch leaves out is counted, so that nobody looks for it in vain.
func TestWatchesPage_LeftOut(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{
		0: "scanned 14 s ago",
		1: "scanned 14 s ago 1 open callback is left out, as except in countersign.yaml says.",
		3: "scanned 14 s ago 3 open callbacks are left out, as except in countersign.yaml says.",
	} {
		m := sampleWatches()
		m.Watches[1].LeftOut = n
		if got := viewstest.Words(watchesPage(t, m).Find("table.watches tbody tr").First()); !strings.HasSuffix(got, want) {
			t.Errorf("%d left out: %q", n, got)
		}
	}
}
