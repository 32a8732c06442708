package sqlstore

import (
	"context"
	"fmt"
	"time"

	"countersign/internal/callbacks"
)

// heartbeatInterval computes [callbacks.Callback.HeartbeatInterval] of a row, in milliseconds.
var heartbeatInterval = fmt.Sprintf("case when heartbeat_timeout * 1000 / %[1]d < %[2]d then %[2]d else heartbeat_timeout * 1000 / %[1]d end",
	callbacks.BeatsPerTimeout, callbacks.LeastHeartbeatInterval.Milliseconds())

// ClaimHeartbeats implements upkeep.Store.
func (s *Store) ClaimHeartbeats(ctx context.Context, now time.Time, limit int) ([]callbacks.Callback, error) {
	var claimed []callbacks.Callback
	err := s.transact(ctx, func(ctx context.Context, t *tx) error {
		found, err := rows[callbackRow](ctx, t, `
			update callbacks set next_heartbeat_at = ? + `+heartbeatInterval+`
			where num in (
				select num from callbacks where next_heartbeat_at > 0 and next_heartbeat_at <= ?
				order by next_heartbeat_at limit ?`+t.dialect.SkipLocked+`)
			returning *`, millis(now), millis(now), limit)
		if err != nil {
			return fmt.Errorf("claim heartbeats: %w", err)
		}
		claimed, err = callbacksOf(found)
		return err
	})
	if err != nil {
		return nil, err
	}
	return claimed, nil
}

// HastenHeartbeats implements upkeep.Store.
func (s *Store) HastenHeartbeats(ctx context.Context, now time.Time) error {
	return s.transact(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `update callbacks set next_heartbeat_at = ? where next_heartbeat_at > 0 and next_heartbeat_at > ? + `+heartbeatInterval,
			millis(now), millis(now))
		if err != nil {
			return fmt.Errorf("hasten heartbeats: %w", err)
		}
		return nil
	})
}

// NextHeartbeat implements upkeep.Store.
func (s *Store) NextHeartbeat(ctx context.Context) (time.Time, error) {
	return s.next(ctx, `select next_heartbeat_at from callbacks where next_heartbeat_at > 0 order by next_heartbeat_at limit 1`)
}

// Expired implements upkeep.Store.
func (s *Store) Expired(ctx context.Context, now time.Time, after callbacks.ID, limit int) ([]callbacks.ID, error) {
	var ids []callbacks.ID
	text, args := `select id from callbacks where state = 'pending' and deadline <= ? and deadline < ?`, []any{millis(now), int64(noDeadline)}
	if after != "" {
		text, args = text+` and (deadline, num) > (select deadline, num from callbacks where id = ?)`, append(args, string(after))
	}
	err := s.db.NewRaw(text+` order by deadline, num limit ?`, append(args, limit)...).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("find expired callbacks: %w", s.unavailable(err))
	}
	return ids, nil
}

// Escalating implements upkeep.Store.
func (s *Store) Escalating(ctx context.Context, now time.Time, limit int) ([]callbacks.ID, error) {
	var ids []callbacks.ID
	err := s.db.NewRaw(`select id from callbacks where escalates_at > 0 and escalates_at <= ? order by escalates_at limit ?`,
		millis(now), limit).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("find callbacks to escalate: %w", s.unavailable(err))
	}
	return ids, nil
}

// NextEscalation implements upkeep.Store.
func (s *Store) NextEscalation(ctx context.Context) (time.Time, error) {
	return s.next(ctx, `select escalates_at from callbacks where escalates_at > 0 order by escalates_at limit 1`)
}

// NextDeadline implements upkeep.Store.
func (s *Store) NextDeadline(ctx context.Context) (time.Time, error) {
	return s.next(ctx, fmt.Sprintf(`select deadline from callbacks where state = 'pending' and deadline < %d order by deadline, num limit 1`, int64(noDeadline)))
}
