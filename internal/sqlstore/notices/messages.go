package notices

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/notice"
)

// work is a claimed row of notice_messages.
type work struct {
	notice.Work
	trying, first, made int64
}

func (w *work) places() []any {
	return []any{
		&w.ID, &w.Channel, &w.Place, &w.Person, &w.Kind, &w.Share, &w.Handle, &w.Told, &w.States, &w.Version,
		&w.trying, &w.Tries, &w.first, &w.made, &w.Owner,
	}
}

// ClaimMessages implements notice.Store. What is under way stays marked as such, so that the next
// claim knows that an attempt may have got through.
func (s *Store) ClaimMessages(
	ctx context.Context, now time.Time, lease callbacks.Lease, limit int, skip []string,
) (all []notice.Work, err error) {
	text := `update notice_messages set lease_owner = ?, claimable_at = ?, tries = tries + 1, trying = trying + 1,
			first_at = case when tries = 0 then cast(? as bigint) else first_at end
		where id in (select id from notice_messages where claimable_at > 0 and claimable_at <= ?` +
		strings.Repeat(` and channel <> ?`, len(skip)) + ` order by claimable_at limit ?` + s.engine.Dialect().SkipLocked + `)
		returning id, channel, place, person, kind, share, handle, told, states, version, trying, tries, first_at, made_at, lease_owner`
	args := []any{lease.Owner, millis(lease.Until), millis(now), millis(now)}
	for _, channel := range skip {
		args = append(args, storable(channel))
	}
	args = append(args, limit)
	err = s.transact(ctx, func(ctx context.Context, t *tx) error {
		found, err := rows(ctx, t, (*work).places, text, args...)
		if err != nil || len(found) == 0 {
			all = nil
			return err
		}
		all = make([]notice.Work, len(found))
		byID, ids := make(map[string]*notice.Work, len(found)), make([]any, len(found))
		for i := range found {
			w := &found[i]
			w.Again, w.FirstAt, w.MadeAt = w.trying > 1, fromMillis(w.first), fromMillis(w.made)
			all[i], ids[i] = w.Work, w.ID
			byID[w.ID] = &all[i]
		}
		carried, err := rows(ctx, t, (*noticeRow).places, selectNotices+` where n.message in `+list(len(ids))+` order by n.planned_at, c.id`, ids...)
		for i := range carried {
			n := carried[i].notice()
			byID[n.Message].Notices = append(byID[n.Message].Notices, n)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim messages: %w", err)
	}
	return all, nil
}

// Finish implements notice.Store.
func (s *Store) Finish(ctx context.Context, w notice.Work, r notice.Result, now time.Time) error {
	err := s.transact(ctx, func(ctx context.Context, t *tx) error {
		if err := t.keep(ctx, w, r.Drop); err != nil {
			return err
		}
		set, args := finished(r, now)
		due := millis(r.DueAt)
		// What made it due in the meantime has to be drawn too.
		n, err := t.exec(ctx, `update notice_messages set lease_owner = '', `+set+`
			due_at = case when version = ? then cast(? as bigint) else cast(? as bigint) end,
			claimable_at = case when version = ? then cast(? as bigint) else cast(? as bigint) end
			where id = ? and lease_owner = ?`,
			append(args, w.Version, due, millis(now), w.Version, due, millis(now), w.ID, w.Owner)...)
		if err != nil {
			return err
		}
		if n == 0 {
			return callbacks.ErrLeaseLost
		}
		if r.Told != "" {
			if err := t.later(ctx, `update notices set told_at = ? where message = ? and told_at = 0`, millis(now), w.ID); err != nil {
				return err
			}
		}
		return t.drop(ctx, w, r.Drop, now)
	})
	if err != nil {
		return fmt.Errorf("end an attempt: %w", err)
	}
	return nil
}

// finished returns the columns that a result sets, each with a comma behind it.
func finished(r notice.Result, now time.Time) (text string, args []any) {
	switch {
	case r.Fault != nil:
		took := 1 // nothing: what earlier attempts left open stays so
		if r.Fault.Code == notice.Unanswered {
			took = 0
		}
		text = `trying = trying - ?, fault = ?, fault_words = ?,`
		if r.DueAt.IsZero() { // given up: what is told later is tried from the start
			text += ` tries = 0,`
		}
		return text, []any{took, string(r.Fault.Code), storable(r.Fault.Words)}
	case r.Told != "":
		return `trying = 0, tries = 0, fault = '', fault_words = '', handle = ?, told = ?, states = states + 1, sent_at = ?,`,
			[]any{storable(string(r.Handle)), r.Told, millis(now)}
	}
	return `trying = trying - 1, tries = 0, fault = '', fault_words = '',`, nil
}

// keep keeps dropped notices for the story, without a message, if the latest attempt at theirs failed.
func (t *tx) keep(ctx context.Context, w notice.Work, drop []callbacks.ID) error {
	for _, id := range drop {
		if err := t.later(ctx, `update notices set message = '', fault = (select fault from notice_messages where id = ?),
				fault_words = (select fault_words from notice_messages where id = ?)
			where message = ? and told_at = 0 and callback = (select num from callbacks where id = ?)
				and exists (select 1 from notice_messages where id = ? and fault <> '')`, w.ID, w.ID, w.ID, string(id), w.ID); err != nil {
			return err
		}
	}
	return nil
}

// dropped is how long after a notice was dropped its callback is planned again.
const dropped = time.Second

// drop deletes notices that a message does not carry after all, and the message if it was never sent
// and carries none. Those of its callbacks that still wait are planned again a moment later.
func (t *tx) drop(ctx context.Context, w notice.Work, drop []callbacks.ID, now time.Time) error {
	for _, id := range drop {
		if err := t.later(ctx, `delete from notices where message = ? and told_at = 0
			and callback = (select num from callbacks where id = ?)`, w.ID, string(id)); err != nil {
			return err
		}
		if err := t.later(ctx, `update notice_changes set changes = changes + 1, due_at = case when due_at = 0 or due_at > ? then cast(? as bigint) else due_at end
			where callback = (select num from callbacks where id = ? and state = '`+string(callbacks.Pending)+`')`, millis(now.Add(dropped)), millis(now.Add(dropped)), string(id)); err != nil {
			return err
		}
	}
	if len(drop) == 0 {
		return nil
	}
	if err := t.later(ctx, `update notice_messages set items = items - ? where id = ?`, len(drop), w.ID); err != nil {
		return err
	}
	return t.later(ctx, `delete from notice_messages where id = ? and sent_at = 0
		and not exists (select 1 from notices where message = ?)`, w.ID, w.ID)
}

// noticeRow is a row of notices with its message.
type noticeRow struct {
	notice.Notice
	planned, told, due int64
}

const selectNotices = `select c.id, n.channel, n.place, n.person, n.kind, n.share, n.message, n.planned_at, n.told_at,
	m.due_at, m.fault, m.fault_words
	from notices n join callbacks c on c.num = n.callback join notice_messages m on m.id = n.message`

func (r *noticeRow) places() []any {
	return []any{
		&r.Callback, &r.Channel, &r.Place, &r.Person, &r.Kind, &r.Share, &r.Message, &r.planned, &r.told,
		&r.due, &r.Fault, &r.Words,
	}
}

func (r *noticeRow) notice() notice.Notice {
	r.PlannedAt, r.ToldAt, r.DueAt = fromMillis(r.planned), fromMillis(r.told), fromMillis(r.due)
	return r.Notice
}

// Notices implements notice.Store.
func (s *Store) Notices(ctx context.Context, id callbacks.ID) ([]notice.Notice, error) {
	found, err := read(ctx, s, (*noticeRow).places, selectNotices+` where n.callback = (select num from callbacks where id = ?)`, string(id))
	if err != nil {
		return nil, fmt.Errorf("read notices: %w", err)
	}
	all := make([]notice.Notice, len(found))
	for i := range found {
		all[i] = found[i].notice()
	}
	slices.SortStableFunc(all, func(a, b notice.Notice) int { return a.PlannedAt.Compare(b.PlannedAt) })
	return all, nil
}

// Openers implements notice.Store.
func (s *Store) Openers(ctx context.Context, id callbacks.ID) ([]notice.Opener, error) {
	type row struct {
		notice.Opener
		opened, open int64
	}
	found, err := read(ctx, s, func(r *row) []any { return []any{&r.Person, &r.Name, &r.opened, &r.open} },
		`select by_id, max(by_name), min(opened_at), max(case when closed_at = 0 then 1 else 0 end) from reviews
		where callback = (select num from callbacks where id = ?) group by by_id`, string(id))
	if err != nil {
		return nil, fmt.Errorf("read who opened a callback: %w", err)
	}
	all := make([]notice.Opener, len(found))
	for i, r := range found {
		r.OpenedAt, r.Open = fromMillis(r.opened), r.open == 1
		all[i] = r.Opener
	}
	slices.SortFunc(all, func(a, b notice.Opener) int { return a.OpenedAt.Compare(b.OpenedAt) })
	return all, nil
}

// Next implements notice.Store.
func (s *Store) Next(ctx context.Context, skip []string) (change, message time.Time, err error) {
	skipped := make([]any, len(skip))
	for i, channel := range skip {
		skipped[i] = storable(channel)
	}
	for _, due := range []struct {
		text string
		args []any
		at   *time.Time
	}{
		{`select due_at from notice_changes where due_at > 0 order by due_at limit 1`, nil, &change},
		{`select claimable_at from notice_messages where claimable_at > 0` + strings.Repeat(` and channel <> ?`, len(skip)) +
			` order by claimable_at limit 1`, skipped, &message},
	} {
		found, err := read(ctx, s, func(ms *int64) []any { return []any{ms} }, due.text, due.args...)
		if err != nil {
			return change, message, fmt.Errorf("look for notices: %w", err)
		}
		if len(found) > 0 {
			*due.at = fromMillis(found[0])
		}
	}
	return change, message, nil
}
