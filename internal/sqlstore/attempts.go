package sqlstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"countersign/internal/callbacks"
)

// attemptRow is a row of attempts.
type attemptRow struct {
	bun.BaseModel `bun:"table:attempts"`

	Callback  int64 `bun:",pk"`
	Number    int64 `bun:",pk"`
	StartedAt int64
	EndedAt   int64
	Answer    string
	Status    int64
	Code      string
	RequestID string
	KmsKey    string
}

func (r *attemptRow) attempt() callbacks.Attempt {
	return callbacks.Attempt{
		Number:    int(r.Number),
		StartedAt: fromMillis(r.StartedAt),
		EndedAt:   fromMillis(r.EndedAt),
		Answer:    callbacks.Answer(r.Answer),
		Status:    int(r.Status),
		Code:      r.Code,
		RequestID: r.RequestID,
		Key:       r.KmsKey,
	}
}

// closeAttempt replaces the open attempt of a claim by what came of it.
func (t *tx) closeAttempt(ctx context.Context, num int64, a callbacks.Attempt) error {
	_, err := t.exec(ctx, `
		update attempts set started_at = ?, ended_at = ?, answer = ?, status = ?, code = ?, request_id = ?, kms_key = ?
		where callback = ? and number = ?`,
		millis(a.StartedAt), millis(a.EndedAt), string(a.Answer), a.Status, storable(a.Code), storable(a.RequestID), storable(a.Key), num, a.Number)
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
		return callbacks.Delivery{}, missing(unavailable(err))
	}
	d, err := r.delivery(id)
	if err != nil {
		return d, err
	}
	var attempts []attemptRow
	err = s.db.NewSelect().Model(&attempts).Where("callback = ?", r.Callback).OrderExpr("number desc").Limit(callbacks.MaxAttemptsShown).Scan(ctx)
	if err != nil {
		return d, fmt.Errorf("read attempts: %w", unavailable(err))
	}
	for _, a := range slices.Backward(attempts) {
		d.Attempts = append(d.Attempts, a.attempt())
	}
	return d, nil
}
