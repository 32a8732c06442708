package callbacks

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"countersign/internal/replies"
)

// moves are transitions: a state that is missing is a conflict.
type moves map[State]State

// event is one thing that can happen to a callback.
type event struct {
	name  string // the method, and behind a slash the case
	do    func(*Callback) (AuditEntry, error)
	to    moves           // what it leads to
	given func(*Callback) // what comes before it; nil for nothing
	quiet []State         // in these it is bookkeeping, of which the audit has no entry
}

var (
	ops       = Actor{Kind: ActorPerson, ID: "ops"}
	shop      = Actor{Kind: ActorSource, ID: "shop"}
	beats     = System("heartbeats")
	tester    = System("test")
	throttled = &replies.Error{Reply: replies.Throttled}
	yes       = Completion{Kind: Success, Result: []byte(`{"approved":true}`)}
	no        = Completion{Kind: Success, Result: []byte(`{"approved":false}`)}
)

var closedStates = slices.DeleteFunc(slices.Clone(States), State.Open)

// stays are the transitions of a change that leaves the state as it is, in these states.
func stays(states ...State) moves {
	to := moves{}
	for _, s := range states {
		to[s] = s
	}
	return to
}

// found is a finding of a history that shows the callback as the closing says.
func found(c Closing) Finding { return Finding{History: HistoryRead, Closing: c} }

func expire(f Finding) func(*Callback) (AuditEntry, error) {
	return func(c *Callback) (AuditEntry, error) {
		entry, _, err := c.Expire(f, false, at(time.Hour), System("expiry"))
		return entry, err
	}
}

func receipt(closing Closing) func(*Callback) (AuditEntry, error) { return receiptOf(yes, closing) }

func receiptOf(ours Completion, closing Closing) func(*Callback) (AuditEntry, error) {
	return func(c *Callback) (AuditEntry, error) {
		return c.Receipt(closing, ours, at(time.Minute), System("deliveries"))
	}
}

func announce(c *Callback) (AuditEntry, error) {
	said := Callback{Request: Request{Title: "Pay", Queue: c.Queue, Source: "shop", Requester: Requester{Name: "Ines"}}}
	return c.announced(&Content{}, said, Content{}, Queues{}.Bind, t0, shop), nil
}

func stateRequester(c *Callback) (AuditEntry, error) {
	return c.StateRequester(Requester{ID: "u-1"}, "She said so.", t0, ops)
}

func follow(a *FollowUp) func(*Callback) (AuditEntry, error) {
	return func(c *Callback) (AuditEntry, error) {
		return c.Followed(&Delivery{}, a, t0, System("deliveries"))
	}
}

// escalates gives a callback a requirement that escalates after half an hour.
func escalates(c *Callback) {
	c.Requirement.Escalate = &Escalation{After: 0.5, To: []string{"finance-leads"}}
	c.ReceivedAt, c.Clocks = t0, Clocks{StartedAt: t0, Timeout: time.Hour}
}

// escalate escalates a callback so long after its arrival.
func escalate(after time.Duration) func(*Callback) (AuditEntry, error) {
	return func(c *Callback) (AuditEntry, error) { return c.Escalate(at(after), tester) }
}

// events are all changes to a callback.
var events = slices.Concat(endings, deliveries, upkeep, corrections)

// endings are a decision, and the ends that come before one.
var endings = []event{
	{name: "Decide", do: func(c *Callback) (AuditEntry, error) {
		return c.Decide(Decision{At: t0, By: ops})
	}, to: moves{Pending: Decided}},
	{name: "TimeOut", do: func(c *Callback) (AuditEntry, error) {
		return c.TimeOut(at(time.Hour), tester)
	}, to: moves{Pending: TimedOut}},
	{name: "TimeOut/TooEarly", do: func(c *Callback) (AuditEntry, error) {
		return c.TimeOut(t0, tester)
	}},
	{name: "Close/ByOther", do: func(c *Callback) (AuditEntry, error) {
		return c.Close(Ending{By: EndedByOther}, t0, tester)
	}, to: moves{Pending: Closed}},
	{name: "Close/ByClock", do: func(c *Callback) (AuditEntry, error) {
		return c.Close(Ending{By: EndedByClock}, t0, tester)
	}, to: moves{Pending: TimedOut}},
	{name: "Expire/AsTheHistorySays", do: expire(found(Closing{By: EndedByOther, At: t0})),
		to: moves{Pending: Closed}},
	{name: "Expire/ByClock", do: expire(found(Closing{By: EndedByClock, Cause: CauseTimeout, At: t0})),
		to: moves{Pending: TimedOut}},
	{name: "Expire/ByOurClock", do: expire(Finding{History: HistoryUnreadable}), to: moves{Pending: TimedOut}},
	{name: "Expire/AskedLater", do: expire(Finding{History: HistoryPutOff})},
	{name: "Expire/SeenOpen", do: expire(found(Closing{Open: true})), to: stays(Pending), quiet: States},
}

// deliveries are what becomes of a decision.
var deliveries = []event{
	{name: "AttemptFailed", do: func(c *Callback) (AuditEntry, error) {
		return c.AttemptFailed(Attempt{Number: 1, Reply: replies.Throttled}, t0, tester)
	}, to: stays(Decided)},
	{name: "AttemptFailed/SameAnswer", given: func(c *Callback) { c.Problem = replies.Throttled },
		do: func(c *Callback) (AuditEntry, error) {
			return c.AttemptFailed(Attempt{Number: 2, Reply: replies.Throttled}, t0, tester)
		}, to: stays(Decided), quiet: States},
	{name: "Complete", do: func(c *Callback) (AuditEntry, error) {
		return c.Complete(Ending{By: EndedByUs, At: t0}, tester)
	}, to: moves{Decided: Completed}},
	{name: "Lose", do: func(c *Callback) (AuditEntry, error) {
		return c.Lose(Ending{By: EndedByClock}, t0, tester)
	}, to: moves{Decided: Lost}},
	{name: "Differ", do: func(c *Callback) (AuditEntry, error) {
		return c.Differ(Ending{By: EndedByClock}, t0, tester)
	}, to: moves{Completed: Lost}},
	{name: "Receipt/OurPayload", do: receipt(Closing{By: EndedByOther, Completion: &yes, EventID: 7}),
		to: stays(Completed)},
	{name: "Receipt/NoPayload", do: receipt(Closing{By: EndedByOther, Kind: Success, EventID: 7}),
		to: stays(Completed)},
	{name: "Receipt/AnotherPayload", do: receipt(Closing{By: EndedByOther, Completion: &no, EventID: 7}),
		to: moves{Completed: Lost}},
	{name: "Receipt/AnotherEnd", do: receipt(Closing{By: EndedByExecution, EventID: 7}),
		to: moves{Completed: Lost}},
	{name: "GiveUp/Undeliverable", do: func(c *Callback) (AuditEntry, error) {
		return c.GiveUp(Undeliverable, replies.Invalid, Ending{By: EndedByUnknown, At: t0}, tester)
	}, to: moves{Decided: Undeliverable}},
	{name: "GiveUp/Unconfirmed", do: func(c *Callback) (AuditEntry, error) {
		return c.GiveUp(Unconfirmed, replies.None, Ending{By: EndedByUnknown, At: t0}, tester)
	}, to: moves{Decided: Unconfirmed}},
	{name: "Retry", do: func(c *Callback) (AuditEntry, error) {
		return c.Retry(&Delivery{}, t0, ops)
	}, to: moves{Decided: Decided, Undeliverable: Decided, Unconfirmed: Decided}},
	{name: "ExecutionEnded", do: func(c *Callback) (AuditEntry, error) {
		return c.ExecutionEnded(&Delivery{}, StatusFailed, t0, t0, shop)
	}, to: stays(Completed)},
	{name: "ExecutionEnded/Known", do: func(c *Callback) (AuditEntry, error) {
		known := Delivery{FollowUp: &FollowUp{Status: StatusStopped}}
		return c.ExecutionEnded(&known, StatusFailed, t0, t0, shop)
	}},
	{name: "Followed/ToItsEnd", do: follow(&FollowUp{Status: StatusStopped}), to: stays(Completed)},
	{name: "Followed/OnItsWay", do: follow(&FollowUp{Status: StatusRunning}),
		to: stays(Completed), quiet: States},
	{name: "Followed/NothingRead", do: follow(nil), to: stays(Completed), quiet: States},
}

// upkeep is what workers and open pages do. A beat that went out counts whatever has become of the
// callback meanwhile.
var upkeep = []event{
	{name: "Beat", do: func(c *Callback) (AuditEntry, error) {
		return c.Beat(t0, beats), nil
	}, to: stays(States...)},
	{name: "Beat/AgainSoon", given: func(c *Callback) { c.Clocks.LastHeartbeatAt = t0 },
		do: func(c *Callback) (AuditEntry, error) {
			return c.Beat(at(20*time.Second), beats), nil
		}, to: stays(States...), quiet: States},
	{name: "MissHeartbeat", do: func(c *Callback) (AuditEntry, error) {
		return c.MissHeartbeat(MissedHeartbeat{Sent: t0, Reply: throttled}, t0, beats), nil
	}, to: stays(States...), quiet: closedStates},
	{name: "MissHeartbeat/TakenSince", do: func(c *Callback) (AuditEntry, error) {
		return c.MissHeartbeat(MissedHeartbeat{Sent: t0, Taken: 7, Reply: throttled}, t0, beats), nil
	}, to: stays(States...), quiet: States},
	{name: "StopHeartbeats", do: func(c *Callback) (AuditEntry, error) {
		c.StopHeartbeats(t0)
		return AuditEntry{}, nil
	}, to: stays(States...), quiet: States},
	{name: "hold", do: func(c *Callback) (AuditEntry, error) {
		c.hold([]Review{{OpenedAt: t0, RenewedAt: t0, LastInputAt: t0}}, DefaultReviewLimits, t0)
		return AuditEntry{}, nil
	}, to: stays(States...), quiet: States},
}

// corrections are what is learnt of the request.
var corrections = []event{
	{name: "Correct", do: func(c *Callback) (AuditEntry, error) {
		return c.Correct(Sighting{Clocks: Clocks{StartedAt: t0, Timeout: time.Minute}}, t0, System("discovery"))
	}, to: stays(OpenStates...)},
	{name: "Correct/NothingWrong", do: func(c *Callback) (AuditEntry, error) {
		known := Sighting{Clocks: Clocks{StartedAt: t0, Timeout: time.Hour, HeartbeatTimeout: time.Minute}}
		return c.Correct(known, t0, System("discovery"))
	}},
	{name: "announced", do: announce, to: stays(States...)},
	{name: "Escalate", given: escalates, do: escalate(time.Hour), to: stays(Pending)},
	{name: "Escalate/TooEarly", given: escalates, do: escalate(0)},
	{name: "Escalate/Never", do: escalate(time.Hour)},
	{name: "Escalate/Again", given: func(c *Callback) {
		escalates(c)
		c.EscalatedAt = at(time.Minute)
	}, do: escalate(time.Hour)},
	{name: "StateRequester", do: stateRequester, to: stays(Pending)},
	{name: "StateRequester/Found", given: func(c *Callback) {
		c.Source, c.Requester = SourceDiscovery, Requester{}
	}, do: stateRequester, to: stays(Pending)},
	{name: "StateRequester/SaidByATemplate", given: func(c *Callback) {
		c.Source, c.Requester = SourceDiscovery, Requester{ID: "u-2"}
	}, do: stateRequester},
	{name: "StateRequester/SaidByTheSender", given: func(c *Callback) {
		c.Requester = Requester{ID: "u-2"}
	}, do: stateRequester},
}

// in is a callback in a state, with what comes with it.
func in(s State) Callback {
	clocks := Clocks{StartedAt: t0, Timeout: time.Hour, HeartbeatTimeout: time.Minute}
	c := Callback{Request: Request{Queue: "q"}, ID: "a", State: s, Clocks: clocks}
	if s != Pending && s != TimedOut && s != Closed {
		c.Decision = &Decision{At: t0, By: ops, Kind: yes.Kind, SHA256: yes.SHA256()}
	}
	if s.Open() {
		c.NextHeartbeatAt = at(time.Second)
	} else {
		c.Ending = &Ending{By: EndedByUnknown, At: t0}
	}
	return c
}

func TestTransitions(t *testing.T) {
	t.Parallel()
	for _, e := range events {
		for _, from := range States {
			t.Run(e.name+"/"+string(from), func(t *testing.T) {
				t.Parallel()
				c := in(from)
				if e.given != nil {
					e.given(&c)
				}
				before := c
				entry, err := e.do(&c)
				want, allowed := e.to[from]
				if !allowed {
					same := reflect.DeepEqual(c, before) && reflect.DeepEqual(entry, AuditEntry{})
					if !errors.Is(err, ErrConflict) || !same {
						t.Fatalf("got %v and %+v, want ErrConflict and %+v", err, c, before)
					}
					return
				}
				if err != nil || c.State != want {
					t.Fatalf("got %v and state %s, want %s", err, c.State, want)
				}
				e.checkEntry(t, &c, entry, from)
				if !want.Open() && !c.NextHeartbeatAt.IsZero() {
					t.Error("a callback that is not open still has a heartbeat scheduled")
				}
			})
		}
	}
}

// checkEntry checks what the audit says of a change that was allowed.
func (e event) checkEntry(t *testing.T, c *Callback, entry AuditEntry, from State) {
	t.Helper()
	if slices.Contains(e.quiet, from) {
		if !reflect.DeepEqual(entry, AuditEntry{}) {
			t.Errorf("the audit has %+v of bookkeeping", entry)
		}
		return
	}
	named := entry.Action != "" && entry.Callback == c.ID && entry.Queue == c.Queue
	if !named || entry.Actor.ID == "" || entry.At.IsZero() {
		t.Errorf("audit entry is not complete: %+v", entry)
	}
	if from != c.State && (entry.From != from || entry.To != c.State) {
		t.Errorf("audit says %s to %s, want %s to %s", entry.From, entry.To, from, c.State)
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

// TestEndedElsewhere: whatever the history leaves out, an ending says what won, by which clock, and
// when.
func TestEndedElsewhere(t *testing.T) {
	t.Parallel()
	both := Clocks{StartedAt: t0, Timeout: time.Hour, HeartbeatTimeout: time.Minute}
	for name, tt := range map[string]struct {
		clocks  Clocks
		closing Closing
		want    Ending
	}{
		"Told":         {both, Closing{By: EndedByClock, Cause: CauseHeartbeat, At: at(time.Minute), EventID: 7}, Ending{By: EndedByClock, Cause: CauseHeartbeat, At: at(time.Minute), Event: 7}},
		"WhichEarly":   {both, Closing{By: EndedByClock, At: at(time.Minute)}, Ending{By: EndedByClock, Cause: CauseHeartbeat, At: at(time.Minute)}},
		"WhichLate":    {both, Closing{By: EndedByClock, At: at(time.Hour)}, Ending{By: EndedByClock, Cause: CauseTimeout, At: at(time.Hour)}},
		"WhichOfOne":   {Clocks{StartedAt: t0, Timeout: time.Hour}, Closing{By: EndedByClock, At: at(time.Minute)}, Ending{By: EndedByClock, Cause: CauseTimeout, At: at(time.Minute)}},
		"Context":      {both, Closing{By: EndedByExecution, Around: AroundContext, At: t0}, Ending{By: EndedByExecution, Around: AroundContext, At: t0}},
		"Succeeded":    {both, ClosedByExecution(StatusSucceeded, t0), Ending{By: EndedByExecution, Around: AroundSucceeded, At: t0}},
		"Failed":       {both, ClosedByExecution(StatusFailed, t0), Ending{By: EndedByExecution, Around: AroundFailed, At: t0}},
		"Stopped":      {both, ClosedByExecution(StatusStopped, t0), Ending{By: EndedByExecution, Around: AroundStopped, At: t0}},
		"TimedOut":     {both, ClosedByExecution(StatusTimedOut, t0), Ending{By: EndedByClock, Cause: CauseExecution, At: t0}},
		"Gone":         {both, Closing{By: EndedByGone, At: t0}, Ending{By: EndedByGone, Around: AroundGone, At: t0}},
		"WhenExecuted": {both, Closing{By: EndedByExecution}, Ending{By: EndedByExecution, At: at(2 * time.Hour)}},
		"WhenOther":    {both, Closing{By: EndedByOther}, Ending{By: EndedByOther, At: at(2 * time.Hour)}},
	} {
		c := Callback{Clocks: tt.clocks}
		if got := c.EndedElsewhere(tt.closing, at(2*time.Hour)); got != tt.want {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}
