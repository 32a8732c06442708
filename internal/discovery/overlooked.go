package discovery

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
)

const (
	arrivalsAtOnce = 100 // looked at in one scan
	// the most by which the clocks of replicas, which order the arrivals, may differ
	clocksApart = 5 * time.Minute
)

// Arrival is a pending callback, with what is known of the execution that its announcement names.
type Arrival struct {
	callbacks.Callback
	Trace Trace // zero if the execution is not known
}

// arrivals is how far the pending callbacks of a watch have been looked at, in order of arrival.
type arrivals struct {
	from  time.Time
	after callbacks.ID // the last callback of a full page
}

// overlooked finds announced, pending callbacks that no trace knows, and makes this scan read their
// executions from the first event. Such an execution ended before a scan listed it, or its end was
// read before the callback was announced. What the history says is then handled like everything
// else. Each callback is looked at for a few minutes after it arrived, and all of them once after a
// start: in a running execution, the trace knows the callback from then on.
func (d *search) overlooked(ctx context.Context, s *scan) error {
	at := d.arrivals[s.Watch]
	page, err := d.runs.Arrived(ctx, s.Watch, at.from, s.ScanFrom, at.after, arrivalsAtOnce)
	if err != nil {
		return fmt.Errorf("find callbacks without a trace: %w", err)
	}
	var arns []string
	for i := range page {
		if c := &page[i]; s.covers(&c.Callback, d.lanes) && !c.Trace.holds(&c.Callback) {
			arns = append(arns, c.ExecutionARN)
		}
	}
	s.arrivals = arrivals{from: s.ScanFrom.Add(-clocksApart)}
	if len(page) == arrivalsAtOnce {
		s.arrivals = arrivals{from: at.from, after: page[len(page)-1].ID}
	}
	if len(arns) == 0 {
		return nil
	}
	return d.runs.ReadAnew(ctx, d.owner, s.Watch, arns)
}

// covers reports whether a callback belongs to the watched function. The ARN takes precedence over
// the name, which a sender may have made up.
func (w Watch) covers(c *callbacks.Callback, lanes arn.Lanes) bool {
	return cmp.Or(arn.OfFunction(c.ExecutionARN).Function(), c.Function) == w.Name() && lanes.Of(c.ExecutionARN, c.Region) == w.Lane()
}

// holds reports whether the trace will show when a callback ends.
func (t *Trace) holds(c *callbacks.Callback) bool {
	for _, open := range t.Callbacks {
		if open.ID == c.ID || open.Start.CallbackID == c.CallbackID {
			return true
		}
	}
	return false
}
