// Package admin has the pages of the audit, of the functions that are searched for callbacks, and of
// the configuration.
package admin

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/internal/assignment"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/notice"
	"countersign/internal/record"
	"countersign/views/words"
)

// Audit is a page of the audit, newest entry first.
type Audit struct {
	Entries []callbacks.AuditEntry
	Titles  map[callbacks.ID]string // of the callbacks of the entries
	Query   desk.AuditQuery
	Older   int64 // the Seq before which the next page starts; 0 on the last page
}

// actionWords say in words what an audit entry is about.
var actionWords = map[callbacks.Action]string{
	callbacks.ActionReceived:        "announced",
	callbacks.ActionFound:           "found in history",
	callbacks.ActionCorrected:       "corrected by history",
	callbacks.ActionContested:       "announced by another source",
	callbacks.ActionRequesterStated: "said who asks",
	callbacks.ActionReviewOpened:    "opened the review",
	callbacks.ActionReviewReleased:  "left the review",
	callbacks.ActionReviewConfirmed: "confirmed still reviewing",
	callbacks.ActionHeartbeat:       "heartbeats began",
	callbacks.ActionHeartbeatFailed: "heartbeat not taken",
	callbacks.ActionRevealed:        "revealed a masked value",
	callbacks.ActionSigned:          "signed",
	callbacks.ActionWithdrawn:       "withdrew a signature",
	callbacks.ActionVoid:            "made a signature void",
	callbacks.ActionPolicyApplied:   "applied the present policy",
	callbacks.ActionEscalated:       "escalated",
	callbacks.ActionNobodyEligible:  "too few can sign",
	callbacks.ActionDecided:         "decided",
	callbacks.ActionDelivered:       "delivered",
	callbacks.ActionAttemptFailed:   "attempt not accepted",
	callbacks.ActionReceipt:         "seen in history",
	callbacks.ActionReceiptDiffers:  "history differs",
	callbacks.ActionLost:            "lost the race",
	callbacks.ActionUndeliverable:   "undeliverable",
	callbacks.ActionUnconfirmed:     "unconfirmed",
	callbacks.ActionRetried:         "sent again",
	callbacks.ActionTimedOut:        "timed out",
	callbacks.ActionClosed:          "closed elsewhere",
	callbacks.ActionSignedIn:        "signed in",
	callbacks.ActionSignedOut:       "signed out",
	callbacks.ActionSessionEnded:    "ended a session",
	callbacks.ActionBatchBegun:      "began a batch of decisions",
	callbacks.ActionBatchStopped:    "stopped a batch of decisions",
	callbacks.ActionDelegated:       "delegated",
	callbacks.ActionDelegationEnded: "ended a delegation",
	callbacks.ActionPolicyLoaded:    "loaded a configuration",
	callbacks.ActionPolicyRefused:   "refused a configuration",
	record.ActionExported:           "exported decisions",
	assignment.ActionTaken:          "took it",
	assignment.ActionAssigned:       "assigned it",
	assignment.ActionReleased:       "gave it back",
	assignment.ActionSnoozed:        "snoozed it",
	assignment.ActionWoken:          "ended a snooze",
	assignment.ActionAcknowledged:   "acknowledged it",
	assignment.ActionReopened:       "took an acknowledgment back",
	notice.ActionMuted:              "muted a channel",
	notice.ActionResumed:            "resumed a channel",
	notice.ActionRetried:            "had messages sent again",
	notice.ActionLinked:             "linked an account",
	notice.ActionUnlinked:           "unlinked an account",
	notice.ActionSubscribed:         "added a browser",
	notice.ActionUnsubscribed:       "removed a browser",

	callbacks.ActionExecutionSucceeded: "execution succeeded",
	callbacks.ActionExecutionFailed:    "execution failed",
}

// actions are the actions of the audit in the order of a callback's life.
var actions = []callbacks.Action{
	callbacks.ActionReceived, callbacks.ActionFound, callbacks.ActionCorrected, callbacks.ActionContested, callbacks.ActionRequesterStated, callbacks.ActionReviewOpened, callbacks.ActionReviewReleased, callbacks.ActionReviewConfirmed,
	callbacks.ActionHeartbeat, callbacks.ActionHeartbeatFailed,
	assignment.ActionTaken, assignment.ActionAssigned, assignment.ActionReleased, assignment.ActionSnoozed, assignment.ActionWoken, assignment.ActionAcknowledged, assignment.ActionReopened,
	callbacks.ActionRevealed, callbacks.ActionSigned, callbacks.ActionWithdrawn, callbacks.ActionVoid, callbacks.ActionPolicyApplied, callbacks.ActionEscalated, callbacks.ActionNobodyEligible, callbacks.ActionDecided, callbacks.ActionDelivered,
	callbacks.ActionAttemptFailed, callbacks.ActionReceipt, callbacks.ActionReceiptDiffers, callbacks.ActionLost, callbacks.ActionUndeliverable, callbacks.ActionUnconfirmed,
	callbacks.ActionExecutionSucceeded, callbacks.ActionExecutionFailed, callbacks.ActionRetried, callbacks.ActionTimedOut, callbacks.ActionClosed, callbacks.ActionSignedIn, callbacks.ActionSignedOut, callbacks.ActionSessionEnded, callbacks.ActionBatchBegun, callbacks.ActionBatchStopped,
	callbacks.ActionDelegated, callbacks.ActionDelegationEnded, callbacks.ActionPolicyLoaded, callbacks.ActionPolicyRefused,
	record.ActionExported, notice.ActionMuted, notice.ActionResumed, notice.ActionRetried, notice.ActionLinked, notice.ActionUnlinked, notice.ActionSubscribed, notice.ActionUnsubscribed,
}

// stretch is one line of the page: an entry, or several of the same kind that follow each other.
type stretch struct {
	callbacks.AuditEntry           // the newest
	Since                time.Time // of the oldest; zero for a single entry
	Count                int
}

// folded are actions that come in long stretches and of which each says the same.
var folded = []callbacks.Action{
	callbacks.ActionHeartbeat, callbacks.ActionHeartbeatFailed, callbacks.ActionReviewOpened, callbacks.ActionReviewReleased,
	callbacks.ActionReviewConfirmed, callbacks.ActionAttemptFailed,
}

// stretches fold entries of the page that follow each other and say the same: the same action of the
// same actor about the same callback, such as heartbeats that were not taken. A visit, that somebody
// opened a callback and left it, is one stretch.
func (m Audit) stretches() []stretch {
	var all []stretch
	for _, e := range m.Entries {
		if n := len(all); n > 0 && all[n-1].goesOn(e) {
			all[n-1].Count, all[n-1].Since = all[n-1].Count+1, e.At
			continue
		}
		all = append(all, stretch{AuditEntry: e, Count: 1})
	}
	return all
}

// goesOn reports whether an older entry belongs to the stretch.
func (s stretch) goesOn(older callbacks.AuditEntry) bool {
	visit := func(a callbacks.Action) bool {
		return a == callbacks.ActionReviewOpened || a == callbacks.ActionReviewReleased || a == callbacks.ActionReviewConfirmed
	}
	return slices.Contains(folded, older.Action) && s.Callback == older.Callback && s.Actor.ID == older.Actor.ID &&
		(s.Action == older.Action && words.Audit(s.AuditEntry) == words.Audit(older) || visit(s.Action) && visit(older.Action))
}

// times say how many entries a stretch has, empty for one.
func (s stretch) times(m words.Moment) string {
	if s.Count == 1 {
		return ""
	}
	return fmt.Sprintf("× %d since %s", s.Count, m.Clock(s.Since))
}

// title names the callback of an entry; by its ID if it has neither title nor name.
func (m Audit) title(e callbacks.AuditEntry) string {
	return cmp.Or(strings.TrimSpace(m.Titles[e.Callback]), string(e.Callback))
}

func actionWord(a callbacks.Action) string {
	if word, ok := actionWords[a]; ok {
		return word
	}
	return string(a)
}

// stateChange returns "pending → decided", or "" if the state did not change.
func stateChange(e callbacks.AuditEntry) string {
	if e.From == e.To {
		return ""
	}
	return strings.TrimSpace(fmt.Sprintf("%s → %s", words.State(e.From), words.State(e.To)))
}
