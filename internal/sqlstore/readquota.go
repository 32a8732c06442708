package sqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"countersign/internal/arn"
	"countersign/internal/readquota"
)

// quotaRow is a row of read_quotas.
type quotaRow struct {
	bun.BaseModel `bun:"table:read_quotas"`

	Account     string `bun:",pk"`
	Region      string `bun:",pk"`
	Rate        float64
	PaidUntil   int64
	PausedUntil int64
	Strikes     int64
	Minute      int64
	Used        int64
	UsedBefore  int64
}

func (r *quotaRow) quota() readquota.Quota {
	return readquota.Quota{
		Lane: arn.Lane{Account: r.Account, Region: r.Region}, Rate: r.Rate, PaidUntil: fromMillis(r.PaidUntil), PausedUntil: fromMillis(r.PausedUntil),
		Strikes: int(r.Strikes), Minute: fromMillis(r.Minute), Used: int(r.Used), Before: int(r.UsedBefore),
	}
}

func rowOfQuota(b readquota.Quota) quotaRow {
	return quotaRow{
		Account: b.Lane.Account, Region: b.Lane.Region, Rate: b.Rate, PaidUntil: millis(b.PaidUntil), PausedUntil: millis(b.PausedUntil),
		Strikes: int64(b.Strikes), Minute: millis(b.Minute), Used: int64(b.Used), UsedBefore: int64(b.Before),
	}
}

// ChangeQuota implements readquota.Store.
func (s *Store) ChangeQuota(ctx context.Context, lane arn.Lane, now time.Time, fn func(*readquota.Quota, time.Time)) error {
	return s.transact(ctx, func(ctx context.Context, t *tx) error {
		text, args := t.insertion(&quotaRow{Account: lane.Account, Region: lane.Region})
		if err := t.later(ctx, text+` on conflict (account, region) do nothing`, args...); err != nil {
			return fmt.Errorf("write read quota: %w", err)
		}
		before, err := row[quotaRow](ctx, t, `select * from read_quotas where account = ? and region = ?`+t.dialect.ForUpdate,
			storable(lane.Account), storable(lane.Region))
		if err != nil {
			return fmt.Errorf("read the read quota: %w", err)
		}
		if now, err = t.clock(ctx, now); err != nil {
			return fmt.Errorf("read the database's clock: %w", err)
		}
		b := before.quota()
		fn(&b, now)
		after := rowOfQuota(b)
		return t.update(ctx, &before, &after)
	})
}

// clock returns the time of the one clock that all processes on the database share. With SQLite
// there is only one process, which uses its own clock.
func (t *tx) clock(ctx context.Context, ours time.Time) (time.Time, error) {
	if t.dialect.Clock == "" {
		return ours, nil
	}
	ms, err := row[int64](ctx, t, t.dialect.Clock)
	return fromMillis(ms), err
}

// Quotas implements readquota.Store.
func (s *Store) Quotas(ctx context.Context) ([]readquota.Quota, error) {
	var all []quotaRow
	if err := s.db.NewSelect().Model(&all).OrderExpr("account, region").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read the read quotas: %w", s.unavailable(err))
	}
	budgets := make([]readquota.Quota, len(all))
	for i := range all {
		budgets[i] = all[i].quota()
	}
	return budgets, nil
}
