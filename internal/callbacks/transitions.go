package callbacks

import (
	"fmt"
	"time"

	"countersign/internal/form"
	"countersign/internal/replies"
)

// WrongState is the error of a transition that the current state does not allow. wanted says what
// somebody wanted to do, before the words "a callback". Package desk uses it for what it does not
// leave to a transition.
func (c *Callback) WrongState(wanted string) error {
	return fmt.Errorf("%s a callback that is %s: %w", wanted, c.State, ErrConflict)
}

// entry begins the audit entry of a change to the callback.
func (c *Callback) entry(at time.Time, by Actor, action Action, facts Facts) AuditEntry {
	return AuditEntry{At: at, Actor: by, Action: action, Callback: c.ID, Queue: c.Queue, Facts: facts}
}

// move changes the state and records it in the audit. A callback that is no longer open needs no
// heartbeats.
func (c *Callback) move(to State, at time.Time, by Actor, action Action, facts Facts) AuditEntry {
	e := c.entry(at, by, action, facts)
	e.From, e.To = c.State, to
	c.State = to
	if !to.Open() {
		c.NextHeartbeatAt, c.MissedHeartbeats = time.Time{}, MissedHeartbeats{}
	}
	return e
}

// ended are the facts of an entry that says how the callback ended.
func (c *Callback) ended() Facts {
	ending := *c.Ending
	return Facts{Ending: &ending, Decision: c.Decision.brief()}
}

// Decide records a decision. Only a pending callback can be decided. A clock that seems to have run
// out does not prevent the decision: other clients may send heartbeats too, and our clock may be
// wrong, so Lambda's answer to the delivery settles it.
func (c *Callback) Decide(d Decision, changes ...form.Change) (AuditEntry, error) {
	if c.State != Pending {
		return AuditEntry{}, c.WrongState("decide")
	}
	c.Decision, c.Problem = &d, ""
	entry := c.move(Decided, d.At, d.By, ActionDecided, Facts{Decision: d.brief(), Changes: audited(changes)})
	c.scheduleHeartbeat(d.At)
	return entry, nil
}

// TimeOut ends a pending callback whose deadline has passed by our clock, if no better evidence is
// to be had.
func (c *Callback) TimeOut(now time.Time, by Actor) (AuditEntry, error) {
	if c.State != Pending || !c.overdue(now) {
		return AuditEntry{}, c.WrongState("time out")
	}
	at, cause := c.Deadline()
	c.Ending, c.Problem = &Ending{By: EndedByClock, Cause: cause, At: at, Assumed: true}, ""
	return c.move(TimedOut, now, by, ActionTimedOut, c.ended()), nil
}

// Close ends a pending callback that Lambda no longer waits for.
func (c *Callback) Close(e Ending, now time.Time, by Actor) (AuditEntry, error) {
	if c.State != Pending {
		return AuditEntry{}, c.WrongState("close")
	}
	c.Ending, c.Problem = &e, ""
	if e.By == EndedByClock {
		return c.move(TimedOut, now, by, ActionTimedOut, c.ended()), nil
	}
	return c.move(Closed, now, by, ActionClosed, c.ended()), nil
}

// AttemptFailed notes the answer to a failed attempt to deliver the decision. If the answer is the
// same as before, no audit entry is written.
func (c *Callback) AttemptFailed(a Attempt, now time.Time, by Actor) (AuditEntry, error) {
	if c.State != Decided {
		return AuditEntry{}, c.WrongState("note a failed attempt with")
	}
	if c.Problem == a.Reply {
		return AuditEntry{}, nil
	}
	c.Problem = a.Reply
	met := Facts{Attempt: a.Number, Reply: a.Reply}
	return c.entry(now, by, ActionAttemptFailed, met), nil
}

// Complete notes that Lambda accepted the decision, or that the history shows it did.
func (c *Callback) Complete(e Ending, by Actor) (AuditEntry, error) {
	if c.State != Decided {
		return AuditEntry{}, c.WrongState("complete")
	}
	c.Ending, c.Problem = &e, ""
	return c.move(Completed, e.At, by, ActionDelivered, c.ended()), nil
}

// Lose notes that something else ended the callback before the decision arrived.
func (c *Callback) Lose(e Ending, now time.Time, by Actor) (AuditEntry, error) {
	if c.State != Decided {
		return AuditEntry{}, c.WrongState("lose")
	}
	c.Ending, c.Problem = &e, ""
	return c.move(Lost, now, by, ActionLost, c.ended()), nil
}

// Differ notes that the history shows another end although Lambda accepted the decision: the
// function does not act on the decision.
func (c *Callback) Differ(e Ending, now time.Time, by Actor) (AuditEntry, error) {
	if c.State != Completed {
		return AuditEntry{}, c.WrongState("take back")
	}
	e.Accepted = true
	c.Ending = &e
	return c.move(Lost, now, by, ActionReceiptDiffers, c.ended()), nil
}

// GiveUp notes that an operator has to look; to is [Undeliverable] or [Unconfirmed].
func (c *Callback) GiveUp(to State, reply replies.Reply, e Ending, by Actor) (AuditEntry, error) {
	if c.State != Decided {
		return AuditEntry{}, c.WrongState("give up on")
	}
	action := ActionUndeliverable
	if to == Unconfirmed {
		action = ActionUnconfirmed
	}
	c.Ending, c.Problem = &e, reply
	return c.move(to, e.At, by, action, c.ended()), nil
}

// Retry sends the decision again because an operator asks for it. The delivery is due at once, or
// when the lease of an attempt under way ends. Its readings of the history start anew, and that
// Lambda said the callback is closed is forgotten. Heartbeats keep the callback alive until the
// decision arrives. Retry returns [ErrNotFound] if there is no delivery.
func (c *Callback) Retry(d *Delivery, now time.Time, by Actor) (entry AuditEntry, err error) {
	switch c.State {
	case Undeliverable, Unconfirmed:
		c.Ending, c.Problem = nil, ""
		entry = c.move(Decided, now, by, ActionRetried, Facts{})
	case Decided:
		entry = c.entry(now, by, ActionRetried, Facts{})
	case Pending, Completed, Lost, TimedOut, Closed:
		return entry, c.WrongState("retry")
	}
	if d == nil {
		return AuditEntry{}, ErrNotFound
	}
	d.Readings, d.Closed, d.DueAt = 0, false, now
	c.scheduleHeartbeat(now)
	return entry, nil
}

// Receipt notes what the history says of a decision that Lambda accepted. If the history shows
// another end, Receipt does what [Callback.Differ] does.
func (c *Callback) Receipt(closing Closing, ours Completion, now time.Time, by Actor) (AuditEntry, error) {
	if c.State != Completed {
		return AuditEntry{}, c.WrongState("note a receipt with")
	}
	same := closing.Holds(ours)
	if same || closing.MayHold(ours) {
		c.Ending.Event, c.Ending.At, c.Ending.Proven = closing.EventID, closing.At, same
		return c.entry(now, by, ActionReceipt, c.ended()), nil
	}
	return c.Differ(c.EndedElsewhere(closing, now), now, by)
}

// Expire ends a pending callback past its deadline in the way that its history shows. If there is
// no history, our clock ends it. If the history shows that another client keeps the callback alive,
// Expire only notes that. It returns [ErrConflict] if the callback must not be ended now; again
// then says whether to ask once more later. patient makes it wait for a better answer.
func (c *Callback) Expire(
	found Finding, patient bool, now time.Time, by Actor,
) (entry AuditEntry, again bool, err error) {
	_, cause := c.Deadline()
	waits := found.Open() || found.History == HistoryPutOff || patient
	switch {
	case c.State != Pending || !c.overdue(now):
		return entry, false, ErrConflict
	case found.Open() && cause == CauseHeartbeat: // another client keeps it alive
		c.Clocks.SeenOpenAt = now
		return entry, false, nil
	case waits:
		return entry, true, ErrConflict
	case found.History == HistoryRead:
		entry, err = c.Close(c.EndedElsewhere(found.Closing, now), now, by)
		return entry, false, err
	case cause == CauseHeartbeat && c.mayLiveOn(now):
		return entry, true, ErrConflict
	default:
		entry, err = c.TimeOut(now, by)
		return entry, false, err
	}
}
