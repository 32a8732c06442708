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
	if r.LeaseOwner != "" {
		d.Lease = callbacks.Lease{Owner: r.LeaseOwner, Until: fromMillis(r.ClaimableAt)}
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
	if r.FollowUp, err = encodeFollowUp(d.FollowUp); err != nil {
		return fmt.Errorf("encode follow-up: %w", err)
	}
	return nil
}

// putDelivery adds the delivery of a case, or writes where it differs from its row, and writes the
// attempts that it has. before is nil if the delivery is new.
func (t *tx) putDelivery(
	ctx context.Context, num int64, before *deliveryRow, d *callbacks.Delivery,
) error {
	var err error
	if before == nil {
		err = t.addDelivery(ctx, num, d)
	} else {
		after := *before
		if err = after.set(d); err == nil {
			err = t.update(ctx, before, &after)
		}
	}
	if err != nil {
		return fmt.Errorf("write delivery: %w", err)
	}
	text := putAttempt
	if before == nil {
		text = insertAttempt
	}
	return t.writeAttempts(ctx, text, num, d.Attempts)
}

func (t *tx) addDelivery(ctx context.Context, num int64, d *callbacks.Delivery) error {
	r, err := deliveryRowOf(num, d)
	if err != nil {
		return err
	}
	return t.add(ctx, insertDelivery, r.values())
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
		if err := t.writeAttempts(ctx, insertAttempt, claimed[i].Callback, d.Attempts); err != nil {
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

var (
	insertAttempt = insertText("attempts", attemptColumns)
	putAttempt    = insertAttempt + `
	on conflict (callback, number) do update set
		started_at = excluded.started_at, ended_at = excluded.ended_at, reply = excluded.reply,
		status = excluded.status, code = excluded.code, request_id = excluded.request_id,
		kms_key = excluded.kms_key`
)

func (r *attemptRow) values() []any {
	return []any{
		r.Callback, r.Number, r.StartedAt, r.EndedAt, r.Reply, r.Status, r.Code, r.RequestID,
		r.KmsKey,
	}
}

func attemptRowOf(num int64, a *callbacks.Attempt) attemptRow {
	return attemptRow{
		Callback: num, Number: int64(a.Number),
		StartedAt: millis(a.StartedAt), EndedAt: millis(a.EndedAt),
		Reply: string(a.Reply), Status: int64(a.Status), Code: a.Code, RequestID: a.RequestID,
		KmsKey: a.Key,
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

// writeAttempts writes attempts with a statement: insertAttempt for new ones, or putAttempt, which
// writes them in place of those with their numbers.
func (t *tx) writeAttempts(
	ctx context.Context, text string, num int64, attempts []callbacks.Attempt,
) error {
	for i := range attempts {
		r := attemptRowOf(num, &attempts[i])
		if err := t.add(ctx, text, r.values()); err != nil {
			return fmt.Errorf("write attempt: %w", err)
		}
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
