package words

import (
	"fmt"
	"strings"
	"time"

	"countersign/internal/assignment"
	"countersign/internal/callbacks"
	"countersign/internal/mask"
	"countersign/internal/notice"
	"countersign/internal/record"
)

// Audit says what an audit entry adds to its action, in a sentence or two; it is empty if there is
// nothing to add. The words of other people in it are untrusted.
func Audit(e callbacks.AuditEntry) string {
	if e.Detail != "" {
		return e.Detail
	}
	if say := sentences[e.Action]; say != nil {
		return say(e)
	}
	return ""
}

// sentences has every action; those that are nil add nothing.
var sentences = map[callbacks.Action]func(callbacks.AuditEntry) string{
	callbacks.ActionReceived:           about(announced),
	callbacks.ActionFound:              about(func(callbacks.Facts) string { return foundInHistory }),
	callbacks.ActionCorrected:          about(corrected),
	callbacks.ActionContested:          about(contested),
	callbacks.ActionRequesterStated:    about(stated),
	callbacks.ActionHeartbeat:          about(takenAgain),
	callbacks.ActionHeartbeatFailed:    about(notTaken),
	callbacks.ActionAttemptFailed:      about(attempted),
	callbacks.ActionRevealed:           about(revealed),
	callbacks.ActionEscalated:          about(escalated),
	callbacks.ActionNobodyEligible:     about(nobodyEligible),
	callbacks.ActionSigned:             func(e callbacks.AuditEntry) string { return signed(e.Action, e.Facts) },
	callbacks.ActionWithdrawn:          func(e callbacks.AuditEntry) string { return signed(e.Action, e.Facts) },
	callbacks.ActionVoid:               func(e callbacks.AuditEntry) string { return signed(e.Action, e.Facts) },
	callbacks.ActionPolicyApplied:      about(rebound),
	callbacks.ActionDecided:            about(decided),
	callbacks.ActionRetried:            retried,
	callbacks.ActionExecutionSucceeded: about(executionEnd),
	callbacks.ActionExecutionFailed:    about(executionEnd),
	callbacks.ActionReceipt:            about(receipt),
	callbacks.ActionDelivered:          about(ended),
	callbacks.ActionTimedOut:           about(ended),
	callbacks.ActionClosed:             about(ended),
	callbacks.ActionUndeliverable:      about(ended),
	callbacks.ActionUnconfirmed:        about(ended),
	callbacks.ActionLost:               about(endedElsewhere),
	callbacks.ActionReceiptDiffers:     about(endedElsewhere),

	callbacks.ActionReviewOpened: nil, callbacks.ActionReviewReleased: nil, callbacks.ActionReviewConfirmed: nil,
	callbacks.ActionSignedIn: nil, callbacks.ActionSignedOut: nil, callbacks.ActionSessionEnded: nil, callbacks.ActionBatchBegun: nil, callbacks.ActionBatchStopped: nil,
	callbacks.ActionDelegated: nil, callbacks.ActionDelegationEnded: nil,
	callbacks.ActionPolicyLoaded: nil, callbacks.ActionPolicyRefused: nil,
	record.ActionExported: nil, record.ActionAuditExported: nil,
	assignment.ActionTaken: nil, assignment.ActionAssigned: nil, assignment.ActionReleased: nil, assignment.ActionSnoozed: nil, assignment.ActionWoken: nil, assignment.ActionAcknowledged: nil, assignment.ActionReopened: nil,
	notice.ActionMuted: nil, notice.ActionResumed: nil, notice.ActionRetried: nil,
	notice.ActionLinked: nil, notice.ActionUnlinked: nil, notice.ActionSubscribed: nil, notice.ActionUnsubscribed: nil,
}

const foundInHistory = "Found in the execution's history; nobody announced it."

// about says an entry by its facts alone.
func about(say func(callbacks.Facts) string) func(callbacks.AuditEntry) string {
	return func(e callbacks.AuditEntry) string { return say(e.Facts) }
}

func corrected(f callbacks.Facts) string {
	if len(f.Differs) == 0 {
		return ""
	}
	return strings.TrimSpace("Taken from the execution's history: " + fields(f.Differs) + ". " + rebound(f))
}

func contested(f callbacks.Facts) string {
	if f.Source == "" {
		return ""
	}
	return "Refused: source " + f.Source + " announced this callback first, with other content."
}

func takenAgain(f callbacks.Facts) string {
	if f.Failed == 0 {
		return ""
	}
	return fmt.Sprintf("Taken again after %d that failed.", f.Failed)
}

func notTaken(f callbacks.Facts) string {
	if f.Reply == "" {
		return ""
	}
	return "Lambda did not take it: " + Reply(f.Reply) + "."
}

func attempted(f callbacks.Facts) string {
	if f.Reply == "" {
		return ""
	}
	return fmt.Sprintf("Attempt %d: %s.", f.Attempt, Reply(f.Reply))
}

func escalated(f callbacks.Facts) string {
	return "Members of " + strings.Join(f.Groups, ", ") + " may sign from now on."
}

func decided(f callbacks.Facts) string {
	d := f.Decision
	if d == nil {
		return ""
	}
	return d.Label + changed(f) + ", " + sent(d) + under(d.ConfigVersion) + inBatch(d.Batch)
}

func retried(e callbacks.AuditEntry) string {
	if e.From == e.To {
		return "The next attempt is made immediately."
	}
	return "Delivery will be retried."
}

func ended(f callbacks.Facts) string { return Ending(f.Ending, f.Decision) }

func endedElsewhere(f callbacks.Facts) string {
	if f.Ending == nil {
		return ""
	}
	return Ending(f.Ending, f.Decision) + margin(f.Ending, f.Decision)
}

// inBatch names the batch of a decision that was made for many callbacks.
func inBatch(id callbacks.ID) string {
	if id == "" {
		return ""
	}
	return " In batch " + string(id) + "."
}

// revealed names the value that somebody saw. Its name comes from a stranger.
func revealed(f callbacks.Facts) string {
	pointer, end := f.Field, " was masked, and was revealed."
	if f.ActingFor != "" {
		end = " was masked, and was revealed, acting for " + f.ActingFor + "."
	}
	if pointer == "" {
		return "The whole payload" + end
	}
	of := " of the payload"
	if strings.HasPrefix(pointer, callbacks.InputsOfForms) {
		of = " of a form"
	}
	return "“" + mask.Place{Pointer: pointer}.Name() + "” at " + pointer + of + end
}

// nobodyEligible says of which groups people are missing, as far as the desk had seen anybody.
func nobodyEligible(f callbacks.Facts) string {
	if len(f.Groups) == 0 {
		return "Its queue was not configured any more, so nobody could sign it."
	}
	return "All who may sign and were seen here in 30 days are too few to decide it. Missing: members of " + strings.Join(f.Groups, ", ") + "."
}

// sent says what a decision sends. Where that has masked values, readers get neither size nor hash.
func sent(d *callbacks.Decision) string {
	if d.SHA256 == "" {
		return string(d.Kind) + " with values that are masked"
	}
	return fmt.Sprintf("%s of %d bytes", d.Kind, d.Size) + hashed(d)
}

// hashed adds the hash of what was sent, for readers who get it.
func hashed(d *callbacks.Decision) string {
	if d.SHA256 == "" {
		return ""
	}
	return ", sha256 " + d.SHA256
}

// under names the version of the configuration under which a decision was made.
func under(v callbacks.ConfigVersion) string {
	if v == "" {
		return ""
	}
	return ", under configuration " + v.Short()
}

func announced(f callbacks.Facts) string {
	switch f.Announced {
	case callbacks.AnnouncedFirst:
		return "Announced by webhook."
	case callbacks.AnnouncedFound:
		return strings.TrimSpace("Announced after it was found in the execution's history. " + rebound(f))
	case callbacks.AnnouncedLate:
		text := "Announced when it was not pending any more; it keeps what it showed."
		if len(f.Differs) > 0 {
			text += " The announcement has another " + fields(f.Differs) + "."
		}
		return text
	}
	return ""
}

// fieldWords are the fields of an announcement whose names are no words.
var fieldWords = map[string]string{
	"outcomes": "choice of outcomes", "startedAt": "start", "timeoutSeconds": "timeout",
	"heartbeatTimeoutSeconds": "heartbeat timeout", "executionDeadline": "execution limit",
	"executionArn": "execution",
}

func fields(names []string) string {
	said := make([]string, 0, len(names))
	for _, name := range names {
		if word, ok := fieldWords[name]; ok {
			name = word
		}
		said = append(said, name)
	}
	return strings.Join(said, ", ")
}

func stated(f callbacks.Facts) string {
	if f.Requester == nil {
		return ""
	}
	var names []string
	for _, name := range []string{f.Requester.Name, f.Requester.Email, f.Requester.ID} {
		if name != "" {
			names = append(names, name)
		}
	}
	return fmt.Sprintf("Asked for by %s. “%s”", strings.Join(names, ", "), f.Reason)
}

// executionEnd says how the execution ended after the decision.
func executionEnd(f callbacks.Facts) string {
	ended, ok := map[callbacks.OperationStatus]string{
		callbacks.StatusSucceeded: "succeeded", callbacks.StatusFailed: "failed",
		callbacks.StatusTimedOut: "reached its own time limit",
		callbacks.StatusStopped:  "was stopped",
	}[f.Execution]
	switch {
	case !ok:
		return ""
	case f.Event > 0:
		return fmt.Sprintf("History event %d: the execution %s.", f.Event, ended)
	}
	return "The execution " + ended + "."
}

// receipt says what the history shows of a decision that Lambda accepted.
func receipt(f callbacks.Facts) string {
	switch {
	case f.Ending == nil:
		return ""
	case f.Ending.Proven && f.Decision != nil:
		return fmt.Sprintf("History event %d holds our payload%s.", f.Ending.Event, hashed(f.Decision))
	}
	return fmt.Sprintf("History event %d closed the callback; its payload cannot be read.", f.Ending.Event)
}

// margin says when the event that came before a decision happened, and how much earlier it was.
func margin(e *callbacks.Ending, d *callbacks.Decision) string {
	at := e.At.UTC().Format("2006-01-02 at 15:04:05.000 UTC")
	if d == nil || e.By == callbacks.EndedByGone || e.By == callbacks.EndedByUnknown {
		return " Lambda said so on " + at + "."
	}
	late := d.At.Sub(e.At)
	by := late.Abs()
	words := fmt.Sprintf("%.1f s", by.Seconds())
	switch {
	case by < 100*time.Millisecond:
		words = fmt.Sprintf("%d ms", by.Milliseconds())
	case by >= time.Minute:
		words = by.Round(time.Second).String()
	}
	if late < 0 {
		return " That was on " + at + ", " + words + " after the decision, which had not arrived."
	}
	return " That was on " + at + ", " + words + " before the decision."
}
