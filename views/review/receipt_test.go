package review

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/replies"
	"countersign/views"
	"countersign/views/viewstest"

	"github.com/PuerkitoBio/goquery"
)

// chain is a receipt as its steps and their states.
func chain(t *testing.T, m Review) []string {
	t.Helper()
	var steps []string
	for _, s := range receiptOf(m, viewstest.Shell("mine", "/")) {
		steps = append(steps, s.Name+"/"+s.State)
		if !viewstest.Drawn(t, s.Icon) {
			t.Errorf("%s has no icon", s.Name)
		}
	}
	return steps
}

func TestReceipt(t *testing.T) {
	t.Parallel()
	running := decidedReview()
	running.Delivery.Attempts = []callbacks.Attempt{{Number: 1, StartedAt: viewstest.Now}}
	reading := completedReview()
	reading.Delivery.DueAt = viewstest.Now.Add(time.Second)
	noARN := decidedReview()
	noARN.Callback.ExecutionARN = ""
	lostBy := func(a replies.Reply, status int) Review { // as the history told
		m := lostReview(callbacks.EndedByClock, callbacks.CauseTimeout)
		m.Delivery.Attempts = []callbacks.Attempt{{Number: 1, StartedAt: viewstest.Now, EndedAt: viewstest.Now, Reply: a, Status: status}}
		return m
	}
	for _, tc := range []struct {
		name string
		m    Review
		want []string
	}{
		{"Starting", decidedReview(), []string{"Recorded/", "Delivering/now", "Accepted by Lambda/todo", "Seen in history/todo"}},
		{"WithoutHistory", noARN, []string{"Recorded/", "Delivering/now", "Accepted by Lambda/todo"}},
		{"Running", running, []string{"Recorded/", "Delivering/now", "Accepted by Lambda/todo", "Seen in history/todo"}},
		{"Retrying", retryingReview(), []string{"Recorded/", "Retrying/retry", "Accepted by Lambda/todo", "Seen in history/todo"}},
		{"Reading", reading, []string{"Recorded/", "Delivering/", "Accepted by Lambda/", "Seen in history/now"}},
		{"Proven", proven(), []string{"Recorded/", "Delivering/", "Accepted by Lambda/", "Seen in history/"}},
		{"Lost", lostReview(callbacks.EndedByClock, callbacks.CauseTimeout), []string{"Recorded/", "Delivering/", "Refused by Lambda/lost", "Ended by timeout/lost"}},
		{"LostUnsent", lostBy(replies.Unsent, 0), []string{"Recorded/", "Delivering/", "Not taken by Lambda/lost", "Ended by timeout/lost"}},
		{"LostThrottled", lostBy(replies.Throttled, 429), []string{"Recorded/", "Delivering/", "Not taken by Lambda/lost", "Ended by timeout/lost"}},
		{"LostFault", lostBy(replies.Fault, 500), []string{"Recorded/", "Delivering/", "No clear answer/retry", "Ended by timeout/lost"}},
		{"WithoutEffect", withoutEffect(), []string{"Recorded/", "Delivering/", "Accepted by Lambda/", "Another client completed it/lost"}},
		{"LostUnreadable", lostReview(callbacks.EndedByUnknown, callbacks.NoDeadline), []string{"Recorded/", "Delivering/", "Refused by Lambda/lost"}},
		{"Undeliverable", troubledReview(callbacks.Undeliverable, replies.Invalid, 400, "X"), []string{"Recorded/", "Delivering/", "Refused by Lambda/lost"}},
		{"Unconfirmed", troubledReview(callbacks.Unconfirmed, replies.None, 0, ""), []string{"Recorded/", "Delivering/", "No clear answer/retry", "Not seen in history/retry"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := chain(t, tc.m); !slices.Equal(got, tc.want) {
				t.Errorf("got  %v\nwant %v", got, tc.want)
			}
		})
	}
}

// TestReceiptClocks: the history has Lambda's times. One that seems to lie before the answer that it
// explains says whose it is.
func TestReceiptClocks(t *testing.T) {
	t.Parallel()
	answered := proven().Delivery.Attempts[0].EndedAt
	for after, want := range map[time.Duration]string{-200 * time.Millisecond: ", by Lambda’s clock", 0: "", time.Second: ""} {
		m := proven()
		m.Callback.Ending.Event, m.Callback.Ending.At = 14, answered.Add(after)
		steps := receiptOf(m, viewstest.Shell("mine", "/"))
		if got := steps[len(steps)-1].Note; got != "Event 14"+want {
			t.Errorf("%v after the answer: %q", after, got)
		}
	}
}

func TestReceiptPage(t *testing.T) {
	t.Parallel()
	s := viewstest.Shell("mine", "/")
	doc := viewstest.HTML(t, Page(s, proven()))
	hash := proven().Callback.Decision.SHA256
	if n := doc.Find(".hash code:contains('" + hash + "')").Length(); n != 2 {
		t.Errorf("the hash of what was sent stands %d times, want sent and in history", n)
	}
	unread := proven()
	unread.Callback.Ending.Proven = false
	if got := viewstest.Words(viewstest.HTML(t, Page(s, unread)).Find("#receipt .hash")); !strings.HasSuffix(got, "In history Bytes not readable, not compared") {
		t.Errorf("bytes that were not compared: %q", got)
	}
	if got := viewstest.Words(doc.Find("#receipt .box-h")); got != "Delivery receipt Delivered 0.2 s from the click to Lambda" {
		t.Errorf("head of the receipt: %q", got)
	}
	if n := doc.Find("decision-bar, review-lease, #decision").Length(); n != 0 {
		t.Error("a decided callback can be decided again")
	}
	if got := viewstest.Words(doc.Find("#next .btn.solid")); got != "Open next Enter" {
		t.Errorf("next: %q", got)
	}
	if got := viewstest.Words(doc.Find("#next > p")); got != "Skipped 1 that ends sooner: somebody else reviews it." {
		t.Errorf("skipped: %q", got)
	}
}

func TestRace(t *testing.T) {
	t.Parallel()
	m := lostReview(callbacks.EndedByClock, callbacks.CauseTimeout)
	doc := viewstest.HTML(t, Page(viewstest.Shell("mine", "/"), m))
	var parts []string
	doc.Find(".race b, .race .gap").Each(func(_ int, s *goquery.Selection) { parts = append(parts, viewstest.Words(s)) })
	if want := []string{"Ended by timeout", "0.8 s", "Your approval"}; !slices.Equal(parts, want) {
		t.Errorf("race: %q, want %q", parts, want)
	}
	m.Callback.Ending.At = m.Callback.Decision.At.Add(time.Second)
	if r, ok := raceOf(&m.Callback, viewstest.Mara); !ok || r.First != "Your approval" {
		t.Errorf("a race that was lost afterwards: %+v, %v", r, ok)
	}
	taken := completedReview()
	if _, ok := raceOf(&taken.Callback, viewstest.Mara); ok {
		t.Error("a delivered decision lost a race")
	}
}

// TestRetryIsForAdmins: others may not, and nobody where there is nothing to mend.
func TestRetryIsForAdmins(t *testing.T) {
	t.Parallel()
	reviewer := viewstest.Shell("mine", "/")
	reviewer.Viewer = viewstest.Lena
	trouble := troubledReview(callbacks.Undeliverable, replies.Invalid, 400, "X")
	for _, tc := range []struct {
		name string
		s    views.Shell
		m    Review
		want string
	}{
		{"Undeliverable", viewstest.Shell("mine", "/"), trouble, "Send again"},
		{"Retrying", viewstest.Shell("mine", "/"), retryingReview(), "Try now"},
		{"UnderWay", viewstest.Shell("mine", "/"), decidedReview(), ""},
		{"Completed", viewstest.Shell("mine", "/"), completedReview(), ""},
		{"Reviewer", reviewer, trouble, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			form := viewstest.HTML(t, Page(tc.s, tc.m)).Find("form[action='/callbacks/exp2291/delivery']")
			if got := viewstest.Words(form.Find("button")); got != tc.want || form.Length() > 0 && form.AttrOr("method", "") != "post" {
				t.Errorf("%q by %q, want %q by post", got, form.AttrOr("method", ""), tc.want)
			}
		})
	}
}
