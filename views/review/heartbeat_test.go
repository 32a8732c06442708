package review

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/replies"
	"countersign/views/viewstest"
)

// TestBeatsThatFail: whatever Lambda answers, the page says so, and names the heartbeat clock as
// the end.
func TestBeatsThatFail(t *testing.T) {
	t.Parallel()
	for reply, reason := range map[replies.Reply]string{
		replies.Throttled: "throttled",
		replies.Denied:    "access denied",
		replies.KMS:       "the encryption key cannot be used",
		replies.Fault:     "an internal Lambda error",
		replies.None:      "no answer",
		replies.Unsent:    "not reachable",
		replies.Invalid:   "refused as invalid",
		replies.Closed:    "the callback is closed",
		replies.Gone:      "the callback is not known",

		replies.MaybeClosed: "refused, or the callback is closed",
		replies.Skew:        "the desk’s clock or signature is not accepted",
		replies.Credentials: "the desk has no valid credentials",
	} {
		t.Run(string(reply), func(t *testing.T) {
			t.Parallel()
			m := sampleReview()
			viewstest.FailHeartbeats(&m.Callback, reply)
			doc := reviewPage(t, m)
			const ends = " Ends in 0:13 at 13:51:15 unless one arrives."
			said := "Lambda does not take the heartbeats: " + reason + "."
			mend := strings.TrimSuffix(" "+mendingBeats(&m.Callback, viewstest.Mara), " ")
			if got := viewstest.Words(doc.Find("#presence #beats-fail")); got != said+ends+mend {
				t.Errorf("at the top: %q, want %q", got, said+ends+mend)
			}
			if (mend != "") != reply.NeedsOperator() {
				t.Errorf("what an operator has to do is %q", mend)
			}
			if got, want := viewstest.Words(doc.Find("#clocks .bite")), "Heartbeat 0:13 Not taken: "+reason+". Last beat 13:49:15. Next in 0:02 of 2:00"; got != want {
				t.Errorf("the clock that bites: %q, want %q", got, want)
			}
		})
	}
}

// TestBeatsThatFailHoldTheDecision: the clock that counts down large, its colour, and the lock of
// the bar are those of the heartbeat.
func TestBeatsThatFailHoldTheDecision(t *testing.T) {
	t.Parallel()
	m := sampleReview()
	viewstest.FailHeartbeats(&m.Callback, replies.Throttled)
	doc := reviewPage(t, m)
	if got := viewstest.Words(doc.Find(".clocks-lead")); got != "Decide within Tue 24 Nov, 13:51:15 CET 0:13 At risk 0 2 min" {
		t.Errorf("lead: %q", got)
	}
	if !doc.Find("#clocks").HasClass("risk") || doc.Find("#clocks .beat").Length() != 0 {
		t.Error("the clocks are not in the tone of risk, or a beat is shown")
	}
	until := strconv.FormatInt(viewstest.Now.Add(13*time.Second).UnixMilli(), 10)
	if got := doc.Find("decision-bar").AttrOr("data-until", ""); got != until {
		t.Errorf("the bar locks itself by %q, want %q", got, until)
	}
	if doc.Find("[data-budget]").Length() != 1 {
		t.Error("the budget of the review is not shown, although beats go out")
	}
	pane := viewstest.HTML(t, Body(viewstest.Shell("mine", "/?scope=mine&item=exp2291"), m, true))
	if got := viewstest.Words(pane.Find("#clocks .risk")); !strings.HasPrefix(got, "Heartbeat ends first 0:13") || !strings.Contains(got, "Not taken: throttled.") {
		t.Errorf("in the pane: %q", got)
	}
}

// TestBeatNoticeIsHeardOnce: a status is read aloud whenever its text changes, so that it holds no
// time that counts down.
func TestBeatNoticeIsHeardOnce(t *testing.T) {
	t.Parallel()
	m := sampleReview()
	viewstest.FailHeartbeats(&m.Callback, replies.Throttled)
	status := reviewPage(t, m).Find("#presence")
	if status.AttrOr("role", "") != "status" || status.Find("count-down").Length() != 1 {
		t.Fatal("the notice is not in a status, or has no time that counts down")
	}
	status.Find(`[aria-hidden="true"]`).Remove()
	const heard = "Lambda does not take the heartbeats: throttled. Ends at 13:51:15 unless one arrives."
	if got := viewstest.Words(status.Find("#beats-fail")); got != heard || status.Find("count-down").Length() != 0 {
		t.Errorf("heard is %q, want %q", got, heard)
	}
}

func TestBeatWordsInOtherCases(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*Review)
		want   string
	}{
		"AnotherClockIsSooner": {func(m *Review) {
			m.Callback.Clocks.Timeout = viewstest.Now.Add(5 * time.Second).Sub(m.Callback.Clocks.StartedAt)
		}, "Lambda does not take the heartbeats: throttled."},
		"TheClockHasRunOut": {func(m *Review) {
			m.Callback.Clocks.LastHeartbeatAt = viewstest.Now.Add(-130 * time.Second)
		}, "Lambda does not take the heartbeats: throttled. By our clock it ended at 13:50:52; Lambda is asked."},
		"DecisionOnItsWay": {func(m *Review) {
			decided := decidedReview()
			m.Callback.State, m.Callback.Decision, m.Delivery, m.Next = callbacks.Decided, decided.Callback.Decision, decided.Delivery, decided.Next
		}, "Lambda does not take the heartbeats: throttled. Ends in 0:13 at 13:51:15 unless one, or the decision, arrives."},
		"NobodySendsAny": {func(m *Review) {
			m.Callback.HeldUntil, m.Callback.NextHeartbeatAt = time.Time{}, time.Time{}
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := sampleReview()
			viewstest.FailHeartbeats(&m.Callback, replies.Throttled)
			tt.change(&m)
			if got := viewstest.Words(reviewPage(t, m).Find("#beats-fail")); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// TestFirstBeatIsOnItsWay: a review that was just opened keeps nothing alive yet.
func TestFirstBeatIsOnItsWay(t *testing.T) {
	t.Parallel()
	m := sampleReview()
	viewstest.FailHeartbeats(&m.Callback, "")
	m.Callback.NextHeartbeatAt = viewstest.Now
	m.Callback.MissedHeartbeats = callbacks.MissedHeartbeats{Since: viewstest.Now}
	doc := reviewPage(t, m)
	const want = "Heartbeat 0:13 The first heartbeat is on its way. Ends in 0:13 at 13:51:15 unless one arrives. Last beat 13:49:15. of 2:00"
	if got := viewstest.Words(doc.Find("#clocks .bite")); got != want || doc.Find("#beats-fail").Length() != 0 {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestKeptAliveElsewhere: that the history showed the callback open past its heartbeat clock is no
// beat of ours, and is not called one.
func TestKeptAliveElsewhere(t *testing.T) {
	t.Parallel()
	m := sampleReview()
	m.Callback.NextHeartbeatAt, m.Callback.HeldUntil = time.Time{}, time.Time{}
	m.Callback.Clocks.LastHeartbeatAt, m.Callback.Clocks.SeenOpenAt = time.Time{}, viewstest.Now.Add(-30*time.Second)
	const want = "Heartbeat 1:30 No heartbeats are being sent. Lambda’s history showed it open at 13:50:32: another client keeps it alive, and may stop. of 2:00"
	if got := viewstest.Words(reviewPage(t, m).Find("#clocks .bite")); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	m.Callback.Clocks.LastHeartbeatAt = viewstest.Now.Add(-12 * time.Second)
	if got := viewstest.Words(reviewPage(t, m).Find("#clocks .bite")); strings.Contains(got, "another client") {
		t.Errorf("%q, though the desk has sent a beat since", got)
	}
}

// TestKeptAliveBySignature: the page says until when heartbeats go on while signatures wait, by the cap
// of its queue or else that of a review.
func TestKeptAliveBySignature(t *testing.T) {
	t.Parallel()
	m := sampleReview()
	m.Reviews, m.Callback.KeepAlive = nil, callbacks.KeepAliveSigned
	m.Callback.WaitingSince, m.ReviewLimits = viewstest.Now.Add(-10*time.Minute), callbacks.ReviewLimits{Max: time.Hour}
	m.Callback.HeldUntil = viewstest.Now.Add(time.Hour)
	for limit, until := range map[time.Duration]string{0: "14:41", 20 * time.Minute: "14:01"} {
		m.ReviewLimits.Signed = limit
		want := "Kept alive while a signature waits for others, until " + until + " at most."
		if got := viewstest.Words(reviewPage(t, m).Find("#clocks")); !strings.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
	m.Callback.HeldUntil, m.Callback.NextHeartbeatAt, m.ReviewLimits.Signed = time.Time{}, time.Time{}, 5*time.Minute
	want := "A signature waits for others, but it keeps the callback alive no longer: that ended 13:46."
	if got := viewstest.Words(reviewPage(t, m).Find("#clocks")); !strings.Contains(got, want) {
		t.Errorf("no %q in %q", want, got)
	}
}

// TestBeatsAreTakenAgain: that is said for a minute, and stays in the timeline.
func TestBeatsAreTakenAgain(t *testing.T) {
	t.Parallel()
	m := sampleReview()
	m.Audit = slices.Insert(m.Audit, 0, callbacks.AuditEntry{Action: callbacks.ActionHeartbeat, At: viewstest.Now.Add(-12 * time.Second), Facts: callbacks.Facts{Failed: 5}})
	if got := viewstest.Words(reviewPage(t, m).Find("#presence")); !strings.HasPrefix(got, "Lambda takes the heartbeats again.") {
		t.Errorf("%q", got)
	}
	e := timelineOf(m, viewstest.Mara)[0]
	if e.What != "Heartbeats are taken again" || e.Note != "Taken again after 5 that failed. Every 40 s while somebody works on it; 71 heartbeats so far" {
		t.Errorf("the timeline has %+v", e)
	}
	m.Audit[0].At = viewstest.Now.Add(-time.Minute)
	if got := viewstest.Words(reviewPage(t, m).Find("#presence")); strings.Contains(got, "heartbeats") {
		t.Errorf("a minute later: %q", got)
	}
}
