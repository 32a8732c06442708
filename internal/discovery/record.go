package discovery

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/printable"
)

// maxFoundPayload bounds the input of an execution that is shown with a callback found in it;
// synchronous invocations accept up to 6 MB.
const maxFoundPayload = 1 << 20

// open is what a history says of a callback that is open.
func (s *sighting) open(w Watch, execution string, deadline time.Time) callbacks.Sighting {
	return callbacks.Sighting{
		ExecutionARN: execution,
		Function:     cmp.Or(arn.OfFunction(execution).Function(), w.Name()),
		Name:         printable.Clip(printable.Blanked(s.Start.Name), callbacks.MaxNameRunes),
		Clocks: callbacks.Clocks{
			StartedAt: s.Start.At, Timeout: s.Start.Timeout, HeartbeatTimeout: s.Start.HeartbeatTimeout,
			ExecutionDeadline: deadline,
		},
	}
}

// announcement returns what a history says of a callback, in the form that a sender would have
// used. A nil input was not read.
func (s *sighting) announcement(
	w Watch, execution string, deadline time.Time, input []byte,
) announcement.Announcement {
	open := s.open(w, execution, deadline)
	a := announcement.Announcement{
		CallbackID: string(s.Start.CallbackID), Queue: w.Queue,
		Function: open.Function, ExecutionARN: open.ExecutionARN, Name: open.Name,
		StartedAt: open.Clocks.StartedAt, ExecutionDeadline: open.Clocks.ExecutionDeadline,
		Timeout: open.Clocks.Timeout, HeartbeatTimeout: open.Clocks.HeartbeatTimeout,
	}
	switch {
	case len(input) > maxFoundPayload:
		a.Description = fmt.Sprintf("The execution's input has %d bytes, too many to show.", len(input))
	case !json.Valid(input):
		a.Description = "The execution's input is not shown: it could not be read, or it is not JSON."
	default:
		a.Payload = bytes.TrimSpace(input)
	}
	return a
}

// take makes a callback from one that was found, in the same way as from an announcement.
func (d *search) take(ctx context.Context, s *scan, found *sighting, input []byte) (callbacks.Callback, callbacks.Content, error) {
	a := found.announcement(s.Watch, s.reading.ARN, s.reading.Trace.Deadline, input)
	if _, known := d.queues[a.Queue]; !known {
		a.Queue = callbacks.DefaultQueue // another replica was configured with more queues
	}
	t := d.template(s.Watch, found.Start)
	if t != nil && input != nil {
		c, content, err := t.Make(ctx, a, input, d.queues, d.forms, d.now())
		content.Encoded = len(content.Payload) > 0 && !content.Template.Payload && d.decodes(&c)
		return c, content, err
	}
	if t != nil {
		a.Description += " So countersign.yaml could not make the request of it: its template for " + ofTemplate(t) + " was not used."
	}
	c, content, err := a.Callback(callbacks.SourceDiscovery, nil, d.queues, d.now())
	content.Encoded = len(content.Payload) > 0 && d.decodes(&c)
	return c, content, err
}

// refuses reports whether the desk cannot take a callback, whatever the execution's input is. The
// rest of the function must not wait for it: every scan tries it again and counts it as
// unannounced.
func (d *search) refuses(ctx context.Context, s *scan, found *sighting) bool {
	_, _, err := d.take(ctx, s, found, nil)
	if err != nil && !found.refused {
		d.log.ErrorContext(ctx, "a callback found in a history cannot be recorded; the next scan tries it again", "function", s.Function, "execution", s.reading.ARN, "error", err)
	}
	found.refused = err != nil
	return found.refused
}

// receive records a callback that was found and returns our ID for it.
func (d *search) receive(ctx context.Context, s *scan, found *sighting, input []byte) (callbacks.ID, error) {
	c, content, err := d.take(ctx, s, found, input)
	if err != nil {
		return "", fmt.Errorf("read a callback in a history: %w", err)
	}
	c.Region = cmp.Or(c.Region, s.Region)
	entry := c.Discovered(callbacks.System("discovery"))
	receipt, err := d.store.Receive(ctx, callbacks.Message{}, c, content, callbacks.Unannounced, d.queues.Bind, entry)
	if err != nil {
		return "", fmt.Errorf("record a callback from a history: %w", err)
	}
	if receipt.Created {
		d.invalidator.Changed(receipt.Callback.Invalidation())
		if !receipt.Callback.NextHeartbeatAt.IsZero() {
			d.beat()
		}
	}
	return receipt.Callback.ID, nil
}

// correct takes from the history what an announcement got wrong or left out.
func (d *search) correct(ctx context.Context, c callbacks.Callback, found callbacks.Sighting) error {
	if !c.Corrects(found) {
		return nil
	}
	content, err := d.store.Content(ctx, c.ID)
	if err != nil {
		return fmt.Errorf("content of %s: %w", c.ID, err)
	}
	return d.change(ctx, c.ID, func(c *callbacks.Case) error {
		return c.Corrected(found, &content, d.queues.Bind, d.now(), callbacks.System("discovery"))
	})
}

// close ends a pending callback that its history shows closed. A decided callback is left to its
// delivery.
func (d *search) close(ctx context.Context, id callbacks.ID, closing callbacks.Closing) error {
	return d.change(ctx, id, func(c *callbacks.Case) error {
		now := d.now()
		return c.Record(c.Close(c.EndedElsewhere(closing, now), now, callbacks.System("discovery")))
	})
}

// change changes a callback. The change may have become pointless in the meantime.
func (d *search) change(ctx context.Context, id callbacks.ID, change func(*callbacks.Case) error) error {
	c, err := d.store.Change(ctx, id, callbacks.Parts{Signatures: true}, change)
	switch {
	case errors.Is(err, callbacks.ErrConflict) || errors.Is(err, callbacks.ErrNotFound):
		return nil
	case err != nil:
		return fmt.Errorf("callback %s: %w", id, err)
	}
	d.invalidator.Changed(c.Invalidation())
	return nil
}
