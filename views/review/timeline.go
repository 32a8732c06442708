package review

import (
	"fmt"
	"strings"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views/untrusted"
	"countersign/views/words"
)

// noteFor returns the text of an audit entry for its reader. If an entry needs an operator, a
// reader who is not an admin learns only that an admin was told.
func noteFor(e callbacks.AuditEntry, viewer callbacks.Person) string {
	if e.NeedsOperator() && !viewer.Roles.Admin {
		return words.Capital(words.AdminTold)
	}
	return words.Audit(e)
}

// event is one line of the timeline: Who, in bold, did What.
type event struct {
	Icon, Tone string
	Who, What  string
	Note       string
	At         time.Time
}

// timelineOf turns the audit of a callback into events, newest first.
func timelineOf(m Review, viewer callbacks.Person) []event {
	var events []event
	beats := false
	for _, entry := range m.Audit {
		e := eventOf(m, entry, viewer)
		if entry.Action == callbacks.ActionHeartbeat && !beats {
			beats, e.Note = true, strings.TrimSpace(e.Note+" "+beatNote(m))
		}
		if said := words.Changes(entry.Facts.Changes); said != "" {
			e.Note = strings.TrimSpace(said + "\n" + e.Note)
		}
		events = append(events, e)
	}
	if len(m.Audit) >= desk.MaxPage {
		return append(events, event{What: "Earlier entries are in the audit", At: m.Callback.ReceivedAt})
	}
	return append(events, event{What: "Callback started", Note: clockNote(m.Callback.Clocks), At: m.Callback.Clocks.StartedAt})
}

// beatNote describes the latest series of heartbeats.
func beatNote(m Review) string {
	every := m.Callback.HeartbeatInterval()
	if every <= 0 || m.Callback.Heartbeats == 0 {
		return ""
	}
	return fmt.Sprintf("Every %s while somebody works on it; %s so far", words.Duration(every), words.Plural(m.Callback.Heartbeats, "heartbeat"))
}

// clockNote says what the function set: "Timeout 1 h 30 m, heartbeat 2 min".
func clockNote(c callbacks.Clocks) string {
	var set []string
	if c.Timeout > 0 {
		set = append(set, "timeout "+words.Duration(c.Timeout))
	}
	if c.HeartbeatTimeout > 0 {
		set = append(set, "heartbeat "+words.Duration(c.HeartbeatTimeout))
	}
	if len(set) == 0 {
		return "No timeout"
	}
	return words.Capital(strings.Join(set, ", "))
}

// eventOf turns one audit entry into an event.
func eventOf(m Review, e callbacks.AuditEntry, viewer callbacks.Person) event {
	told := event{
		At: e.At, Who: words.Actor(e.Actor, viewer), What: string(e.Action), Note: noteFor(e, viewer),
	}
	switch e.Action {
	case callbacks.ActionReceived:
		told.Icon, told.Who, told.What = "plug", "", "Announced by "+untrusted.Isolate(e.Actor.Name)
		if e.Facts.Announced == callbacks.AnnouncedFirst {
			told.Note = "" // it says no more
		}
	case callbacks.ActionFound:
		told.Icon, told.Who, told.What = "search", "", "Found in the history"
	case callbacks.ActionCorrected:
		told.Icon, told.Who, told.What = "exec", "", "Updated from the history"
	case callbacks.ActionContested:
		told.Icon, told.Tone, told.What = "flag", "bad", "announced it too, with other content, and was refused"
	case callbacks.ActionRequesterStated:
		told.Icon, told.What = "user", "said who asks"
	case callbacks.ActionReviewOpened:
		told.Icon, told.What = "eye", "opened the review"
	case callbacks.ActionReviewReleased:
		told.Icon, told.What = "left", "left the review"
	case callbacks.ActionReviewConfirmed:
		told.Icon, told.What = "eye", "confirmed still reviewing"
	case callbacks.ActionRevealed:
		told.Icon, told.What = "eye", "revealed a masked value"
	case callbacks.ActionSigned:
		told = signatureEvent(m, e, told)
	case callbacks.ActionWithdrawn:
		told.Icon, told.What = "left", "withdrew a signature"
	case callbacks.ActionVoid:
		told.Icon, told.Tone, told.Who, told.What = "flag", "bad", "", "A signature is void"
	case callbacks.ActionEscalated:
		told.Icon, told.Who, told.What = "flag", "", "Escalated: more people may sign"
	case callbacks.ActionNobodyEligible:
		told.Icon, told.Tone, told.Who, told.What = "flag", "bad", "", "Too few people could sign it"
	case callbacks.ActionPolicyApplied:
		told.Icon, told.What = "flag", "applied the present policy"
	case callbacks.ActionDecided:
		told = decisionEvent(m, told, viewer)
	case callbacks.ActionDelivered:
		told = deliveryEvent(m, told)
	case callbacks.ActionReceipt:
		told.Icon, told.Tone, told.Who, told.What = "check", "good", "Lambda’s history", "shows the decision"
		told.Note = fmt.Sprintf("Event %d", m.Callback.Ending.Event)
	case callbacks.ActionReceiptDiffers:
		told.Icon, told.Tone, told.Who, told.What = "flag", "bad", "Lambda’s history", "shows another end"
	case callbacks.ActionExecutionSucceeded:
		told.Icon, told.Tone, told.Who, told.What = "check", "good", "The execution", "succeeded"
	case callbacks.ActionExecutionFailed:
		told = failureEvent(m, told)
	case callbacks.ActionAttemptFailed:
		told.Icon, told.Who, told.What = "retry", "Lambda", "did not accept it yet"
	case callbacks.ActionHeartbeat:
		told = heartbeatEvent(e, told)
	case callbacks.ActionHeartbeatFailed:
		told.Icon, told.Who, told.What = "pulse", "", "A heartbeat was not taken"
	case callbacks.ActionLost, callbacks.ActionUndeliverable:
		told.Icon, told.Tone, told.Who, told.What = "x", "bad", "", words.State(e.To)
	case callbacks.ActionUnconfirmed, callbacks.ActionClosed, callbacks.ActionTimedOut:
		told.Icon, told.Who, told.What = "flag", "", words.State(e.To)
	case callbacks.ActionRetried:
		told.Icon, told.What = "retry", "sent it again"
	case callbacks.ActionSignedIn, callbacks.ActionSignedOut, callbacks.ActionSessionEnded,
		callbacks.ActionDelegated, callbacks.ActionDelegationEnded,
		callbacks.ActionPolicyLoaded, callbacks.ActionPolicyRefused: // these belong to no callback
	}
	return told
}

// signatureEvent says what somebody signed, and quotes the comment. The decision quotes that of the
// last one.
func signatureEvent(m Review, e callbacks.AuditEntry, told event) event {
	told.Icon, told.What = "check", "signed"
	if d := m.Callback.Decision; d != nil && d.By.ID == e.Actor.ID && d.At.Equal(e.At) {
		return told
	}
	for i := range m.Signatures {
		if given := &m.Signatures[i]; given.By.ID == e.Actor.ID && given.At.Equal(e.At) && given.Comment != "" {
			told.Note += " “" + untrusted.Isolate(given.Comment) + "”"
		}
	}
	return told
}

// deliveryEvent says that the decision arrived, as known from Lambda's answer or, if that was lost,
// from the history.
func deliveryEvent(m Review, told event) event {
	told.Icon, told.Tone, told.Note = "check", "good", ""
	if answerLost(m) {
		told.Who, told.What, told.Note = "Lambda’s history", "shows the decision", "The answer was lost"
	} else {
		told.Who, told.What = "Lambda", "accepted the decision"
	}
	return told
}

// failureEvent says that the execution failed. That is bad news only if the decision was to
// continue.
func failureEvent(m Review, told event) event {
	told.Icon, told.Who, told.What = "flag", "The execution", "did not succeed"
	if m.Callback.ExecutionFailed {
		told.Icon, told.Tone = "x", "bad"
	}
	return told
}

// heartbeatEvent says that heartbeats are sent, for the first time or again.
func heartbeatEvent(e callbacks.AuditEntry, told event) event {
	told.Icon, told.Who, told.What = "pulse", "", "Heartbeats began"
	if e.Facts.Failed > 0 {
		told.What = "Heartbeats are taken again"
	}
	return told
}

// delegatorOf names the person in whose right the last signature of a decision was given; empty if
// that was the signer's own.
func delegatorOf(m Review, d *callbacks.Decision) string {
	for i := range m.Signatures {
		if given := &m.Signatures[i]; given.Live() && given.By.ID == d.By.ID && given.ActingFor != nil {
			return given.ActingFor.Name
		}
	}
	return ""
}

// decisionEvent quotes the comment and leaves the hash to the receipt. Admins and auditors also see
// under which version of the configuration the decision was made.
func decisionEvent(m Review, told event, viewer callbacks.Person) event {
	told.Icon, told.What, told.Note = "check", "decided", ""
	d := m.Callback.Decision
	if d == nil {
		return told
	}
	told.What = words.DecisionVerb(d) + " this"
	if from := delegatorOf(m, d); from != "" {
		told.What += " for " + from
	}
	if words.DecisionTone(d) == "rejected" {
		told.Icon, told.Tone = "x", "bad"
	} else {
		told.Tone = "good"
	}
	if d.Comment != "" {
		told.Note = "“" + d.Comment + "”"
	}
	if d.ConfigVersion != "" && viewer.Roles.SeesAll() {
		told.Note = strings.TrimSpace(told.Note + " Made under configuration " + d.ConfigVersion.Short())
	}
	return told
}
