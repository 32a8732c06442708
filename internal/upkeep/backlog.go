package upkeep

import (
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/readquota"
)

// Backlog is what waits, as monitoring counts it. It is of the whole database, whichever process
// asks.
type Backlog struct {
	Pending       []PendingCount
	OldestPending time.Time // when it arrived; zero when nothing is pending
	// by state: [callbacks.Decided], [callbacks.Undeliverable], [callbacks.Unconfirmed]
	Undelivered map[callbacks.State]int
	// decisions that Lambda accepted, while the history shows another end; over all time
	Differing int
	// due for longer than [HeartbeatSlack] and sent by nobody
	LateHeartbeats int
	Reads          []readquota.Quota // what reading histories costs of AWS's quota
}

// PendingCount counts the pending callbacks of a queue that one clock ends first.
type PendingCount struct {
	Queue string
	Cause callbacks.DeadlineCause // [callbacks.NoDeadline] where no clock runs
	Count int
}

// MaxBacklog is how far a backlog counts each thing: whoever looks at more needs no exact number.
const MaxBacklog = 10_000

// HeartbeatSlack is how late a heartbeat may be before it counts as late. The shortest interval is
// a second.
const HeartbeatSlack = 2 * time.Second
