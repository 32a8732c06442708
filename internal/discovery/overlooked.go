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
	arrivalsAtOnce = 100 // looked at in a scan
	// how far the clocks of replicas may differ by which arrivals are ordered
	clocksApart = 5 * time.Minute
)

// Arrival is a pending callback, with what is known of the execution in which its announcement says
// it is.
type Arrival struct {
	callbacks.Callback
	Trace Trace // zero where the execution is not known
}

// arrivals is how far the pending callbacks of a watch were looked at, in order of arrival.
type arrivals struct {
	from  time.Time
	after callbacks.ID // the last one of a page that was full
}

// overlooked lets executions be read from their first event in this scan, of which a pending
// callback was announced and no trace knows it: its execution ended before a scan listed it, or its
// end was read before it was announced. What the history says of it is then found like everything
// else. Each is looked at for a few minutes after it arrived, and all of them once after a start:
// in an execution that runs it is in the trace from then on.
func (d *search) overlooked(ctx context.Context, s *scan) error {
	at := d.arrivals[s.Watch]
	page, err := d.store.Arrived(ctx, s.Watch, at.from, s.ScanFrom, at.after, arrivalsAtOnce)
	if err != nil {
		return fmt.Errorf("find callbacks that no trace knows: %w", err)
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
	return d.store.ReadAnew(ctx, d.owner, s.Watch, arns)
}

// covers reports whether a callback is one of the watched function. The ARN is believed before the
// name, which a sender may have made up.
func (w Watch) covers(c *callbacks.Callback, lanes callbacks.Lanes) bool {
	return cmp.Or(arn.OfFunction(c.ExecutionARN).Function(), c.Function) == w.Name() && lanes.Of(c.Target()) == w.Lane()
}

// holds reports whether the trace tells when a callback ends.
func (t *Trace) holds(c *callbacks.Callback) bool {
	for _, open := range t.Callbacks {
		if open.ID == c.ID || open.Start.CallbackID == c.CallbackID {
			return true
		}
	}
	return false
}
