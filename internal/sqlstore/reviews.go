package sqlstore

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"countersign/internal/callbacks"
)

// reviewRow is a row of reviews.
type reviewRow struct {
	bun.BaseModel `bun:"table:reviews"`

	ID          string `bun:",pk"`
	Callback    int64
	ByKind      string
	ByID        string
	ByName      string
	OpenedAt    int64
	RenewedAt   int64
	LastInputAt int64
	ClosedAt    int64
}

func (r *reviewRow) by() callbacks.Actor {
	return callbacks.Actor{Kind: callbacks.ActorKind(r.ByKind), ID: r.ByID, Name: r.ByName}
}

func reviewsOf(rows []reviewRow, id callbacks.ID) []callbacks.Review {
	all := make([]callbacks.Review, 0, len(rows))
	for i := range rows {
		r := &rows[i]
		all = append(all, callbacks.Review{
			ID:          callbacks.ID(r.ID),
			Callback:    id,
			By:          r.by(),
			OpenedAt:    fromMillis(r.OpenedAt),
			RenewedAt:   fromMillis(r.RenewedAt),
			LastInputAt: fromMillis(r.LastInputAt),
			ClosedAt:    fromMillis(r.ClosedAt),
		})
	}
	return all
}

// closedReviews is how many closed reviews of a callback are read. That is enough to find each
// person's last one.
const closedReviews = 50

// reviewsOf reads the reviews of a callback: the open ones, longest first, then the latest closed
// ones.
func (t *tx) reviewsOf(ctx context.Context, num int64) ([]reviewRow, error) {
	open, err := rows[reviewRow](ctx, t,
		`select * from reviews where callback = ? and closed_at = 0 order by opened_at, id`, num)
	if err != nil {
		return nil, fmt.Errorf("read reviews: %w", err)
	}
	closed, err := rows[reviewRow](ctx, t,
		`select * from reviews where callback = ? and closed_at > 0 order by closed_at desc limit ?`,
		num, closedReviews)
	if err != nil {
		return nil, fmt.Errorf("read reviews: %w", err)
	}
	return append(open, closed...), nil
}

// putReviews writes the reviews of a case that are new, and the times of those that differ from
// their rows.
func (t *tx) putReviews(
	ctx context.Context, num int64, before []reviewRow, c *callbacks.Case,
) error {
	known := make(map[callbacks.ID]callbacks.Review, len(before))
	for _, r := range reviewsOf(before, c.ID) {
		known[r.ID] = r
	}
	for _, r := range c.Reviews {
		if was, found := known[r.ID]; found && was == r {
			continue
		}
		if err := t.putReview(ctx, num, r); err != nil {
			return err
		}
	}
	return nil
}

// putReview writes a new review, or the new times of an existing one.
func (t *tx) putReview(ctx context.Context, num int64, r callbacks.Review) error {
	text, args := t.insertion(&reviewRow{
		ID: string(r.ID), Callback: num, ByKind: string(r.By.Kind), ByID: r.By.ID, ByName: r.By.Name,
		OpenedAt: millis(r.OpenedAt), RenewedAt: millis(r.RenewedAt), LastInputAt: millis(r.LastInputAt), ClosedAt: millis(r.ClosedAt),
	})
	err := t.later(ctx, text+` on conflict (id) do update
		set renewed_at = excluded.renewed_at, last_input_at = excluded.last_input_at, closed_at = excluded.closed_at`, args...)
	if err != nil {
		return fmt.Errorf("write review: %w", err)
	}
	return nil
}

// Reviews implements desk.Store.
func (s *Store) Reviews(ctx context.Context, id callbacks.ID) ([]callbacks.Review, error) {
	var open []reviewRow
	err := s.db.NewSelect().Model(&open).
		Where("callback = (select num from callbacks where id = ?)", storable(string(id))).Where("closed_at = 0").
		OrderExpr("opened_at, id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read reviews: %w", s.unavailable(err))
	}
	return reviewsOf(open, id), nil
}

// CloseReviews implements upkeep.Store.
func (s *Store) CloseReviews(ctx context.Context, before, now time.Time, limit int) ([]callbacks.Callback, error) {
	var left []callbacks.Callback
	err := s.transact(ctx, func(ctx context.Context, t *tx) error {
		closed, err := rows[int64](ctx, t, `
			update reviews set closed_at = ? where id in (
				select id from reviews where closed_at = 0 and renewed_at <= ? order by renewed_at limit ?`+t.dialect.SkipLocked+`)
			returning callback`, millis(now), millis(before), limit)
		if err != nil {
			return fmt.Errorf("close reviews: %w", err)
		}
		found, err := t.callbacks(ctx, closed)
		left = slices.Collect(maps.Values(found))
		return err
	})
	if err != nil {
		return nil, err
	}
	return left, nil
}
