package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// sessionRow is a row of sessions.
type sessionRow struct {
	bun.BaseModel `bun:"table:sessions"`

	TokenHash []byte `bun:",pk"`
	Data      []byte
	ExpiresAt int64
}

// Sessions keeps sign-in sessions for alexedwards/scs: it has the methods of its CtxStore. Of a token only the hash is kept.
type Sessions struct {
	store *Store
	now   func() time.Time
}

// Sessions is the store of sessions in this database. What has expired by now is not found.
func (s *Store) Sessions(now func() time.Time) *Sessions { return &Sessions{store: s, now: now} }

// FindCtx returns the data of a session; found is false when there is none or it has expired.
func (s *Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	var r sessionRow
	err = s.store.db.NewSelect().Model(&r).Where("token_hash = ?", hashOf(token)).Where("expires_at > ?", millis(s.now())).Scan(ctx)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, false, nil
	case err != nil:
		return nil, false, fmt.Errorf("find session: %w", unavailable(err))
	}
	return r.Data, true, nil
}

// CommitCtx writes a session.
func (s *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	return s.store.transact(ctx, func(ctx context.Context, t *tx) error {
		text, args := t.insertion(&sessionRow{TokenHash: hashOf(token), Data: data, ExpiresAt: millis(expiry)})
		_, err := t.exec(ctx, text+` on conflict (token_hash) do update set data = excluded.data, expires_at = excluded.expires_at`, args...)
		if err != nil {
			return fmt.Errorf("write session: %w", err)
		}
		return nil
	})
}

// DeleteCtx ends a session; one that is not there is ended already.
func (s *Sessions) DeleteCtx(ctx context.Context, token string) error {
	return s.store.transact(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.exec(ctx, `delete from sessions where token_hash = ?`, hashOf(token)); err != nil {
			return fmt.Errorf("delete session: %w", err)
		}
		return nil
	})
}

// Find is FindCtx for callers without a context; scs uses the other one.
func (s *Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx for callers without a context; scs uses the other one.
func (s *Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx for callers without a context; scs uses the other one.
func (s *Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// ForgetSessions drops sessions that expired before now, at most limit.
func (s *Store) ForgetSessions(ctx context.Context, now time.Time, limit int) error {
	return s.transact(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `delete from sessions where token_hash in
			(select token_hash from sessions where expires_at <= ? order by expires_at limit ?)`, millis(now), limit)
		return err
	})
}
