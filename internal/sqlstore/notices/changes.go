package notices

import (
	"context"
	"fmt"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/notice"
)

// ClaimChanges implements notice.Store.
func (s *Store) ClaimChanges(ctx context.Context, now, again time.Time, limit int) (all []notice.Change, err error) {
	err = s.transact(ctx, func(ctx context.Context, t *tx) error {
		all, err = rows(ctx, t, func(c *notice.Change) []any { return []any{&c.Callback, &c.Count} },
			`update notice_changes set due_at = ? where callback in (
				select callback from notice_changes where due_at > 0 and due_at <= ? order by due_at limit ?`+
				t.engine.Dialect().SkipLocked+`)
			returning (select id from callbacks where num = callback), changes`, millis(again), millis(now), limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim changes: %w", err)
	}
	return all, nil
}

// claimed is the row of a change.
type claimed struct {
	callback, changes int64
	sight             string
}

// Plan implements notice.Store.
func (s *Store) Plan(ctx context.Context, of notice.Change, p notice.Plan, now time.Time) error {
	err := s.transact(ctx, func(ctx context.Context, t *tx) error {
		found, err := rows(ctx, t, func(c *claimed) []any { return []any{&c.callback, &c.changes, &c.sight} },
			`select callback, changes, sight from notice_changes where callback = (select num from callbacks where id = ?)`+
				t.engine.Dialect().ForUpdate, string(of.Callback))
		if err != nil || len(found) == 0 || found[0].changes != int64(of.Count) {
			return err // changed since; another claim plans that
		}
		num, seen := found[0].callback, p.Sight != "" && found[0].sight == p.Sight
		if err := t.plan(ctx, num, p.Notices, seen, now); err != nil {
			return err
		}
		if err := t.unreached(ctx, num, p.Unreached, now); err != nil {
			return err
		}
		return t.later(ctx, `update notice_changes set due_at = ?, sight = ? where callback = ?`, millis(p.Next), p.Sight, num)
	})
	if err != nil {
		return fmt.Errorf("write who is told of %s: %w", of.Callback, err)
	}
	return nil
}

// planned is a notice that has a row.
type planned struct {
	target notice.Target
	topic  notice.Topic
	id     string // of its message
	sentAt int64
	dueAt  int64
}

// plan writes the notices of a callback that it has not yet, and has its messages drawn again; those
// that were told or given up only if they may say something else now.
func (t *tx) plan(ctx context.Context, num int64, wanted []notice.Planned, seen bool, now time.Time) error {
	stored, err := rows(ctx, t, func(r *planned) []any {
		return []any{&r.target.Channel, &r.target.Place, &r.target.Person, &r.topic.Kind, &r.topic.Share, &r.id, &r.sentAt, &r.dueAt}
	}, `select n.channel, n.place, n.person, n.kind, n.share, m.id, m.sent_at, m.due_at
		from notices n join notice_messages m on m.id = n.message where n.callback = ? order by m.id`, num)
	if err != nil {
		return err
	}
	type key struct {
		channel, place string
		topic          notice.Topic
	}
	known := make(map[key]planned, len(stored))
	for _, r := range stored {
		known[key{r.target.Channel, r.target.Place, r.topic}] = r
	}
	for i := range wanted {
		p := &wanted[i]
		k := key{p.Channel, p.Place, p.Topic}
		r, has := known[k]
		switch {
		case !has:
			err = t.add(ctx, num, p, now)
		case r.sentAt == 0:
			delete(known, k)
			if idle := r.dueAt == 0; (!idle || !seen) && p.Late(fromMillis(r.dueAt), now) {
				err = t.redraw(ctx, r.id, p.Due)
			}
		}
		if err != nil {
			return err
		}
	}
	for _, r := range stored { // what was told, and what is not wanted any more
		if _, left := known[key{r.target.Channel, r.target.Place, r.topic}]; !left || seen && r.sentAt > 0 {
			continue
		}
		if err := t.redraw(ctx, r.id, now); err != nil {
			return err
		}
	}
	return nil
}

// redraw makes a message due at a time, or earlier if it is. A message that is being sent is due
// again after that.
func (t *tx) redraw(ctx context.Context, id string, at time.Time) error {
	due := millis(at)
	return t.later(ctx, `update notice_messages set version = version + 1,
		claimable_at = case when lease_owner <> '' then claimable_at when due_at = 0 or due_at > ? then cast(? as bigint) else due_at end,
		due_at = case when due_at = 0 or due_at > ? then cast(? as bigint) else due_at end where id = ?`, due, due, due, due, id)
}

// add writes a notice, and its message if it joins none.
func (t *tx) add(ctx context.Context, num int64, p *notice.Planned, now time.Time) error {
	var last *notice.Earlier
	if p.Gathering != notice.Alone {
		var err error
		if last, err = t.last(ctx, p); err != nil {
			return err
		}
	}
	joins, due := p.Follow(last, now)
	var id string
	if joins {
		id = last.ID
		if err := t.later(ctx, `update notice_messages set items = items + 1 where id = ?`, id); err != nil {
			return err
		}
		if err := t.redraw(ctx, id, due); err != nil {
			return err
		}
	} else {
		id = string(callbacks.NewIDAt(now))
		if err := t.later(ctx, `insert into notice_messages (id, channel, place, person, kind, share, items, handle, told, states,
			version, trying, tries, first_at, due_at, lease_owner, claimable_at, made_at, sent_at, fault, fault_words)
			values (?, ?, ?, ?, ?, ?, 1, '', '', 0, 1, 0, 0, 0, ?, '', ?, ?, 0, '', '')`,
			id, storable(p.Channel), storable(p.Place), storable(p.Person), string(p.Kind), p.Share, millis(due), millis(due), millis(now)); err != nil {
			return err
		}
	}
	return t.later(ctx, insertNotice+`on conflict (callback, channel, place, kind, share) do update set person = excluded.person,
			message = excluded.message, planned_at = excluded.planned_at, fault = '', fault_words = ''`,
		num, storable(p.Channel), storable(p.Place), string(p.Kind), p.Share, storable(p.Person), id, millis(now), "", "")
}

const insertNotice = `insert into notices (callback, channel, place, kind, share, person, message, planned_at, told_at, fault, fault_words)
	values (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?) `

// unreached writes notices for the story alone, unless they have a row.
func (t *tx) unreached(ctx context.Context, num int64, all []notice.Unreached, now time.Time) error {
	for i := range all {
		n := &all[i]
		if err := t.later(ctx, insertNotice+`on conflict (callback, channel, place, kind, share) do nothing`,
			num, storable(n.Channel), storable(n.Place), string(n.Kind), n.Share, storable(n.Person), "", millis(now),
			string(n.Fault), storable(n.Words)); err != nil {
			return err
		}
	}
	return nil
}

// last is the message that was made last for a place and a topic; nil if there is none.
func (t *tx) last(ctx context.Context, p *notice.Planned) (*notice.Earlier, error) {
	type row struct {
		id                   string
		made, sent, due, num int64
	}
	found, err := rows(ctx, t, func(r *row) []any { return []any{&r.id, &r.made, &r.sent, &r.due, &r.num} },
		`select id, made_at, sent_at, due_at, items from notice_messages
		where channel = ? and place = ? and kind = ? and share = ? order by made_at desc limit 1`+t.engine.Dialect().ForUpdate,
		storable(p.Channel), storable(p.Place), string(p.Kind), p.Share)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	r := found[0]
	return &notice.Earlier{ID: r.id, MadeAt: fromMillis(r.made), SentAt: fromMillis(r.sent), DueAt: fromMillis(r.due), Items: int(r.num)}, nil
}
