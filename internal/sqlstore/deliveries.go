package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/delivery"
	"countersign/internal/sqlstore/engine"
)

// putDelivery adds the delivery of a case, or writes where it differs from its row. before is nil if
// the delivery is new.
func (t *tx) putDelivery(
	ctx context.Context, num int64, before *deliveryRow, d *callbacks.Delivery,
) error {
	if before == nil {
		r, err := deliveryRowOf(num, d)
		if err == nil {
			err = t.add(ctx, insertDelivery, r.values())
		}
		if err != nil {
			return fmt.Errorf("write delivery: %w", err)
		}
		return nil
	}
	after := *before
	err := after.set(d)
	if err == nil {
		err = t.apply(ctx, "deliveries", "callback", num, after.changes(before))
	}
	if err != nil {
		return fmt.Errorf("write delivery: %w", err)
	}
	return nil
}

// ClaimDeliveries implements delivery.Store.
func (s *Store) ClaimDeliveries(ctx context.Context, now time.Time, lease callbacks.Lease, limit int, full []arn.Lane) ([]delivery.Work, error) {
	args := []any{storable(lease.Owner), millis(lease.Until), millis(now)}
	for _, l := range full {
		args = append(args, storable(l.String()))
	}
	var work []delivery.Work
	err := s.run(ctx, engine.Behind, func(ctx context.Context, t *tx) error {
		claimed, err := rows[deliveryRow](ctx, t, `
			update deliveries set lease_owner = ?, claimable_at = ?, tries = tries + 1
			where callback in (
				select callback from deliveries where claimable_at > 0 and claimable_at <= ?`+strings.Repeat(` and lane <> ?`, len(full))+`
				order by claimable_at limit ?`+t.dialect.SkipLocked+`)
			returning *`, append(args, limit)...)
		if err != nil {
			return fmt.Errorf("claim deliveries: %w", err)
		}
		slices.SortFunc(claimed, func(a, b deliveryRow) int {
			return cmp.Or(cmp.Compare(a.DueAt, b.DueAt), cmp.Compare(a.Callback, b.Callback))
		})
		work, err = t.begin(ctx, claimed, now)
		return err
	})
	if err != nil {
		return nil, err
	}
	return work, nil
}

// begin reads what a claim needs and records the attempts that it begins.
func (t *tx) begin(ctx context.Context, claimed []deliveryRow, now time.Time) ([]delivery.Work, error) {
	nums := make([]int64, len(claimed))
	for i := range claimed {
		nums[i] = claimed[i].Callback
	}
	found, err := t.callbacks(ctx, nums)
	if err != nil {
		return nil, err
	}
	work := make([]delivery.Work, 0, len(claimed))
	for i := range claimed {
		c := found[claimed[i].Callback]
		d, err := claimed[i].delivery(c.ID)
		if err != nil {
			return nil, err
		}
		d.Begin(&c, now)
		if err := t.putDelivery(ctx, claimed[i].Callback, &claimed[i], &d); err != nil {
			return nil, err
		}
		work = append(work, delivery.Work{Callback: c, Delivery: d})
	}
	return work, nil
}

// NextDelivery implements delivery.Store.
func (s *Store) NextDelivery(ctx context.Context) (time.Time, error) {
	return s.next(ctx, `select claimable_at from deliveries where claimable_at > 0 order by claimable_at limit 1`)
}

// next reads one time. It is zero if there is none.
func (s *Store) next(ctx context.Context, text string, args ...any) (time.Time, error) {
	var found []int64
	if err := s.db.NewRaw(text, args...).Scan(ctx, &found); err != nil {
		return time.Time{}, s.unavailable(err)
	}
	if len(found) == 0 {
		return time.Time{}, nil
	}
	return fromMillis(found[0]), nil
}

// Delivery implements desk.Store.
func (s *Store) Delivery(ctx context.Context, id callbacks.ID) (callbacks.Delivery, error) {
	var r deliveryRow
	err := s.db.NewSelect().Model(&r).Where("callback = (select num from callbacks where id = ?)", storable(string(id))).Scan(ctx)
	if err != nil {
		return callbacks.Delivery{}, missing(s.unavailable(err))
	}
	return r.delivery(id)
}
