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

// Corrected takes from the history what the announcement of an open callback got wrong or left out,
// as [Callback.Correct] does. If that changes what conditions read, bind says what the queue asks
// of the request as it is; that never loosens what stood. What was signed for another execution,
// function or name than the true one is void. The change must ask for the signatures.
func (c *Case) Corrected(found Sighting, content *Content, bind Binding, now time.Time, by Actor) error {
	was, fresh := c.Callback, c.fillsIn(found)
	entry, err := c.Correct(found, now, by)
	if err != nil || c.State != Pending || c.sameOrigin(&was) {
		return c.Record(entry, err)
	}
	entry.Facts.Policy = c.rebind(bind(&c.Callback, content))
	c.Audit = append(c.Audit, entry)
	if !fresh {
		c.void("The execution's history shows another origin of the request than its page did.", now, by)
	}
	c.voidUnfit("The execution's history led to another rule", now, by)
	if c.WaitingSince.IsZero() {
		c.holdSigned(ReviewLimits{}, now) // nothing waits any more
	}
	return nil
}

// sameOrigin reports whether two callbacks come from the same place, as conditions see it.
func (c *Callback) sameOrigin(other *Callback) bool {
	return c.ExecutionARN == other.ExecutionARN && c.Function == other.Function && c.Name == other.Name
}

// fillsIn reports whether a history contradicts nothing that is known of where the callback comes
// from.
func (c *Callback) fillsIn(found Sighting) bool {
	return (c.ExecutionARN == "" || c.ExecutionARN == found.ExecutionARN) &&
		(c.Function == "" || c.Function == found.Function) &&
		(c.Name == "" || found.Name == "" || c.Name == found.Name)
}

// Correct takes from the history what the announcement of an open callback got wrong or left out:
// its clocks, the execution, the function and the name. It returns [ErrConflict] if there is
// nothing to correct.
func (c *Callback) Correct(found Sighting, now time.Time, by Actor) (AuditEntry, error) {
	wrong := c.corrections(found)
	if len(wrong) == 0 {
		return AuditEntry{}, c.WrongState("correct")
	}
	if apart(c.Clocks.StartedAt, found.Clocks.StartedAt) {
		c.Clocks.StartedAt = found.Clocks.StartedAt
	}
	if apart(c.Clocks.ExecutionDeadline, found.Clocks.ExecutionDeadline) {
		c.Clocks.ExecutionDeadline = found.Clocks.ExecutionDeadline
	}
	c.Clocks.Timeout, c.Clocks.HeartbeatTimeout = found.Clocks.Timeout, found.Clocks.HeartbeatTimeout
	c.Name, c.Function = cmp.Or(found.Name, c.Name), cmp.Or(found.Function, c.Function)
	c.ExecutionARN = found.ExecutionARN
	c.Region = cmp.Or(arn.OfFunction(found.ExecutionARN).Region, c.Region)
	c.StopHeartbeats(now)
	c.scheduleHeartbeat(now)
	return c.entry(now, by, ActionCorrected, Facts{Differs: wrong}), nil
}

// Corrects reports whether a history contradicts what is known of an open callback.
func (c *Callback) Corrects(found Sighting) bool { return len(c.corrections(found)) > 0 }

// corrections are the announced fields that a history states differently about an open callback.
func (c *Callback) corrections(found Sighting) []string {
	if !c.State.Open() {
		return nil
	}
	return fieldsThat(map[string]bool{
		"startedAt":               apart(c.Clocks.StartedAt, found.Clocks.StartedAt),
		"timeoutSeconds":          c.Clocks.Timeout != found.Clocks.Timeout,
		"heartbeatTimeoutSeconds": c.Clocks.HeartbeatTimeout != found.Clocks.HeartbeatTimeout,
		"executionDeadline":       apart(c.Clocks.ExecutionDeadline, found.Clocks.ExecutionDeadline),
		"name":                    found.Name != "" && c.Name != found.Name,
		"function":                found.Function != "" && c.Function != found.Function,
		"executionArn":            c.ExecutionARN != found.ExecutionARN,
	})
}

// apart reports whether two times differ by more than the clocks' precision.
func apart(a, b time.Time) bool {
	return a.IsZero() != b.IsZero() || a.Sub(b).Abs() >= clockPrecision
}
