package notices

import (
	"context"
	"fmt"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/notice"
)

// pauseRow is a row of notice_pauses.
type pauseRow struct {
	notice.Pause
	at, until int64
}

func (r *pauseRow) places() []any {
	return []any{&r.Channel, &r.Place, &r.Person, &r.at, &r.until, &r.Code, &r.Words, &r.By.Kind, &r.By.ID, &r.By.Name}
}

const selectPause = `select channel, place, person, at, until, code, words, by_kind, by_id, by_name from notice_pauses`

func (r *pauseRow) pause() notice.Pause {
	r.At, r.Until = fromMillis(r.at), fromMillis(r.until)
	return r.Pause
}

// Pause implements notice.Store.
func (s *Store) Pause(ctx context.Context, p notice.Pause) error {
	err := s.transact(ctx, func(ctx context.Context, t *tx) error {
		earlier, err := rows(ctx, t, (*pauseRow).places, selectPause+` where channel = ? and place = ?`+t.engine.Dialect().ForUpdate,
			storable(p.Channel), storable(p.Place))
		if err != nil {
			return err
		}
		var before notice.Pause
		if len(earlier) > 0 {
			before = earlier[0].pause()
		}
		if before.Outlasts(p) {
			return nil
		}
		if err := s.record(ctx, t.on, p.Entry(before)); err != nil {
			return err
		}
		if p.Ends() {
			if err := t.release(ctx, before, p.At); err != nil {
				return err
			}
		}
		return t.later(ctx, `insert into notice_pauses (channel, place, person, at, until, code, words, by_kind, by_id, by_name)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (channel, place) do update set at = excluded.at, until = excluded.until,
			code = excluded.code, words = excluded.words, by_kind = excluded.by_kind, by_id = excluded.by_id, by_name = excluded.by_name`,
			storable(p.Channel), storable(p.Place), storable(p.Person), millis(p.At), millis(p.Until), string(p.Code), storable(p.Words),
			string(p.By.Kind), storable(p.By.ID), storable(p.By.Name))
	})
	if err != nil {
		return fmt.Errorf("pause a channel: %w", err)
	}
	return nil
}

// release makes due what a pause put off: to its end, or without one until somebody ends it.
func (t *tx) release(ctx context.Context, p notice.Pause, now time.Time) error {
	which, args := `claimable_at > 0 and claimable_at = ? and channel = ?`, []any{millis(p.Until), storable(p.Channel)}
	switch {
	case p.Until.Equal(notice.ForGood):
		which, args = `channel = ? and place = ? and due_at = 0 and told = ''`, []any{storable(p.Channel), storable(p.Place)}
	case p.Place != "":
		which, args = which+` and place = ?`, append(args, storable(p.Place))
	}
	return t.later(ctx, `update notice_messages set version = version + 1, due_at = cast(? as bigint),
		claimable_at = case when lease_owner = '' then cast(? as bigint) else claimable_at end
		where id in (select id from notice_messages where `+which+` limit ?)`,
		append(append([]any{millis(now), millis(now)}, args...), notice.MaxReleased)...)
}

// Stopped implements notice.Preferences.
func (s *Store) Stopped(ctx context.Context, channel, place string, now time.Time) (notice.Pause, error) {
	found, err := read(ctx, s, (*pauseRow).places, selectPause+` where channel = ? and place = ? and until > ?`, storable(channel), storable(place), millis(now))
	switch {
	case err != nil:
		return notice.Pause{}, fmt.Errorf("read the pause of a place: %w", err)
	case len(found) == 0:
		return notice.Pause{}, callbacks.ErrNotFound
	}
	return found[0].pause(), nil
}

// Pauses implements notice.Store.
func (s *Store) Pauses(ctx context.Context, now time.Time, limit int) ([]notice.Pause, error) {
	var all []notice.Pause
	for _, whose := range []string{`person = ''`, `person <> ''`} {
		found, err := read(ctx, s, (*pauseRow).places, selectPause+` where `+whose+` and until > ? order by until desc, at desc limit ?`,
			millis(now), limit-len(all))
		if err != nil {
			return nil, fmt.Errorf("read the pauses of channels: %w", err)
		}
		for _, r := range found {
			all = append(all, r.pause())
		}
	}
	return all, nil
}

// Backlogs implements notice.Store.
func (s *Store) Backlogs(ctx context.Context, now, since time.Time) (map[string]notice.Backlog, error) {
	type row struct {
		channel string
		n, at   int64
	}
	all := make(map[string]notice.Backlog)
	for _, count := range []struct {
		text string
		args []any
		add  func(*notice.Backlog, row)
	}{
		{`select channel, count(*), min(due_at) from notice_messages where claimable_at > 0 and due_at > 0 and due_at <= ? group by channel`,
			[]any{millis(now)}, func(b *notice.Backlog, r row) { b.Waiting, b.Oldest = int(r.n), fromMillis(r.at) }},
		{`select channel, count(*), 0 from notice_messages where sent_at > 0 and sent_at >= ? group by channel`,
			[]any{millis(since)}, func(b *notice.Backlog, r row) { b.Sent = int(r.n) }},
		{`select channel, count(*), 0 from notice_messages where channel > '' and fault <> '' and due_at > 0 group by channel`,
			nil, func(b *notice.Backlog, r row) { b.Failing = int(r.n) }},
	} {
		found, err := read(ctx, s, func(r *row) []any { return []any{&r.channel, &r.n, &r.at} }, count.text, count.args...)
		if err != nil {
			return nil, fmt.Errorf("count messages: %w", err)
		}
		for _, r := range found {
			b := all[r.channel]
			count.add(&b, r)
			all[r.channel] = b
		}
	}
	return all, nil
}

// over selects messages made before a time of which no callback waits or is being delivered.
const over = `select id from notice_messages where made_at < ? and not exists (
	select 1 from notices n join callbacks c on c.num = n.callback
	where n.message = notice_messages.id and c.state in ('` + string(callbacks.Pending) + `', '` + string(callbacks.Decided) + `'))
	order by made_at limit ?`

// Forget implements notice.Store.
func (s *Store) Forget(ctx context.Context, before time.Time, limit int) error {
	err := s.transact(ctx, func(ctx context.Context, t *tx) error {
		for _, text := range []string{
			`delete from notices where message in (` + over + `)`,
			`delete from notice_messages where id in (` + over + `)`, // the same ones
			`delete from notices where (callback, channel, place, kind, share) in (
				select callback, channel, place, kind, share from notices where message = '' and planned_at < ? order by planned_at limit ?)`,
			`delete from notice_changes where callback in (select callback from notice_changes where due_at = 0 and changed_at < ? order by changed_at limit ?)`,
			`delete from notice_pauses where (channel, place) in (select channel, place from notice_pauses where until < ? order by until limit ?)`,
			`delete from notice_pauses where (channel, place) in (
				select channel, place from notice_pauses where person <> '' and at < ? order by at limit ?)`,
		} {
			if err := t.later(ctx, text, millis(before), limit); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget messages: %w", err)
	}
	return nil
}
