package callbacks

import (
	"fmt"
	"time"

	"countersign/internal/form"
	"countersign/internal/replies"
)

// ActorKind says what kind of actor changed something.
type ActorKind string

// The kinds of actors.
const (
	ActorPerson ActorKind = "person" // a signed-in person
	ActorSource ActorKind = "source" // a webhook sender
	actorSystem ActorKind = "system" // Countersign itself: a worker, a clock
)

// Actor is who changed something.
type Actor struct {
	Kind ActorKind
	ID   string // the key of a person, or the name of a source or worker
	Name string // as shown
}

// System is Countersign itself acting through one of its workers.
func System(worker string) Actor { return Actor{Kind: actorSystem, ID: worker, Name: "Countersign"} }

// Action says what happened.
type Action string

// The actions of the audit.
const (
	ActionReceived  Action = "received"
	ActionFound     Action = "found"     // in a history; nobody had announced it
	ActionCorrected Action = "corrected" // by the history
	// another source announced it with different content and was refused
	ActionContested       Action = "contested"
	ActionRequesterStated Action = "requester.stated" // an admin named the requester
	ActionReviewOpened    Action = "review.opened"
	ActionReviewReleased  Action = "review.released"
	// "still reviewing": the keep-alive time starts again
	ActionReviewConfirmed Action = "review.confirmed"
	// the first after a while; timely ones after it are only counted
	ActionHeartbeat       Action = "heartbeat"
	ActionHeartbeatFailed Action = "heartbeat.failed"
	ActionRevealed        Action = "revealed"            // a masked value of the payload or of a form
	ActionSigned          Action = "signature.given"     // where others may have to sign too
	ActionWithdrawn       Action = "signature.withdrawn" // a signature, by its person
	ActionVoid            Action = "signature.void"      // a signature, because the request changed
	ActionPolicyApplied   Action = "policy.applied"      // the present one, by an admin
	ActionEscalated       Action = "escalated"           // members of more groups may sign from now on
	// too few people who may sign it were seen here to decide it
	ActionNobodyEligible  Action = "nobody_eligible"
	ActionDecided         Action = "decided"
	ActionDelivered       Action = "delivery.accepted"
	ActionAttemptFailed   Action = "delivery.attempt_failed"
	ActionReceipt         Action = "delivery.receipt" // the history shows our payload
	ActionReceiptDiffers  Action = "delivery.receipt_differs"
	ActionLost            Action = "delivery.lost"
	ActionUndeliverable   Action = "delivery.undeliverable"
	ActionUnconfirmed     Action = "delivery.unconfirmed"
	ActionRetried         Action = "delivery.retried"
	ActionTimedOut        Action = "timed_out"
	ActionClosed          Action = "closed"
	ActionSignedIn        Action = "session.signed_in"
	ActionSignedOut       Action = "session.signed_out"
	ActionDelegated       Action = "delegation.made"  // by the delegator or an admin
	ActionDelegationEnded Action = "delegation.ended" // before its time
	ActionPolicyLoaded    Action = "policy.loaded"    // a replica runs a version of the configuration
	ActionPolicyRefused   Action = "policy.refused"   // a replica refused one, and runs that before
	// on the sessions page, by the session's person or an admin
	ActionSessionEnded Action = "session.ended"
	ActionBatchBegun   Action = "batch.begun" // many decisions in one go, by their person
	ActionBatchStopped Action = "batch.stopped"

	ActionExecutionSucceeded Action = "execution.succeeded" // after the decision
	ActionExecutionFailed    Action = "execution.failed"    // or it timed out, or was stopped
)

// AuditEntry is an immutable fact. It is written in the transaction of the change that it describes
// and never edited. It holds no payload, no callback ID and no secret.
type AuditEntry struct {
	Seq      int64 // given by the store, ascending
	At       time.Time
	Actor    Actor
	Action   Action
	Callback ID // empty if the entry concerns no callback
	Queue    string
	From, To State // empty if the state did not change
	Facts    Facts // about a callback; package words says them
	// about a session, a delegation or the configuration: one short sentence, shown as it is
	Detail string
}

// Facts are the values behind an audit entry. Its action says which of them are set.
type Facts struct {
	Reply   replies.Reply // by which an attempt or a heartbeat failed
	Attempt int           // the number of that attempt
	Failed  int           // how many heartbeats failed before this one was accepted

	Announced Announced
	Differs   []string // fields of the announcement that were sent, or are in the history, otherwise
	Source    string   // that announced the callback first

	Requester *Requester // as an admin stated it
	Reason    string     // how the admin knows, or why somebody did it

	Field     string // JSON pointer of the value that was revealed, at most maxFact; never the value
	ActingFor string // the name of the person by whose right it was; empty for one's own

	Groups []string // to which it was escalated, or of which people are missing

	Signature *Signed       // that was given, withdrawn, or is void
	Policy    *Rebound      // what binds the callback since then
	Decision  *Decision     // without its comment
	Changes   []form.Change // of the answer that was signed or decided, at most maxAudited
	Ending    *Ending       // as it was known then

	Execution OperationStatus // how the execution ended after the decision
	Event     int             // number of the history event that shows it, 0 if none was read
}

// maxFact bounds, in characters, what is kept of a text from outside.
const maxFact = 320

// maxAudited is how many changes of an answer an entry holds. The signature keeps the whole answer.
const maxAudited = 20

// audited are the changes of an answer as an entry holds them.
func audited(changes []form.Change) []form.Change {
	if len(changes) <= maxAudited {
		return changes
	}
	more := form.Change{Title: "Answer", Kind: form.Changed, Note: fmt.Sprintf("and %d more changes", len(changes)-maxAudited+1)}
	return append(changes[:maxAudited-1:maxAudited-1], more)
}
