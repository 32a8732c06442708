package notice

import (
	"slices"
	"time"

	"countersign/internal/assignment"
	"countersign/internal/callbacks"
)

// Settling is how long a change waits for more before it is planned, so that changes that come
// together become one message.
const Settling = 100 * time.Millisecond

// Matters reports whether a message may have to say what an audit entry records. The store calls it
// in the transaction of the change.
func Matters(e callbacks.AuditEntry) bool {
	failed := e.Action == callbacks.ActionAttemptFailed || e.Action == callbacks.ActionHeartbeatFailed
	return slices.Contains(matters, e.Action) || failed && e.Facts.Reply.NeedsOperator()
}

// matters are the actions after which messages are drawn again. The others change nothing that a
// message says.
var matters = []callbacks.Action{
	callbacks.ActionReceived, callbacks.ActionFound, callbacks.ActionCorrected, callbacks.ActionRequesterStated,
	callbacks.ActionSigned, callbacks.ActionWithdrawn, callbacks.ActionVoid,
	callbacks.ActionPolicyApplied, callbacks.ActionEscalated,
	assignment.ActionTaken, assignment.ActionAssigned, assignment.ActionReleased,
	callbacks.ActionDecided, callbacks.ActionDelivered, callbacks.ActionLost,
	callbacks.ActionUndeliverable, callbacks.ActionUnconfirmed, callbacks.ActionRetried,
	callbacks.ActionReceiptDiffers, callbacks.ActionTimedOut, callbacks.ActionClosed,
	callbacks.ActionExecutionSucceeded, callbacks.ActionExecutionFailed,
}
