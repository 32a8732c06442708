package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"countersign/internal/callbacks"
	"countersign/internal/delivery"
)

// deliveryRow is a row of deliveries.
type deliveryRow struct {
	bun.BaseModel `bun:"table:deliveries"`

	Callback    int64 `bun:",pk"`
	Kind        string
	Result      []byte
	Error       sql.NullString
	Lane        string
	Tries       int64
	Readings    int64
	Doubtful    bool
	Closed      bool
	DueAt       int64
	LeaseOwner  string
	ClaimableAt int64
	Attempts    sql.NullString
	FollowUp    sql.NullString `bun:"follow_up"`
}

// deliveryColumns are the columns of deliveries, in the order of values.
const deliveryColumns = `
	callback, kind, result, error, lane, tries, readings, doubtful, closed, due_at,
	lease_owner, claimable_at, attempts, follow_up`

var insertDelivery = insertText("deliveries", deliveryColumns)

func (r *deliveryRow) values() []any {
	return []any{
		r.Callback, r.Kind, r.Result, r.Error, r.Lane, r.Tries, r.Readings, r.Doubtful, r.Closed,
		r.DueAt, r.LeaseOwner, r.ClaimableAt, r.Attempts, r.FollowUp,
	}
}

func (r *deliveryRow) columns() string { return deliveryColumns }

func (r *deliveryRow) places() []any {
	return []any{
		&r.Callback, &r.Kind, &r.Result, &r.Error, &r.Lane, &r.Tries, &r.Readings, &r.Doubtful,
		&r.Closed, &r.DueAt, &r.LeaseOwner, &r.ClaimableAt, &r.Attempts, &r.FollowUp,
	}
}

// changes returns the columns in which a row differs from its earlier version, of those that
// change.
func (r *deliveryRow) changes(was *deliveryRow) (c changes) {
	changed(&c, "tries", was.Tries, r.Tries)
	changed(&c, "readings", was.Readings, r.Readings)
	changed(&c, "doubtful", was.Doubtful, r.Doubtful)
	changed(&c, "closed", was.Closed, r.Closed)
	changed(&c, "due_at", was.DueAt, r.DueAt)
	changed(&c, "lease_owner", was.LeaseOwner, r.LeaseOwner)
	changed(&c, "claimable_at", was.ClaimableAt, r.ClaimableAt)
	changed(&c, "attempts", was.Attempts, r.Attempts)
	changed(&c, "follow_up", was.FollowUp, r.FollowUp)
	return c
}

type errorDocument struct {
	Type    string   `json:"type,omitempty"`
	Message string   `json:"message,omitempty"`
	Data    string   `json:"data,omitempty"`
	Stack   []string `json:"stack,omitempty"`
}

func (r *deliveryRow) delivery(id callbacks.ID) (callbacks.Delivery, error) {
	d := callbacks.Delivery{
		Callback:   id,
		Completion: callbacks.Completion{Kind: callbacks.Kind(r.Kind), Result: r.Result},
		Lane:       callbacks.ParseLane(r.Lane),
		Tries:      int(r.Tries),
		Readings:   int(r.Readings),
		Doubtful:   r.Doubtful,
		Closed:     r.Closed,
		DueAt:      fromMillis(r.DueAt),
	}
	if r.LeaseOwner != "" {
		d.Lease = callbacks.Lease{Owner: r.LeaseOwner, Until: fromMillis(r.ClaimableAt)}
	}
	var e errorDocument
	if _, err := decode(r.Error, &e); err != nil {
		return d, fmt.Errorf("error object of %s: %w", id, err)
	}
	d.Completion.Error = callbacks.ErrorObject{ErrorType: e.Type, ErrorMessage: e.Message, ErrorData: e.Data, StackTrace: e.Stack}
	var err error
	if d.Attempts, err = decodeAttempts(r.Attempts); err != nil {
		return d, fmt.Errorf("attempts of %s: %w", id, err)
	}
	if d.FollowUp, err = decodeFollowUp(r.FollowUp); err != nil {
		return d, fmt.Errorf("follow-up of %s: %w", id, err)
	}
	return d, nil
}

// deliveryRowOf turns the delivery of a new decision into a row.
func deliveryRowOf(num int64, d *callbacks.Delivery) (deliveryRow, error) {
	r := deliveryRow{
		Callback: num, Kind: string(d.Completion.Kind), Result: d.Completion.Result,
		Lane: storable(d.Lane.String()),
	}
	if d.Completion.Kind == callbacks.Failure {
		e, err := encode(errorDocument{
			Type: d.Completion.Error.ErrorType, Message: d.Completion.Error.ErrorMessage,
			Data: d.Completion.Error.ErrorData, Stack: d.Completion.Error.StackTrace,
		})
		if err != nil {
			return r, fmt.Errorf("encode error object: %w", err)
		}
		r.Error = e
	}
	return r, r.set(d)
}

// set fills the columns that change: completion and lane never do.
func (r *deliveryRow) set(d *callbacks.Delivery) error {
	r.Tries, r.Readings, r.Doubtful, r.Closed = int64(d.Tries), int64(d.Readings), d.Doubtful, d.Closed
	r.DueAt, r.LeaseOwner = millis(d.DueAt), storable(d.Lease.Owner)
	r.ClaimableAt = r.DueAt
	if r.LeaseOwner != "" {
		r.ClaimableAt = millis(d.Lease.Until)
	}
	var err error
	if r.Attempts, err = encodeAttempts(d.Attempts); err != nil {
		return fmt.Errorf("encode attempts: %w", err)
	}
	if r.FollowUp, err = encodeFollowUp(d.FollowUp); err != nil {
		return fmt.Errorf("encode follow-up: %w", err)
	}
	return nil
}

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
func (s *Store) ClaimDeliveries(ctx context.Context, now time.Time, lease callbacks.Lease, limit int, full []callbacks.Lane) ([]delivery.Work, error) {
	args := []any{storable(lease.Owner), millis(lease.Until), millis(now)}
	for _, l := range full {
		args = append(args, storable(l.String()))
	}
	var work []delivery.Work
	err := s.transact(ctx, func(ctx context.Context, t *tx) error {
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

// Delivery implements callbacks.Store.
func (s *Store) Delivery(ctx context.Context, id callbacks.ID) (callbacks.Delivery, error) {
	var r deliveryRow
	err := s.db.NewSelect().Model(&r).Where("callback = (select num from callbacks where id = ?)", storable(string(id))).Scan(ctx)
	if err != nil {
		return callbacks.Delivery{}, missing(s.unavailable(err))
	}
	return r.delivery(id)
}
