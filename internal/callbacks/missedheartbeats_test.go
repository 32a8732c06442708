package callbacks

import (
	"testing"
	"time"

	"countersign/internal/replies"
)

// reviewed is pending and under review for an hour, with beats that go out and are taken.
func reviewed(heartbeat time.Duration) Callback {
	return Callback{
		State: Pending, HeldUntil: at(time.Hour), NextHeartbeatAt: at(heartbeat / 3),
		Clocks: Clocks{StartedAt: t0, HeartbeatTimeout: heartbeat, LastHeartbeatAt: t0},
	}
}

func miss(c *Callback, sent time.Duration, reply replies.Reply) AuditEntry {
	return c.MissHeartbeat(MissedHeartbeat{Sent: at(sent), Taken: c.Heartbeats, Reply: &replies.Error{Reply: reply}}, at(sent), beats)
}

// TestBeatsThatFailAreOneStretch: the audit has when it began, and when it ended after how many.
func TestBeatsThatFailAreOneStretch(t *testing.T) {
	t.Parallel()
	c := reviewed(time.Minute)
	first := miss(&c, 20*time.Second, replies.Throttled)
	if first.Action != ActionHeartbeatFailed || first.Facts.Reply != replies.Throttled {
		t.Errorf("the first failure is %+v in the audit", first)
	}
	for i := range 5 {
		if entry := miss(&c, time.Duration(21+i)*time.Second, replies.Denied); entry.Action != "" {
			t.Errorf("another failure has an entry of its own: %+v", entry)
		}
	}
	want := MissedHeartbeats{Since: at(20 * time.Second), Failed: 6, Reply: replies.Denied}
	if c.MissedHeartbeats != want || !c.HeartbeatsFail() || c.KeptAlive() {
		t.Errorf("got %+v, want %+v", c.MissedHeartbeats, want)
	}
	again := c.Beat(at(30*time.Second), beats)
	if again.Action != ActionHeartbeat || again.Facts.Failed != 6 {
		t.Errorf("the beat that was taken is %+v in the audit", again)
	}
	if c.HeartbeatsFail() || !c.KeptAlive() || c.MissedHeartbeats != (MissedHeartbeats{}) {
		t.Errorf("after it the callback has %+v", c.MissedHeartbeats)
	}
	if entry := c.Beat(at(50*time.Second), beats); entry.Action != "" {
		t.Errorf("the beat after that has an entry: %+v", entry)
	}
}

// TestFailuresThatTellNothing: a beat that was sent before one that Lambda took, and one that
// nobody wants any more.
func TestFailuresThatTellNothing(t *testing.T) {
	t.Parallel()
	c := reviewed(time.Minute)
	c.Beat(at(20*time.Second), beats)
	older := MissedHeartbeat{Sent: at(19 * time.Second), Taken: 0, Reply: &replies.Error{Reply: replies.Fault}}
	if entry := c.MissHeartbeat(older, at(21*time.Second), beats); entry.Action != "" || c.HeartbeatsFail() || !c.KeptAlive() {
		t.Errorf("an older beat that failed makes %+v and %+v", c.MissedHeartbeats, entry)
	}
	c.HeldUntil = t0
	c.StopHeartbeats(at(21 * time.Second))
	if entry := miss(&c, 22*time.Second, replies.Throttled); entry.Action != "" || c.HeartbeatsFail() || !c.NextHeartbeatAt.IsZero() {
		t.Errorf("a beat that nobody wants any more makes %+v, next at %v", c.MissedHeartbeats, c.NextHeartbeatAt)
	}
	if miss(&c, 22*time.Second, replies.Denied); c.Problem != "" {
		t.Errorf("a beat that nobody wants any more leaves the problem %q", c.Problem)
	}
}

// TestRefusedBeatsAreForgotten: what a beat met is a problem for as long as beats go out and are
// not taken.
func TestRefusedBeatsAreForgotten(t *testing.T) {
	t.Parallel()
	c := reviewed(time.Minute)
	if miss(&c, 20*time.Second, replies.Denied); c.Problem != replies.Denied {
		t.Fatalf("refused beats make the problem %q", c.Problem)
	}
	taken := c
	if taken.Beat(at(21*time.Second), beats); taken.Problem != "" {
		t.Errorf("after one that was taken it is %q", taken.Problem)
	}
	c.HeldUntil = t0
	if c.StopHeartbeats(at(21 * time.Second)); c.Problem != "" {
		t.Errorf("once the beats stop it is %q", c.Problem)
	}
}

// TestLostAnswers: a beat whose answer was lost counts as not taken, but it may have arrived.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	for reply, mayHaveArrived := range map[replies.Reply]bool{
		replies.None: true, replies.Fault: true, replies.KMS: true,
		replies.Unsent: false, replies.Throttled: false, replies.Denied: false, replies.Invalid: false, replies.Closed: false,
	} {
		c := reviewed(time.Minute)
		miss(&c, 20*time.Second, reply)
		if end, cause := c.Ends(); cause != CauseHeartbeat || !end.Equal(at(time.Minute)) {
			t.Errorf("%s: ends at %v by %q, want a minute after the last beat that was taken", reply, end, cause)
		}
		if c.mayLiveOn(at(79*time.Second)) != mayHaveArrived || c.mayLiveOn(at(80*time.Second)) {
			t.Errorf("%s: may live on for a minute after it is not %t", reply, mayHaveArrived)
		}
		c.HeldUntil = t0
		if c.StopHeartbeats(at(21 * time.Second)); c.mayLiveOn(at(79*time.Second)) != mayHaveArrived || c.MissedHeartbeats.Failed != 0 {
			t.Errorf("%s: once the beats stop %+v is left", reply, c.MissedHeartbeats)
		}
	}
}

// TestFirstBeatOnItsWay: a review that was just opened has wound up no clock yet.
func TestFirstBeatOnItsWay(t *testing.T) {
	t.Parallel()
	c := Callback{State: Pending, HeldUntil: at(time.Hour), Clocks: Clocks{StartedAt: t0, HeartbeatTimeout: time.Minute}}
	c.scheduleHeartbeat(at(50 * time.Second))
	if c.KeptAlive() || c.HeartbeatsFail() {
		t.Error("before its first beat is taken it is kept alive, or beats fail")
	}
	c.Beat(at(51*time.Second), beats)
	if !c.KeptAlive() {
		t.Error("once its first beat is taken it is not kept alive")
	}
	c.NextHeartbeatAt = time.Time{}
	if c.scheduleHeartbeat(at(60 * time.Second)); !c.KeptAlive() {
		t.Error("a review that is opened again within an interval is not kept alive by the last beat")
	}
}

// TestRetriesOfABeat sends beats that all fail, from the first after one that was taken until the
// clock has run out.
func TestRetriesOfABeat(t *testing.T) {
	t.Parallel()
	for _, timeout := range []time.Duration{3 * time.Second, 9 * time.Second, time.Minute, 30 * time.Minute} {
		for _, asked := range []time.Duration{0, time.Second, 7 * time.Second, time.Hour} {
			for _, jitter := range []float64{0, 1} {
				retries(t, timeout, asked, jitter)
			}
		}
	}
}

func retries(t *testing.T, timeout, asked time.Duration, jitter float64) {
	t.Helper()
	c := reviewed(timeout)
	interval, lastMoments := timeout/3, min(timeout/6, 2*time.Second)
	sent, between, last := interval, 0, interval
	for sent < 2*timeout {
		c.MissHeartbeat(MissedHeartbeat{Sent: at(sent), Reply: &replies.Error{Reply: replies.Throttled, RetryAfter: asked}, Jitter: jitter}, at(sent), beats)
		next := c.NextHeartbeatAt.Sub(t0)
		pause := next - sent
		if pause < firstRetry || pause > max(interval, asked) {
			t.Errorf("timeout %v, asked for %v: at %v it waits %v", timeout, asked, sent, pause)
		}
		if pause < asked && next < timeout-lastMoments {
			t.Errorf("timeout %v: asked for %v it waits %v", timeout, asked, pause)
		}
		if next < 2*interval {
			between++
		}
		if next < timeout {
			last = next
		}
		sent = next
	}
	if timeout >= 9*time.Second && asked <= time.Second && between < 2 {
		t.Errorf("timeout %v, asked for %v: %d retries before another beat would be due", timeout, asked, between)
	}
	if last < timeout-lastMoments-firstRetry {
		t.Errorf("timeout %v, asked for %v: the last try before the end is at %v", timeout, asked, last)
	}
}

// TestRenewalsKeepARetry: a review that is renewed does not send a beat sooner than Lambda asked
// for.
func TestRenewalsKeepARetry(t *testing.T) {
	t.Parallel()
	c := reviewed(time.Minute)
	asked := &replies.Error{Reply: replies.Throttled, RetryAfter: 30 * time.Second}
	c.MissHeartbeat(MissedHeartbeat{Sent: at(20 * time.Second), Reply: asked}, at(20*time.Second), beats)
	c.scheduleHeartbeat(at(21 * time.Second))
	if want := at(50 * time.Second); !c.NextHeartbeatAt.Equal(want) {
		t.Errorf("next at %v, want %v", c.NextHeartbeatAt, want)
	}
}

// TestEndedBeatsAreForgotten: what is not open any more has no beats to tell of.
func TestEndedBeatsAreForgotten(t *testing.T) {
	t.Parallel()
	c := reviewed(time.Minute)
	miss(&c, 20*time.Second, replies.None)
	if _, err := c.Close(Ending{By: EndedByOther}, at(30*time.Second), System("test")); err != nil || c.MissedHeartbeats != (MissedHeartbeats{}) {
		t.Errorf("closed with %v it has %+v", err, c.MissedHeartbeats)
	}
}

// TestBeatsFailAfterASetBackClock: the last beat seems to be in the future then, and what fails
// counts all the same.
func TestBeatsFailAfterASetBackClock(t *testing.T) {
	t.Parallel()
	c := reviewed(time.Minute)
	c.Beat(at(5*time.Minute), beats)
	if miss(&c, time.Minute, replies.Throttled); !c.HeartbeatsFail() {
		t.Errorf("a beat that failed left %+v", c.MissedHeartbeats)
	}
}
