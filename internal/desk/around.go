package desk

import (
	"context"
	"time"

	"countersign/internal/callbacks"
)

// Never stands for the end of callbacks that no clock ends, in the orders by end: they come last.
var Never = time.Date(9999, 12, 31, 23, 59, 59, 999_000_000, time.UTC)

// Around is where a callback stands in a list.
type Around struct {
	Before, After callbacks.ID // the rows beside it; empty at the ends of the list
	Place         int          // from 1; 0 if the list does not hold the callback, or that many before it
}

// Around looks for a callback's place in a list, at most limit rows from its top. A callback that the
// list does not hold any more has neighbours all the same: the rows beside the place where it was.
func (s *Service) Around(ctx context.Context, p callbacks.Person, f Filter, c *callbacks.Callback, limit int) (Around, error) {
	q, _, err := s.query(ctx, p, f)
	if err != nil {
		return Around{}, err
	}
	q.After = q.placeOf(c)
	return s.lists.Around(ctx, q, limit)
}

// Next returns the first callback after one that the person leaves, in the order of a list, that
// nobody else holds. Behind the last one it goes on at the top. held counts the callbacks skipped
// because others hold them. next is nil if there is none.
func (s *Service) Next(ctx context.Context, p callbacks.Person, f Filter, leaving *callbacks.Callback) (next *Row, held int, err error) {
	f.Limit, f.Folded = PageSize, false
	q, _, err := s.query(ctx, p, f)
	if err != nil {
		return nil, 0, err
	}
	for _, after := range []*Cursor{q.placeOf(leaving), nil} {
		f.After = after
		page, err := s.List(ctx, p, f)
		if err != nil {
			return nil, 0, err
		}
		held = 0 // the rows behind the place are in the list from its top too
		for i := range page.Rows {
			row := &page.Rows[i]
			switch {
			case row.ID == leaving.ID || row.State != callbacks.Pending:
			case heldByOthers(row.Reviewers, p.ID):
				held++
			default:
				return row, held, nil
			}
		}
	}
	return nil, held, nil
}

// placeOf is the place of a callback in the order of the list.
func (q Query) placeOf(c *callbacks.Callback) *Cursor {
	at, order := c.ReceivedAt, q.SortedBy()
	place := &Cursor{ID: c.ID}
	switch order {
	case OrderNewest, OrderOldest:
	case OrderEnd, OrderEndedFirst:
		at = time.Time{}
		if c.Ending != nil {
			at = c.Ending.At
		}
	case OrderQueue, OrderQueueLast:
		at, place.Queue = endOf(c), c.Queue
	case OrderDeadline, OrderLatest:
		at = endOf(c)
	case OrderRisk:
		at = endOf(c).Add(-q.Usual.In(c.Queue))
		place.Hour = usualHour(q.After, q.Now)
	}
	if !at.IsZero() {
		place.Key = at.UnixMilli()
	}
	return place
}

// endOf is the end of a callback as the orders have it.
func endOf(c *callbacks.Callback) time.Time {
	if ends, cause := c.Ends(); cause != callbacks.NoDeadline && !ends.After(Never) {
		return ends
	}
	return Never
}
