package assignment

import (
	"cmp"
	"fmt"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/spelling"
)

// Assignment says whom a pending callback is assigned to. The zero value means nobody.
type Assignment struct {
	To     callbacks.Actor // zero for nobody
	Before callbacks.Actor // whom it was taken, moved or released from; zero for nobody
	By     callbacks.Actor
	Reason string // may be empty
	At     time.Time
}

// Nobody reports whether the callback is assigned to nobody.
func (a *Assignment) Nobody() bool { return a.To.ID == "" }

// Taken reports whether somebody took the callback from somebody else, moved it or released it.
func (a *Assignment) Taken() bool { return a.Before.ID != "" && a.Before.ID != a.By.ID }

// The actions of the audit about assignments and snoozes.
const (
	ActionTaken    callbacks.Action = "assignment.taken"    // by the person themselves
	ActionAssigned callbacks.Action = "assignment.made"     // by somebody, to somebody else
	ActionReleased callbacks.Action = "assignment.released" // to nobody
	ActionSnoozed  callbacks.Action = "snoozed"             // in the list of the person alone
	ActionWoken    callbacks.Action = "snooze.ended"        // before its time, by the person
)

// MaxSnooze is how long a snooze lasts at most.
const MaxSnooze = 30 * 24 * time.Hour

// Latest is until when a callback can be snoozed at most: until it is at risk, which is so long before
// the earliest of its clocks as decisions in its queue usually take, zero if that is not known. It is
// not after now if it is too late for a snooze.
func Latest(c *callbacks.Callback, usual time.Duration, now time.Time) time.Time {
	latest := now.Add(MaxSnooze)
	if at, cause := c.Deadline(); cause != callbacks.NoDeadline {
		latest = callbacks.Earliest(latest, at.Add(-cmp.Or(usual, desk.FewDecisions)))
	}
	return latest
}

// entry is the audit entry of an assignment that follows another one.
func (a *Assignment) entry(c *callbacks.Callback, before *Assignment) callbacks.AuditEntry {
	e := callbacks.AuditEntry{At: a.At, Actor: a.By, Action: ActionAssigned, Callback: c.ID, Queue: c.Queue}
	switch {
	case a.Nobody():
		e.Action, e.Detail = ActionReleased, "Nobody has it now."
	case a.To.ID == a.By.ID:
		e.Action, e.Detail = ActionTaken, "It is "+a.To.Name+"’s now."
	default:
		e.Detail = "It is " + a.To.Name + "’s now."
	}
	if !before.Nobody() && before.To.ID != a.By.ID {
		e.Detail += " It was " + before.To.Name + "’s before."
	}
	if a.Reason != "" {
		e.Detail += fmt.Sprintf(" Reason: “%s”.", spelling.Spaced(a.Reason))
	}
	return e
}
