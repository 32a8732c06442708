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

// TestLoseSaysByHowMuch: the audit tells how close it was, where the end's own time is known.
func TestLoseSaysByHowMuch(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		ending Ending
		want   string
	}{
		"Late":     {Ending{By: EndedByClock, At: at(-800 * time.Millisecond), Detail: "The callback's timeout ran out."}, "The callback's timeout ran out. The decision came 0.8 s after that."},
		"VeryLate": {Ending{By: EndedByExecution, At: at(-125 * time.Second), Detail: "X."}, "X. The decision came 2m5s after that."},
		"Close":    {Ending{By: EndedByOther, At: at(12 * time.Millisecond), Detail: "X."}, "X. The decision was made 12 ms before, but had not arrived."},
		"AtOnce":   {Ending{By: EndedByOther, At: t0, Detail: "X."}, "X. The decision came 0 ms after that."},
		"Unknown":  {Ending{By: EndedByUnknown, At: at(time.Hour), Detail: "X."}, "X."},
		"Gone":     {Ending{By: EndedByGone, At: at(time.Hour), Detail: "X."}, "X."},
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
