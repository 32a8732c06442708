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
	FollowUp    sql.NullString `bun:"follow_up"`
}

// deliveryColumns are the columns of deliveries, in the order of values.
const deliveryColumns = `
	callback, kind, result, error, lane, tries, readings, doubtful, closed, due_at,
	lease_owner, claimable_at, follow_up`

var insertDelivery = insertText("deliveries", deliveryColumns)

func (r *deliveryRow) values() []any {
	return []any{
		r.Callback, r.Kind, r.Result, r.Error, r.Lane, r.Tries, r.Readings, r.Doubtful, r.Closed,
		r.DueAt, r.LeaseOwner, r.ClaimableAt, r.FollowUp,
	}
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
	var e errorDocument
	if _, err := decode(r.Error, &e); err != nil {
		return d, fmt.Errorf("error object of %s: %w", id, err)
	}
	d.Completion.Error = callbacks.ErrorObject{ErrorType: e.Type, ErrorMessage: e.Message, ErrorData: e.Data, StackTrace: e.Stack}
	var err error
	if d.FollowUp, err = decodeFollowUp(r.FollowUp); err != nil {
		return d, fmt.Errorf("follow-up of %s: %w", id, err)
	}
	return d, nil
}

// addDelivery writes the delivery of a decision. A callback has at most one: for a second it
// returns [callbacks.ErrConflict].
func (t *tx) addDelivery(ctx context.Context, num int64, d callbacks.Delivery) error {
	due := millis(d.DueAt)
	r := deliveryRow{
		Callback: num, Kind: string(d.Completion.Kind), Result: d.Completion.Result,
		Lane: storable(d.Lane.String()), Tries: int64(d.Tries), Readings: int64(d.Readings), Doubtful: d.Doubtful, Closed: d.Closed, DueAt: due, ClaimableAt: due,
	}
	leased := d.Lease.Owner != ""
	if leased {
		r.LeaseOwner, r.ClaimableAt = storable(d.Lease.Owner), millis(d.Lease.Until)
	}
	if d.Completion.Kind == callbacks.Failure {
		e, err := encode(errorDocument{
			Type: d.Completion.Error.ErrorType, Message: d.Completion.Error.ErrorMessage,
			Data: d.Completion.Error.ErrorData, Stack: d.Completion.Error.StackTrace,
		})
		if err != nil {
			return fmt.Errorf("encode error object: %w", err)
		}
		r.Error = e
	}
	if err := t.add(ctx, insertDelivery, r.values()); err != nil {
		if t.engine.Duplicate(err) {
			return fmt.Errorf("a decision is being delivered already: %w", callbacks.ErrConflict)
		}
		return fmt.Errorf("insert delivery: %w", err)
	}
	if leased {
		return t.beginAttempt(ctx, num, r.Tries, d.DueAt)
	}
	return nil
}

// beginAttempt records an attempt before it is made.
func (t *tx) beginAttempt(ctx context.Context, num, number int64, now time.Time) error {
	attempt := attemptRow{Callback: num, Number: number, StartedAt: millis(now)}
	if err := t.add(ctx, insertAttempt, attempt.values()); err != nil {
		return fmt.Errorf("insert attempt: %w", err)
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
			update deliveries set lease_owner = ?, claimable_at = ?, tries = tries + 1,
				doubtful = doubtful or exists (select 1 from attempts where attempts.callback = deliveries.callback and ended_at = 0)
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

// begin reads what a claim needs and records the attempts that it is about to make. If the decision
// was already accepted, nothing more is sent, so it records no attempt.
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
		if c.State == callbacks.Decided {
			if err := t.beginAttempt(ctx, claimed[i].Callback, claimed[i].Tries, now); err != nil {
				return nil, err
			}
		}
		d, err := claimed[i].delivery(c.ID)
		if err != nil {
			return nil, err
		}
		work = append(work, delivery.Work{Callback: c, Delivery: d})
	}
	return work, nil
}

// FinishDelivery implements delivery.Store.
func (s *Store) FinishDelivery(ctx context.Context, owner string, attempt callbacks.Attempt, id callbacks.ID, fn func(*callbacks.Callback, *callbacks.Delivery) (callbacks.AuditEntry, error)) (callbacks.Callback, error) {
	return s.change(ctx, id, func(ctx context.Context, t *tx, num int64, c *callbacks.Callback) (callbacks.AuditEntry, error) {
		before, err := row[deliveryRow](ctx, t, `select * from deliveries where callback = ?`+t.dialect.ForUpdate, num)
		if err != nil {
			return callbacks.AuditEntry{}, missing(err)
		}
		// The number distinguishes this claim from a later one of the same owner.
		if before.LeaseOwner == "" || before.LeaseOwner != owner || before.Tries != int64(attempt.Number) {
			return callbacks.AuditEntry{}, callbacks.ErrLeaseLost
		}
		delivery, err := before.delivery(id)
		if err != nil {
			return callbacks.AuditEntry{}, err
		}
		entry, err := fn(c, &delivery)
		if err != nil {
			return entry, err
		}
		c.Revision++
		after := before
		after.LeaseOwner, after.Doubtful, after.Closed, after.Readings = "", delivery.Doubtful, delivery.Closed, int64(delivery.Readings)
		after.DueAt, after.ClaimableAt = millis(delivery.DueAt), millis(delivery.DueAt)
		if after.FollowUp, err = encodeFollowUp(delivery.FollowUp); err != nil {
			return entry, fmt.Errorf("encode follow-up: %w", err)
		}
		if err := t.update(ctx, &before, &after); err != nil {
			return entry, fmt.Errorf("update delivery: %w", err)
		}
		return entry, t.closeAttempt(ctx, num, attempt)
	})
}

// RetryDelivery implements callbacks.Store. It leaves a running lease alone, because its attempt is
// under way.
func (s *Store) RetryDelivery(ctx context.Context, id callbacks.ID, now time.Time, fn func(*callbacks.Callback) (callbacks.AuditEntry, error)) (callbacks.Callback, error) {
	return s.change(ctx, id, func(ctx context.Context, t *tx, num int64, c *callbacks.Callback) (callbacks.AuditEntry, error) {
		entry, err := fn(c)
		if err != nil {
			return entry, err
		}
		c.Revision++
		n, err := t.exec(ctx, `update deliveries set readings = 0, closed = ?, due_at = ?, claimable_at = case when lease_owner = '' then ? else claimable_at end
			where callback = ?`, false, millis(now), millis(now), num)
		if err != nil {
			return entry, fmt.Errorf("update delivery: %w", err)
		}
		if n == 0 {
			return entry, callbacks.ErrNotFound
		}
		return entry, nil
	})
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

// attemptRow is a row of attempts.
type attemptRow struct {
	bun.BaseModel `bun:"table:attempts"`

	Callback  int64 `bun:",pk"`
	Number    int64 `bun:",pk"`
	StartedAt int64
	EndedAt   int64
	Reply     string
	Status    int64
	Code      string
	RequestID string
	KmsKey    string
}

// attemptColumns are the columns of attempts, in the order of values.
const attemptColumns = `
	callback, number, started_at, ended_at, reply, status, code, request_id, kms_key`

var insertAttempt = insertText("attempts", attemptColumns)

func (r *attemptRow) values() []any {
	return []any{
		r.Callback, r.Number, r.StartedAt, r.EndedAt, r.Reply, r.Status, r.Code, r.RequestID,
		r.KmsKey,
	}
}

func (r *attemptRow) attempt() callbacks.Attempt {
	return callbacks.Attempt{
		Number:    int(r.Number),
		StartedAt: fromMillis(r.StartedAt),
		EndedAt:   fromMillis(r.EndedAt),
		Reply:     callbacks.Reply(r.Reply),
		Status:    int(r.Status),
		Code:      r.Code,
		RequestID: r.RequestID,
		Key:       r.KmsKey,
	}
}

// closeAttempt replaces the open attempt of a claim with its result.
func (t *tx) closeAttempt(ctx context.Context, num int64, a callbacks.Attempt) error {
	_, err := t.exec(ctx, `
		update attempts set started_at = ?, ended_at = ?, reply = ?, status = ?, code = ?, request_id = ?, kms_key = ?
		where callback = ? and number = ?`,
		millis(a.StartedAt), millis(a.EndedAt), string(a.Reply), a.Status, storable(a.Code), storable(a.RequestID), storable(a.Key), num, a.Number)
	if err != nil {
		return fmt.Errorf("update attempt: %w", err)
	}
	return nil
}

// Delivery implements callbacks.Store.
func (s *Store) Delivery(ctx context.Context, id callbacks.ID) (callbacks.Delivery, error) {
	var r deliveryRow
	err := s.db.NewSelect().Model(&r).Where("callback = (select num from callbacks where id = ?)", storable(string(id))).Scan(ctx)
	if err != nil {
		return callbacks.Delivery{}, missing(s.unavailable(err))
	}
	d, err := r.delivery(id)
	if err != nil {
		return d, err
	}
	var attempts []attemptRow
	err = s.db.NewSelect().Model(&attempts).Where("callback = ?", r.Callback).OrderExpr("number desc").Limit(callbacks.MaxAttemptsShown).Scan(ctx)
	if err != nil {
		return d, fmt.Errorf("read attempts: %w", s.unavailable(err))
	}
	for _, a := range slices.Backward(attempts) {
		d.Attempts = append(d.Attempts, a.attempt())
	}
	return d, nil
}
