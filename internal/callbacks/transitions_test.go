package callbacks

import (
	"errors"
	"testing"
	"time"
)

// event is one thing that can happen to a callback.
type event struct {
	name string
	do   func(*Callback) (AuditEntry, error)
	to   map[State]State // allowed transitions; a state that is missing is a conflict
}

var events = []event{
	{"Decide", func(c *Callback) (AuditEntry, error) { return c.Decide(Decision{At: t0}) },
		map[State]State{Pending: Decided}},
	{"TimeOut", func(c *Callback) (AuditEntry, error) { return c.TimeOut(at(time.Hour), System("test")) },
		map[State]State{Pending: TimedOut}},
	{"CloseByOther", func(c *Callback) (AuditEntry, error) { return c.Close(Ending{By: EndedByOther}, t0, System("test")) },
		map[State]State{Pending: Closed}},
	{"CloseByClock", func(c *Callback) (AuditEntry, error) { return c.Close(Ending{By: EndedByClock}, t0, System("test")) },
		map[State]State{Pending: TimedOut}},
	{"Complete", func(c *Callback) (AuditEntry, error) {
		return c.Complete(Ending{By: EndedByUs, At: t0}, System("test"))
	},
		map[State]State{Decided: Completed}},
	{"Lose", func(c *Callback) (AuditEntry, error) { return c.Lose(Ending{By: EndedByClock}, t0, System("test")) },
		map[State]State{Decided: Lost}},
	{"Differ", func(c *Callback) (AuditEntry, error) { return c.Differ(Ending{By: EndedByClock}, t0, System("test")) },
		map[State]State{Completed: Lost}},
	{"GiveUpUndeliverable", func(c *Callback) (AuditEntry, error) {
		return c.GiveUp(Undeliverable, AnswerInvalid, Ending{By: EndedByUnknown, At: t0}, System("test"))
	}, map[State]State{Decided: Undeliverable}},
	{"GiveUpUnconfirmed", func(c *Callback) (AuditEntry, error) {
		return c.GiveUp(Unconfirmed, AnswerNone, Ending{By: EndedByUnknown, At: t0}, System("test"))
	}, map[State]State{Decided: Unconfirmed}},
	{"Retry", func(c *Callback) (AuditEntry, error) { return c.Retry(t0, Actor{Kind: ActorPerson, ID: "ops"}) },
		map[State]State{Decided: Decided, Undeliverable: Decided, Unconfirmed: Decided}},
}

func TestTransitions(t *testing.T) {
	t.Parallel()
	for _, e := range events {
		for _, from := range States {
			t.Run(e.name+"/"+string(from), func(t *testing.T) {
				t.Parallel()
				c := Callback{ID: "a", Queue: "q", State: from, Clocks: Clocks{StartedAt: t0, Timeout: time.Hour, HeartbeatTimeout: time.Minute}}
				c.NextHeartbeatAt = at(time.Second)
				entry, err := e.do(&c)
				want, allowed := e.to[from]
				if !allowed {
					if !errors.Is(err, ErrConflict) || c.State != from {
						t.Fatalf("got %v and state %s, want ErrConflict and %s", err, c.State, from)
					}
					return
				}
				if err != nil || c.State != want {
					t.Fatalf("got %v and state %s, want %s", err, c.State, want)
				}
				if entry.Action == "" || entry.Callback != c.ID || entry.Queue != c.Queue || entry.Actor.ID == "" && e.name != "Decide" {
					t.Errorf("audit entry is not complete: %+v", entry)
				}
				if from != want && (entry.From != from || entry.To != want) {
					t.Errorf("audit says %s to %s, want %s to %s", entry.From, entry.To, from, want)
				}
				if !want.Open() && !c.NextHeartbeatAt.IsZero() {
					t.Error("a callback that is not open still has a heartbeat scheduled")
				}
			})
		}
	}
}

// TestLoseSaysWhen: the audit tells when that happened which was faster and how close it was, or else when Lambda said so.
func TestLoseSaysWhen(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		ending Ending
		want   string
	}{
		"Late":     {Ending{By: EndedByClock, At: at(-800 * time.Millisecond), Detail: "The callback's timeout ran out."}, "The callback's timeout ran out. That was on 2026-11-24 at 12:59:59.200 UTC, 0.8 s before the decision."},
		"VeryLate": {Ending{By: EndedByExecution, At: at(-125 * time.Second), Detail: "X."}, "X. That was on 2026-11-24 at 12:57:55.000 UTC, 2m5s before the decision."},
		"Close":    {Ending{By: EndedByOther, At: at(12 * time.Millisecond), Detail: "X."}, "X. That was on 2026-11-24 at 13:00:00.012 UTC, 12 ms after the decision, which had not arrived."},
		"AtOnce":   {Ending{By: EndedByOther, At: t0, Detail: "X."}, "X. That was on 2026-11-24 at 13:00:00.000 UTC, 0 ms before the decision."},
		"Unknown":  {Ending{By: EndedByUnknown, At: at(time.Hour), Detail: "X."}, "X. Lambda said so on 2026-11-24 at 14:00:00.000 UTC."},
		"Gone":     {Ending{By: EndedByGone, At: at(time.Hour), Detail: "X."}, "X. Lambda said so on 2026-11-24 at 14:00:00.000 UTC."},
	} {
		c := Callback{State: Decided, Decision: &Decision{At: t0}}
		entry, err := c.Lose(tt.ending, at(time.Hour), System("test"))
		if err != nil || entry.Detail != tt.want || c.Ending.Detail != tt.ending.Detail {
			t.Errorf("%s: %q, %v, want %q", name, entry.Detail, err, tt.want)
		}
	}
}

func TestTimeOutWaitsForTheClock(t *testing.T) {
	t.Parallel()
	c := Callback{State: Pending, Clocks: Clocks{StartedAt: t0, Timeout: time.Minute}}
	if _, err := c.TimeOut(at(59*time.Second), System("test")); !errors.Is(err, ErrConflict) {
		t.Errorf("got %v, want ErrConflict", err)
	}
	if _, err := c.TimeOut(at(time.Minute), System("test")); err != nil {
		t.Fatal(err)
	}
	if c.Ending.Cause != CauseTimeout || !c.Ending.At.Equal(at(time.Minute)) {
		t.Errorf("ending is %+v, want the timeout at its own instant", c.Ending)
	}
}

// TestEndedElsewhere: whatever the history leaves out, an ending says what won, by which clock, and when.
func TestEndedElsewhere(t *testing.T) {
	t.Parallel()
	both := Clocks{StartedAt: t0, Timeout: time.Hour, HeartbeatTimeout: time.Minute}
	for name, tt := range map[string]struct {
		clocks  Clocks
		closing Closing
		want    Ending
	}{
		"Told":         {both, Closing{By: EndedByClock, Cause: CauseHeartbeat, At: at(time.Minute), EventID: 7}, Ending{By: EndedByClock, Cause: CauseHeartbeat, At: at(time.Minute), Event: 7, Detail: clockSentence[CauseHeartbeat]}},
		"WhichEarly":   {both, Closing{By: EndedByClock, At: at(time.Minute)}, Ending{By: EndedByClock, Cause: CauseHeartbeat, At: at(time.Minute), Detail: clockSentence[CauseHeartbeat]}},
		"WhichLate":    {both, Closing{By: EndedByClock, At: at(time.Hour)}, Ending{By: EndedByClock, Cause: CauseTimeout, At: at(time.Hour), Detail: clockSentence[CauseTimeout]}},
		"WhichOfOne":   {Clocks{StartedAt: t0, Timeout: time.Hour}, Closing{By: EndedByClock, At: at(time.Minute)}, Ending{By: EndedByClock, Cause: CauseTimeout, At: at(time.Minute), Detail: clockSentence[CauseTimeout]}},
		"WhenExecuted": {both, Closing{By: EndedByExecution}, Ending{By: EndedByExecution, At: at(2 * time.Hour), Detail: "The execution ended around the callback."}},
		"WhenOther":    {both, Closing{By: EndedByOther}, Ending{By: EndedByOther, At: at(2 * time.Hour), Detail: "Another client completed the callback."}},
	} {
		c := Callback{Clocks: tt.clocks}
		if got := c.EndedElsewhere(tt.closing, at(2*time.Hour)); got != tt.want {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}
