// Package admin has the pages of the audit, of the functions that are searched for callbacks, and of
// the configuration.
package admin

import (
	"cmp"
	"fmt"
	"strings"

	"countersign/internal/assignment"
	"countersign/internal/callbacks"
	"countersign/internal/notice"
	"countersign/internal/record"
	"countersign/views"
	"countersign/views/words"
)

// AuditPath is the path of the page. [AuditExportPath] takes the same fields.
const (
	AuditPath       = "/audit"
	AuditExportPath = AuditPath + "/export"
)

// Audit is a page of the audit.
type Audit struct {
	record.AuditPage
	Filter record.AuditFilter
	Days   [2]string // as the address has them: from, and to the end of
	Zone   string    // in which the days are; empty without days
	Before int64     // where this page begins; 0 for the first
}

// filtered reports whether the reader asked for something.
func (m Audit) filtered() bool { return m.Filter != record.AuditFilter{} }

// zoneOf is the zone of the days that the form asks for: that of the address, else the reader's.
func (m Audit) zoneOf(s views.Shell) string { return cmp.Or(m.Zone, s.Moment.ZoneName()) }

// lists says what the page lists, below it.
func (m Audit) lists(s views.Shell) string {
	says := fmt.Sprintf("%d on this page.", len(m.Stretches))
	if m.Zone != "" && m.Zone != s.Moment.ZoneName() {
		says += " The days of the filter are days in " + m.Zone + "."
	}
	if !m.Through.IsZero() {
		says += fmt.Sprintf(" They stand for %d entries, back to %s.", record.MaxAudited, s.Moment.Clock(m.Through))
	}
	return says
}

// inWords says which entries a filter finds.
func (m Audit) inWords() string {
	var parts []string
	add := func(before, value string) {
		if value != "" {
			parts = append(parts, before+value)
		}
	}
	add("by ", m.Filter.Actor)
	add("action ", string(m.Filter.Action))
	add("callback ", string(m.Filter.Callback))
	add("from ", m.Days[0])
	add("to ", m.Days[1])
	if m.Zone != "" {
		parts[len(parts)-1] += " in " + m.Zone
	}
	what := "entries"
	if m.Filter.HidesSystem() {
		what = "entries of people"
	}
	if len(parts) == 0 {
		return "all " + what
	}
	return what + " " + strings.Join(parts, ", ")
}

// AuditExportWords say for the audit what somebody exported of it.
func AuditExportWords(format record.Format, m Audit) string {
	return map[record.Format]string{record.CSV: "As CSV: ", record.JSONLines: "As JSON lines: "}[format] + m.inWords() + "."
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
	record.ActionAuditExported:      "exported the audit",
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
	record.ActionExported, record.ActionAuditExported, notice.ActionMuted, notice.ActionResumed, notice.ActionRetried, notice.ActionLinked, notice.ActionUnlinked, notice.ActionSubscribed, notice.ActionUnsubscribed,
}

// times say how many entries a stretch has, empty for one.
func times(s *record.Stretch, m words.Moment) string {
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
