package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/record"
	"countersign/internal/sqlstore/decisions"
	"countersign/internal/sqlstore/engine"
)

// caseRows are the rows of a case as they were read.
type caseRows struct {
	callback callbackRow
	reviews  []reviewRow
	delivery *deliveryRow // nil if there is none, or nobody asked for it
	signed   []signatureRow

	delegationEnds map[string]time.Time
}

// Change implements desk.Store.
func (s *Store) Change(
	ctx context.Context, id callbacks.ID, parts callbacks.Parts, change func(*callbacks.Case) error,
) (callbacks.Callback, error) {
	var changed callbacks.Callback
	rank := engine.First
	if parts.Behind {
		rank = engine.Behind
	}
	err := s.run(ctx, rank, func(ctx context.Context, t *tx) error {
		before, err := t.load(ctx, id, parts)
		if err != nil {
			return err
		}
		c, err := before.read()
		if err != nil {
			return err
		}
		if err := c.Apply(change); err != nil {
			return err
		}
		changed, err = t.write(ctx, before, &c)
		return err
	})
	if s.engine.Duplicate(err) { // a callback has one delivery, and each of its signatures a number
		err = fmt.Errorf("somebody else was faster: %w", callbacks.ErrConflict)
	}
	if err != nil {
		return callbacks.Callback{}, err
	}
	return changed, nil
}

// deliveredRow is a callback together with its delivery.
type deliveredRow struct {
	callback callbackRow
	delivery deliveryRow
}

func (r *deliveredRow) columns() string { return r.callback.columns() + ", " + deliveryColumns }

func (r *deliveredRow) places() []any {
	return slices.Concat(r.callback.places(), r.delivery.places())
}

// load reads the rows of a case and locks its callback and its delivery.
func (t *tx) load(ctx context.Context, id callbacks.ID, parts callbacks.Parts) (*caseRows, error) {
	r, err := t.loadWith(ctx, id, parts.Delivery)
	if err != nil {
		return nil, missing(err)
	}
	if parts.Reviews {
		if r.reviews, err = t.reviewsOf(ctx, r.callback.Num); err != nil {
			return nil, err
		}
	}
	if parts.Signatures {
		if r.signed, err = t.signaturesOf(ctx, &r.callback); err != nil {
			return nil, err
		}
	}
	if r.delegationEnds, err = t.delegationEnds(ctx, parts.Delegations); err != nil {
		return nil, err
	}
	return r, nil
}

// loadWith reads a callback, and its delivery with the same statement where that is asked for and
// there is one. It returns [sql.ErrNoRows] if there is no callback.
func (t *tx) loadWith(ctx context.Context, id callbacks.ID, delivery bool) (*caseRows, error) {
	key := storable(string(id))
	if !delivery {
		alone, err := row[callbackRow](ctx, t, selectCallback+t.dialect.ForUpdate, key)
		return &caseRows{callback: alone}, err
	}
	both, err := row[deliveredRow](ctx, t, selectDelivered+t.dialect.ForUpdate, key)
	if !errors.Is(err, sql.ErrNoRows) {
		return &caseRows{callback: both.callback, delivery: &both.delivery}, err
	}
	alone, err := t.loadWith(ctx, id, false)
	if err != nil {
		return nil, err
	}
	// the decision may have come between the two statements
	found, err := rows[deliveryRow](ctx, t, `select * from deliveries where callback = ?`+t.dialect.ForUpdate, alone.callback.Num)
	if err == nil && len(found) > 0 {
		alone.delivery = &found[0]
	}
	return alone, err
}

const (
	selectCallback  = `select * from callbacks where id = ?`
	selectDelivered = `select * from callbacks join deliveries on callback = num where id = ?`
)

// read turns rows into a case.
func (r *caseRows) read() (callbacks.Case, error) {
	var c callbacks.Case
	var err error
	if c.Callback, err = r.callback.callback(); err != nil {
		return c, err
	}
	if c.Signatures, err = signaturesOf(r.signed); err != nil {
		return c, err
	}
	c.DelegationEnds = r.delegationEnds
	c.Reviews = reviewsOf(r.reviews, c.ID)
	if r.delivery != nil {
		d, err := r.delivery.delivery(c.ID)
		if err != nil {
			return c, err
		}
		c.Delivery = &d
	}
	return c, nil
}

// write writes what a case adds to the rows that were read, and where it differs from them. It
// returns the callback as it is stored.
func (t *tx) write(
	ctx context.Context, before *caseRows, c *callbacks.Case,
) (callbacks.Callback, error) {
	num := before.callback.Num
	if err := t.putSignatures(ctx, num, before.signed, c.Signatures); err != nil {
		return c.Callback, err
	}
	if c.Forgets {
		if err := t.forgetAnswers(ctx, num); err != nil {
			return c.Callback, fmt.Errorf("forget secrets: %w", err)
		}
	}
	if c.Delivery != nil {
		if err := t.putDelivery(ctx, num, before.delivery, c.Delivery); err != nil {
			return c.Callback, err
		}
	}
	if err := t.putReviews(ctx, num, before.reviews, c); err != nil {
		return c.Callback, err
	}
	if err := t.putDecision(ctx, &before.callback, c); err != nil {
		return c.Callback, err
	}
	kept, err := t.save(ctx, before.callback, c.Callback)
	if err != nil {
		return c.Callback, err
	}
	for _, entry := range c.Audit {
		if err := t.record(ctx, entry); err != nil {
			return kept, err
		}
	}
	return kept, t.noteChange(ctx, num, c.Audit...)
}

// putDecision adds a new decision to the record, and corrects where an earlier one belongs.
func (t *tx) putDecision(ctx context.Context, before *callbackRow, c *callbacks.Case) error {
	switch {
	case c.Decision == nil:
		return nil
	case !before.Decision.Valid:
		return decisions.Add(ctx, t.later, before.Num, record.EntryOf(c), c.ReceivedAt)
	case before.Queue != storable(c.Queue), before.Function != storable(c.Function):
		return decisions.Move(ctx, t.later, before.Num, c.Queue, c.Function)
	}
	return nil
}

// save writes what changed in a callback and returns the callback as it is stored.
func (t *tx) save(
	ctx context.Context, before callbackRow, c callbacks.Callback,
) (callbacks.Callback, error) {
	after, err := rowOf(before.Num, c)
	if err != nil {
		return c, err
	}
	if err := t.apply(ctx, "callbacks", "num", before.Num, after.changes(&before)); err != nil {
		return c, fmt.Errorf("update callback: %w", err)
	}
	if !c.State.Open() && callbacks.State(before.State).Open() {
		if err := t.later(ctx, `delete from assignments where callback = ?`, before.Num); err != nil {
			return c, fmt.Errorf("forget whose it was: %w", err)
		}
	}
	return after.callback()
}
