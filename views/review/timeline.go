package review

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"countersign/internal/assignment"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/notice"
	"countersign/views/untrusted"
	"countersign/views/words"
)

// noteFor returns the text of an audit entry for its reader. If an entry needs an operator, a
// reader who is not an admin learns only that an admin was told.
func noteFor(e callbacks.AuditEntry, viewer callbacks.Person) string {
	if e.Facts.Reply.NeedsOperator() && !viewer.Roles.Admin {
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

// look is how the timeline shows an action.
type look struct {
	icon, tone string
	who        string // empty for the actor
	nobody     bool   // the event has no subject
	what       string
	// more shows what depends on the entry; nil if nothing does
	more func(m Review, e callbacks.AuditEntry, shown event, viewer callbacks.Person) event
}

const lambdasHistory = "Lambda’s history"

// looks has every action; those without a look belong to no callback.
var looks = map[callbacks.Action]look{
	callbacks.ActionReceived:           {icon: "plug", nobody: true, more: arrivalEvent},
	callbacks.ActionFound:              {icon: "search", nobody: true, what: "Found in the history"},
	callbacks.ActionCorrected:          {icon: "exec", nobody: true, what: "Updated from the history"},
	callbacks.ActionContested:          {icon: "flag", tone: "bad", what: "announced it too, with other content, and was refused"},
	callbacks.ActionRequesterStated:    {icon: "user", what: "said who asks"},
	callbacks.ActionReviewOpened:       {icon: "eye", what: "opened the review"},
	callbacks.ActionReviewReleased:     {icon: "left", what: "left the review"},
	callbacks.ActionReviewConfirmed:    {icon: "eye", what: "confirmed still reviewing"},
	callbacks.ActionRevealed:           {icon: "eye", what: "revealed a masked value"},
	callbacks.ActionSigned:             {icon: "check", what: "signed", more: signatureEvent},
	callbacks.ActionWithdrawn:          {icon: "left", what: "withdrew a signature"},
	callbacks.ActionVoid:               {icon: "flag", tone: "bad", nobody: true, what: "A signature is void"},
	callbacks.ActionEscalated:          {icon: "flag", nobody: true, what: "Escalated: more people may sign"},
	callbacks.ActionNobodyEligible:     {icon: "flag", tone: "bad", nobody: true, what: "Too few people could sign it"},
	callbacks.ActionPolicyApplied:      {icon: "flag", what: "applied the present policy"},
	callbacks.ActionDecided:            {icon: "check", what: "decided", more: decisionEvent},
	callbacks.ActionDelivered:          {icon: "check", tone: "good", more: deliveryEvent},
	callbacks.ActionReceipt:            {icon: "check", tone: "good", who: lambdasHistory, what: "shows the decision", more: receiptEvent},
	callbacks.ActionReceiptDiffers:     {icon: "flag", tone: "bad", who: lambdasHistory, what: "shows another end"},
	callbacks.ActionExecutionSucceeded: {icon: "check", tone: "good", who: "The execution", what: "succeeded"},
	callbacks.ActionExecutionFailed:    {icon: "flag", who: "The execution", what: "did not succeed", more: failureEvent},
	callbacks.ActionAttemptFailed:      {icon: "retry", who: "Lambda", what: "did not accept it yet"},
	callbacks.ActionHeartbeat:          {icon: "pulse", nobody: true, what: "Heartbeats began", more: heartbeatEvent},
	callbacks.ActionHeartbeatFailed:    {icon: "pulse", nobody: true, what: "A heartbeat was not taken"},
	callbacks.ActionLost:               {icon: "x", tone: "bad", nobody: true, more: endEvent},
	callbacks.ActionUndeliverable:      {icon: "x", tone: "bad", nobody: true, more: endEvent},
	callbacks.ActionUnconfirmed:        {icon: "flag", nobody: true, more: endEvent},
	callbacks.ActionClosed:             {icon: "flag", nobody: true, more: endEvent},
	callbacks.ActionTimedOut:           {icon: "flag", nobody: true, more: endEvent},
	callbacks.ActionRetried:            {icon: "retry", what: "sent it again"},

	assignment.ActionTaken:    {icon: "user", what: "took it"},
	assignment.ActionAssigned: {icon: "user", what: "assigned it"},
	assignment.ActionReleased: {icon: "user", what: "gave it back"},
	assignment.ActionSnoozed:  {icon: "bell", what: "snoozed it"},
	assignment.ActionWoken:    {icon: "bell", what: "ended a snooze"},

	assignment.ActionAcknowledged: {icon: "eye", what: "acknowledged that it needs attention"},
	assignment.ActionReopened:     {icon: "flag", what: "took an acknowledgment back"},

	callbacks.ActionSignedIn: {}, callbacks.ActionSignedOut: {}, callbacks.ActionSessionEnded: {}, callbacks.ActionBatchBegun: {}, callbacks.ActionBatchStopped: {},
	callbacks.ActionDelegated: {}, callbacks.ActionDelegationEnded: {},
	callbacks.ActionPolicyLoaded: {}, callbacks.ActionPolicyRefused: {},
	notice.ActionMuted: {}, notice.ActionResumed: {}, notice.ActionRetried: {},
	notice.ActionLinked: {}, notice.ActionUnlinked: {}, notice.ActionSubscribed: {}, notice.ActionUnsubscribed: {},
}

// eventOf turns one audit entry into an event.
func eventOf(m Review, e callbacks.AuditEntry, viewer callbacks.Person) event {
	look := looks[e.Action]
	shown := event{
		Icon: look.icon, Tone: look.tone, At: e.At, Who: cmp.Or(look.who, words.Actor(e.Actor, viewer)),
		What: cmp.Or(look.what, string(e.Action)), Note: noteFor(e, viewer),
	}
	if look.nobody {
		shown.Who = ""
	}
	if look.more != nil {
		shown = look.more(m, e, shown, viewer)
	}
	return shown
}

// arrivalEvent says who announced the callback.
func arrivalEvent(_ Review, e callbacks.AuditEntry, shown event, _ callbacks.Person) event {
	shown.What = "Announced by " + untrusted.Isolate(e.Actor.Name)
	if e.Facts.Announced == callbacks.AnnouncedFirst {
		shown.Note = "" // it says no more
	}
	return shown
}

// receiptEvent names the event of the history that holds the decision.
func receiptEvent(m Review, _ callbacks.AuditEntry, shown event, _ callbacks.Person) event {
	shown.Note = fmt.Sprintf("Event %d", m.Callback.Ending.Event)
	return shown
}

// endEvent says how the callback ended.
func endEvent(_ Review, e callbacks.AuditEntry, shown event, _ callbacks.Person) event {
	shown.What = words.State(e.To)
	return shown
}

// signatureEvent says what somebody signed, and quotes the comment. The decision quotes that of the
// last one.
func signatureEvent(m Review, e callbacks.AuditEntry, told event, _ callbacks.Person) event {
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
func deliveryEvent(m Review, _ callbacks.AuditEntry, told event, _ callbacks.Person) event {
	told.Note = ""
	if answerLost(m) {
		told.Who, told.What, told.Note = lambdasHistory, "shows the decision", "The answer was lost"
	} else {
		told.Who, told.What = "Lambda", "accepted the decision"
	}
	return told
}

// failureEvent says that the execution failed. That is bad news only if the decision was to
// continue.
func failureEvent(m Review, _ callbacks.AuditEntry, told event, _ callbacks.Person) event {
	if m.Callback.ExecutionFailed {
		told.Icon, told.Tone = "x", "bad"
	}
	return told
}

// heartbeatEvent says that heartbeats are sent, for the first time or again.
func heartbeatEvent(_ Review, e callbacks.AuditEntry, told event, _ callbacks.Person) event {
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
func decisionEvent(m Review, _ callbacks.AuditEntry, told event, viewer callbacks.Person) event {
	told.Note = ""
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
