package callbacks

import (
	"cmp"
	"time"

	"countersign/internal/arn"
)

// clockPrecision is the difference from which an announced clock counts as wrong. AWS counts whole
// seconds, and the function takes some time between the callback's start and its announcement.
const clockPrecision = time.Second

// Sighting is what a history says of a callback that it shows open.
type Sighting struct {
	ExecutionARN string
	Function     string
	Name         string
	Clocks       Clocks
}

// Correct takes from the history what the announcement of an open callback got wrong or left out:
// its clocks, the execution and the name. It returns [ErrConflict] if there is nothing to correct.
func (c *Callback) Correct(found Sighting, now time.Time, by Actor) (AuditEntry, error) {
	wrong := c.corrections(found)
	if len(wrong) == 0 {
		return AuditEntry{}, c.wrongState("correct")
	}
	if apart(c.Clocks.StartedAt, found.Clocks.StartedAt) {
		c.Clocks.StartedAt = found.Clocks.StartedAt
	}
	if apart(c.Clocks.ExecutionDeadline, found.Clocks.ExecutionDeadline) {
		c.Clocks.ExecutionDeadline = found.Clocks.ExecutionDeadline
	}
	c.Clocks.Timeout, c.Clocks.HeartbeatTimeout = found.Clocks.Timeout, found.Clocks.HeartbeatTimeout
	c.Name = cmp.Or(c.Name, found.Name)
	c.correctExecution(found)
	c.StopHeartbeats(now)
	c.scheduleHeartbeat(now)
	return c.entry(now, by, ActionCorrected, Facts{Differs: wrong}), nil
}

// correctExecution sets the execution in which the callback was found. It also replaces what was
// derived from the announced execution alone.
func (c *Callback) correctExecution(found Sighting) {
	announced, where := arn.OfFunction(c.ExecutionARN), arn.OfFunction(found.ExecutionARN)
	if c.Function == announced.Function() {
		c.Function = found.Function
	}
	c.ExecutionARN, c.Region = found.ExecutionARN, cmp.Or(where.Region, c.Region)
}

// Corrects reports whether a history contradicts what is known of an open callback.
func (c *Callback) Corrects(found Sighting) bool { return len(c.corrections(found)) > 0 }

// corrections are the announced fields that a history states differently about an open
// callback.
func (c *Callback) corrections(found Sighting) []string {
	if !c.State.Open() {
		return nil
	}
	return fieldsThat([]field{
		{"startedAt", apart(c.Clocks.StartedAt, found.Clocks.StartedAt)},
		{"timeoutSeconds", c.Clocks.Timeout != found.Clocks.Timeout},
		{"heartbeatTimeoutSeconds", c.Clocks.HeartbeatTimeout != found.Clocks.HeartbeatTimeout},
		{"executionDeadline", apart(c.Clocks.ExecutionDeadline, found.Clocks.ExecutionDeadline)},
		{"name", c.Name == "" && found.Name != ""},
		{"executionArn", c.ExecutionARN != found.ExecutionARN},
	})
}

// apart reports whether two times differ by more than the clocks' precision.
func apart(a, b time.Time) bool {
	if a.IsZero() || b.IsZero() {
		return a.IsZero() != b.IsZero()
	}
	return a.Sub(b).Abs() >= clockPrecision
}
