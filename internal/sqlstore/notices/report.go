package notices

import (
	"context"
	"fmt"
	"slices"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/notice"
)

var _ notice.Reports = (*Store)(nil)

// healthRow is a row of a count by channel, or a message that failed.
type healthRow struct {
	channel, place     string
	person             string
	n, hour, at        int64
	fault, words       string
	tries, first, next int64
}

// ownPlace is the place of a message where the operator names places, else empty.
const ownPlace = `case when channel in ('` + notice.Teams + `', '` + notice.Webhooks + `') then place else '' end`

// report gathers what is known of each channel and place.
type report map[notice.Target]*notice.Health

func (r report) of(channel, place string) *notice.Health {
	if !notice.OwnPlaces(channel) {
		place = ""
	}
	key := notice.Target{Channel: channel, Place: place}
	if r[key] == nil {
		r[key] = &notice.Health{Channel: channel, Place: place}
	}
	return r[key]
}

// Health implements notice.Reports.
func (s *Store) Health(ctx context.Context, now time.Time) ([]notice.Health, error) {
	r := report{}
	for _, part := range []func(context.Context, *Store, time.Time) error{r.sent, r.waiting, r.failing, r.givenUp} {
		if err := part(ctx, s, now); err != nil {
			return nil, fmt.Errorf("read how channels do: %w", err)
		}
	}
	all := make([]notice.Health, 0, len(r))
	for _, h := range r {
		all = append(all, *h)
	}
	return all, nil
}

func (r report) sent(ctx context.Context, s *Store, now time.Time) error {
	from := now.Add(-notice.HealthHours * time.Hour)
	found, err := read(ctx, s, func(h *healthRow) []any { return []any{&h.channel, &h.place, &h.hour, &h.n, &h.at} },
		`select channel, `+ownPlace+`, (sent_at - cast(? as bigint)) / 3600000, count(*), max(sent_at) from
		(select channel, place, sent_at from notice_messages where sent_at > 0 and sent_at > ? and sent_at <= ? order by sent_at desc limit ?) latest
		group by channel, 2, 3`, millis(from), millis(from), millis(now), notice.MaxSent)
	for _, row := range found {
		h := r.of(row.channel, row.place)
		h.Hours[min(row.hour, notice.HealthHours-1)] += int(row.n)
		if at := fromMillis(row.at); at.After(h.LastSent) {
			h.LastSent = at
		}
	}
	return err
}

func (r report) waiting(ctx context.Context, s *Store, now time.Time) error {
	found, err := read(ctx, s, func(h *healthRow) []any { return []any{&h.channel, &h.place, &h.n} },
		`select channel, `+ownPlace+`, count(*) from notice_messages where claimable_at > 0 and due_at > 0 and due_at <= ? group by channel, 2`, millis(now))
	for _, row := range found {
		r.of(row.channel, row.place).Waiting = int(row.n)
	}
	return err
}

func (r report) failing(ctx context.Context, s *Store, _ time.Time) error {
	return r.faulty(ctx, s, `due_at > 0`)
}

func (r report) givenUp(ctx context.Context, s *Store, _ time.Time) error {
	return r.faulty(ctx, s, `due_at = 0`)
}

// faulty adds messages whose latest attempt failed. which narrows them.
func (r report) faulty(ctx context.Context, s *Store, which string) error {
	found, err := read(ctx, s, func(h *healthRow) []any {
		return []any{&h.channel, &h.place, &h.person, &h.fault, &h.words, &h.tries, &h.first, &h.next}
	}, `select channel, place, person, fault, fault_words, tries, first_at, due_at from notice_messages
		where channel > '' and fault <> '' and `+which+` limit ?`, notice.MaxFailing)
	for _, row := range found {
		h := r.of(row.channel, row.place)
		if row.next > 0 {
			h.Failing++
		} else {
			h.GivenUp++
		}
		if row.person != "" {
			row.place = ""
		}
		if h.Failing > 0 && row.next == 0 {
			continue // what fails is told before what was given up
		}
		if first := fromMillis(row.first); h.Fault == "" || first.After(h.FailingSince) {
			h.FailingSince, h.Fault, h.Words, h.FailedAt, h.Tries, h.Next = first, notice.FaultCode(row.fault), row.words, row.place, int(row.tries), fromMillis(row.next)
		}
	}
	return err
}

// Story implements notice.Reports.
func (s *Store) Story(ctx context.Context, id callbacks.ID, now time.Time) ([]notice.Notice, error) {
	found, err := read(ctx, s, func(r *noticeRow) []any { return append(r.places(), &r.Name) },
		`select c.id, n.channel, n.place, n.person, n.kind, n.share, n.message, n.planned_at, n.told_at,
			coalesce(m.due_at, 0), coalesce(m.fault, n.fault), coalesce(m.fault_words, n.fault_words), coalesce(p.name, '')
		from notices n join callbacks c on c.num = n.callback left join notice_messages m on m.id = n.message left join people p on p.id = n.person
		where n.callback = (select num from callbacks where id = ?)`, string(id))
	if err != nil {
		return nil, fmt.Errorf("read who was told: %w", err)
	}
	all := make([]notice.Notice, len(found))
	waits := false
	for i := range found {
		all[i] = found[i].notice()
		waits = waits || all[i].ToldAt.IsZero() && !all[i].DueAt.IsZero()
	}
	slices.SortStableFunc(all, func(a, b notice.Notice) int { return a.PlannedAt.Compare(b.PlannedAt) })
	if !waits {
		return all, nil
	}
	pauses, err := read(ctx, s, (*pauseRow).places, selectPause+` where (channel, place) in (
		select channel, place from notices where callback = (select num from callbacks where id = ?)
		union all select channel, '' from notices where callback = (select num from callbacks where id = ?)) and until > ?`, string(id), string(id), millis(now))
	if err != nil {
		return nil, fmt.Errorf("read what keeps messages: %w", err)
	}
	for i := range pauses {
		hold(all, pauses[i].pause())
	}
	return all, nil
}

// hold says of notices that wait that a pause keeps them.
func hold(all []notice.Notice, p notice.Pause) {
	for i := range all {
		n := &all[i]
		if n.ToldAt.IsZero() && !n.DueAt.IsZero() && n.Channel == p.Channel && (p.Place == "" || p.Place == n.Place) && p.Until.After(n.Held.Until) {
			n.Held = p
		}
	}
}

// Retry implements notice.Reports. What is under way is due again when it has ended.
func (s *Store) Retry(ctx context.Context, channel, place string, by callbacks.Actor, now time.Time) (n int, err error) {
	err = s.transact(ctx, func(ctx context.Context, t *tx) error {
		which, args := `channel = ? and fault <> ''`, []any{storable(channel)}
		if place != "" {
			which, args = which+` and place = ?`, append(args, storable(place))
		}
		changed, err := t.exec(ctx, `update notice_messages set version = version + 1, tries = 0, due_at = cast(? as bigint),
			claimable_at = case when lease_owner = '' then cast(? as bigint) else claimable_at end
			where id in (select id from notice_messages where `+which+` limit ?)`,
			append(append([]any{millis(now), millis(now)}, args...), notice.MaxFailing)...)
		n = int(changed)
		if err != nil || n == 0 {
			return err
		}
		return s.record(ctx, t.on, notice.RetriedEntry(channel, place, by, now))
	})
	if err != nil {
		return 0, fmt.Errorf("try messages again: %w", err)
	}
	return n, nil
}
