package notice

import (
	"time"

	"countersign/internal/callbacks"
)

// The actions of the audit about channels, and about how people are reached. They belong to no
// callback.
const (
	ActionMuted        callbacks.Action = "channel.muted" // by an admin, or by a fault that stays
	ActionResumed      callbacks.Action = "channel.resumed"
	ActionRetried      callbacks.Action = "channel.retried" // what failed, by an admin
	ActionLinked       callbacks.Action = "account.linked"
	ActionUnlinked     callbacks.Action = "account.unlinked"
	ActionSubscribed   callbacks.Action = "browser.added" // for pushes
	ActionUnsubscribed callbacks.Action = "browser.removed"
)

// Entry is the audit entry of a pause that replaces an earlier one; before is zero if there is none.
// It is empty for what is on record already: a fault that stays, and a browser that was removed.
func (p Pause) Entry(before Pause) callbacks.AuditEntry {
	e := callbacks.AuditEntry{At: p.At, Actor: p.By, Action: ActionMuted, Detail: names(p.Channel, p.Place)}
	switch {
	case p.Channel == Push && p.Place != "", p.Code != "" && p.Code == before.Code && p.At.Before(before.Until.Add(channelPause)):
		return callbacks.AuditEntry{}
	case p.Ends():
		e.Action = ActionResumed
		return e
	case p.Until.Equal(ForGood):
		e.Detail += ", until somebody resumes it"
	default:
		e.Detail += ", until " + p.Until.UTC().Format("2006-01-02 15:04 UTC")
	}
	if p.Words != "" {
		e.Detail += ": “" + p.Words + "”"
	}
	return e
}

// RetriedEntry is the audit entry of [Reports.Retry].
func RetriedEntry(channel, place string, by callbacks.Actor, now time.Time) callbacks.AuditEntry {
	return callbacks.AuditEntry{At: now, Actor: by, Action: ActionRetried, Detail: names(channel, place)}
}

// names names a channel, or a place on it.
func names(channel, place string) string {
	if place == "" {
		return "Channel " + channel
	}
	return place + " on channel " + channel
}

// Linked is the audit entry of an account that was linked. moved says that it was linked to somebody
// else before.
func (a Account) Linked(by callbacks.Actor, moved bool) callbacks.AuditEntry {
	e := callbacks.AuditEntry{At: a.LinkedAt, Actor: by, Action: ActionLinked, Detail: a.words()}
	if moved {
		e.Detail += ". It was linked to somebody else before"
	}
	return e
}

// Unlinked is the audit entry of an account that was unlinked.
func (a Account) Unlinked(by callbacks.Actor, now time.Time) callbacks.AuditEntry {
	return callbacks.AuditEntry{At: now, Actor: by, Action: ActionUnlinked, Detail: a.words() + owner(a.Person, by)}
}

func (a Account) words() string {
	return "“" + a.Name + "” (" + a.Account + ") on channel " + a.Channel
}

// Added is the audit entry of a browser that gets pushes from now on. moved says that it got those of
// somebody else before.
func (s Subscription) Added(by callbacks.Actor, moved bool) callbacks.AuditEntry {
	e := callbacks.AuditEntry{At: s.MadeAt, Actor: by, Action: ActionSubscribed, Detail: "“" + s.Browser + "”"}
	if moved {
		e.Detail += ". It got somebody else’s pushes before"
	}
	return e
}

// Removed is the audit entry of a browser that gets no pushes any more.
func (s Subscription) Removed(by callbacks.Actor, now time.Time) callbacks.AuditEntry {
	return callbacks.AuditEntry{At: now, Actor: by, Action: ActionUnsubscribed, Detail: "“" + s.Browser + "”" + owner(s.Person, by)}
}

// owner names the person whose place somebody else changed.
func owner(person string, by callbacks.Actor) string {
	if person == by.ID {
		return ""
	}
	return " of the person " + person
}
