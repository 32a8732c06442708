package upkeep

import (
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/readquota"
)

// Backlog is the waiting work, as monitoring counts it. It covers the whole database, whichever
// process asks.
type Backlog struct {
	Pending       []PendingCount
	OldestPending time.Time // when the oldest pending callback arrived; zero if nothing is pending
	// by state: [callbacks.Decided], [callbacks.Undeliverable], [callbacks.Unconfirmed]
	Undelivered map[callbacks.State]int
	// decisions that Lambda accepted although the history shows another end; over all time
	Differing int
	// Waiting counts the pending callbacks with signatures that wait for others.
	Waiting []WaitingCount
	// due for longer than [HeartbeatSlack] and not sent
	LateHeartbeats int
	Reads          []readquota.Quota // how much of AWS's read quota the reading of histories uses
}

// PendingCount is the number of pending callbacks of a queue that a certain clock will end first.
type PendingCount struct {
	Queue string
	Cause callbacks.DeadlineCause // [callbacks.NoDeadline] if no clock runs
	Count int
}

// WaitingCount is the number of pending callbacks of a queue and a rule with signatures that wait for
// others.
type WaitingCount struct {
	Queue, Rule string
	Count       int
}

// MaxBacklog is where a backlog stops counting each thing: beyond it nobody needs an exact number.
const MaxBacklog = 10_000

// HeartbeatSlack is how overdue a heartbeat may be before it counts as late. The shortest interval
// is a second.
const HeartbeatSlack = 2 * time.Second
