package review

import (
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/views/viewstest"
)

// TestOvertaken: the page of an ended callback holds the sentence for whoever was about to decide
// it, hidden from everybody else.
func TestOvertaken(t *testing.T) {
	t.Parallel()
	by := func(who callbacks.Actor, outcome, label string) Review {
		m := decidedReview()
		m.Callback.Decision.By, m.Callback.Decision.At = who, viewstest.Now.Add(-2300*time.Millisecond)
		m.Callback.Decision.Outcome, m.Callback.Decision.Label = outcome, label
		return m
	}
	ended := func(e callbacks.Ending, s callbacks.State) Review {
		e.At = viewstest.Now.Add(-3 * time.Minute)
		return endedReview(s, e)
	}
	for name, tc := range map[string]struct {
		m    Review
		want string
	}{
		"Approved":    {by(viewstest.Dana, "approve", "Approve"), "Dana approved this 2 s ago. Yours was not sent."},
		"Rejected":    {by(viewstest.Dana, "reject", "Reject"), "Dana rejected this 2 s ago. Yours was not sent."},
		"Other":       {by(viewstest.Dana, "send-back", "Send back"), "Dana chose “Send back” for this 2 s ago. Yours was not sent."},
		"OtherWindow": {by(viewstest.Mara.Actor(), "approve", "Approve"), "You approved this in another window 2 s ago. Yours was not sent."},
		"Clock":       {ended(callbacks.Ending{By: callbacks.EndedByClock, Cause: callbacks.CauseTimeout}, callbacks.TimedOut), "The callback timed out 3 min ago. Yours was not sent."},
		"Heartbeat":   {ended(callbacks.Ending{By: callbacks.EndedByClock, Cause: callbacks.CauseHeartbeat}, callbacks.TimedOut), "The callback ended by heartbeat 3 min ago. Yours was not sent."},
		"Client":      {ended(callbacks.Ending{By: callbacks.EndedByOther}, callbacks.Closed), "Another client completed the callback 3 min ago. Yours was not sent."},
		"Execution":   {ended(callbacks.Ending{By: callbacks.EndedByExecution}, callbacks.Closed), "The execution ended 3 min ago. Yours was not sent."},
		"Unknown":     {ended(callbacks.Ending{By: callbacks.EndedByUnknown}, callbacks.Closed), "The callback was closed 3 min ago. Yours was not sent."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := reviewPage(t, tc.m)
			if got := doc.Find("overtaken-bar[hidden] b").Text(); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
			own := doc.Find("overtaken-bar[data-own]").Length() == 1
			if want := strings.HasPrefix(tc.want, "You "); own != want {
				t.Errorf("the reader's own: %v, want %v", own, want)
			}
			if doc.Find("#kept[hidden] #kept-comment[readonly]").Length() != 1 || doc.Find("#kept [data-copy=kept-comment]").Length() != 1 {
				t.Error("what was typed has no place to be read and copied")
			}
		})
	}
	if doc := reviewPage(t, sampleReview()); doc.Find("overtaken-bar, #kept").Length() != 0 {
		t.Error("a pending callback is said to be over")
	}
}

// TestVerdictNamesOthers: what somebody else decided is theirs in the heading.
func TestVerdictNamesOthers(t *testing.T) {
	t.Parallel()
	m := decidedReview()
	m.Callback.Decision.By = viewstest.Dana
	if v, _ := verdictOf(m, viewstest.Shell("mine", "/")); v.Title != "Dana approved this. On its way to Lambda." {
		t.Errorf("%q", v.Title)
	}
}

func TestSince(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "just now", 999 * time.Millisecond: "just now", 2900 * time.Millisecond: "2 s ago", 59 * time.Second: "59 s ago", 61 * time.Second: "1 min ago",
		time.Hour: "1 h ago", 90*time.Minute + 3*time.Second: "1 h 30 m ago",
	} {
		if got := since(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

// TestSubject: a request that says something else is another subject; time passing, people and
// beats are not.
func TestSubject(t *testing.T) {
	t.Parallel()
	was := subject(sampleReview())
	for name, change := range map[string]func(*Review){
		"Title":     func(m *Review) { m.Callback.Title += "!" },
		"Requester": func(m *Review) { m.Callback.Requester.Email = "other@harborline.example" },
		"Queue":     func(m *Review) { m.Callback.Queue = "other" },
		"Outcomes":  func(m *Review) { m.Callback.Outcomes = m.Callback.Outcomes[:1] },
		"Payload":   func(m *Review) { m.Content.Payload = []byte(`{}`) },
		"Refused":   func(m *Review) { m.Previews = nil },
	} {
		m := sampleReview()
		if change(&m); subject(m) == was {
			t.Errorf("%s: the same subject", name)
		}
	}
	m := sampleReview()
	m.Callback.Revision++
	m.Callback.Heartbeats++
	m.Callback.Clocks.LastHeartbeatAt = viewstest.Now
	m.Reviews, m.Audit = nil, nil
	if subject(m) != was {
		t.Error("a heartbeat makes another subject")
	}
}
