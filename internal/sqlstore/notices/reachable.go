package notices

import (
	"context"
	"fmt"
	"slices"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/notice"
)

// seen joins what is kept of people with those seen since a time, the latest first, up to a limit:
// the same ones who are told.
const seen = ` join (select id from people where last_seen_at >= ? order by last_seen_at desc, id limit ?) p on p.id = `

// Reachable implements notice.Preferences.
func (s *Store) Reachable(ctx context.Context, since time.Time, limit int) (map[string]notice.Reach, error) {
	all := make(map[string]notice.Reach)
	change := func(person string, change func(*notice.Reach)) {
		r := all[person]
		change(&r)
		all[person] = r
	}
	chosen, err := read(ctx, s, (*settingsRow).places, `select s.person, s.settings from notice_settings s`+seen+`s.person`, millis(since), limit)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	for i := range chosen {
		settings, err := chosen[i].decode()
		if err != nil {
			return nil, err
		}
		change(chosen[i].person, func(r *notice.Reach) { r.Settings = &settings })
	}
	type browser struct{ id, person string }
	browsers, err := read(ctx, s, func(b *browser) []any { return []any{&b.id, &b.person} },
		`select b.id, b.person from push_subscriptions b`+seen+`b.person`, millis(since), limit)
	if err != nil {
		return nil, fmt.Errorf("read browsers: %w", err)
	}
	for _, b := range browsers {
		change(b.person, func(r *notice.Reach) {
			r.Subscriptions = append(r.Subscriptions, b.id)
			slices.Sort(r.Subscriptions) // at most ten
		})
	}
	accounts, err := s.linked(ctx, ` a`+seen+`a.person`, millis(since), limit)
	for _, a := range accounts {
		change(a.Person, func(r *notice.Reach) { r.Accounts = append(r.Accounts, a) })
	}
	return all, err
}

// forgotten selects people who were last seen before a time and of whom something is kept.
const forgotten = `select id from people where last_seen_at < ? and (
	exists (select 1 from notice_settings s where s.person = people.id) or
	exists (select 1 from push_subscriptions b where b.person = people.id) or
	exists (select 1 from channel_accounts a where a.person = people.id))
	order by last_seen_at desc, id limit ?`

// ForgetPeople implements notice.Preferences.
func (s *Store) ForgetPeople(ctx context.Context, before time.Time, limit int, by callbacks.Actor, now time.Time) error {
	err := s.transact(ctx, func(ctx context.Context, t *tx) error {
		found, err := rows(ctx, t, one, forgotten, millis(before), limit)
		if err != nil {
			return err
		}
		for _, person := range found {
			if err := s.forgetPerson(ctx, t, person, by, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget how people are reached: %w", err)
	}
	return nil
}

func (s *Store) forgetPerson(ctx context.Context, t *tx, person string, by callbacks.Actor, now time.Time) error {
	if err := t.later(ctx, `delete from notice_settings where person = ?`, person); err != nil {
		return err
	}
	browsers, err := rows(ctx, t, (*subscriptionRow).places, `delete from push_subscriptions where person = ? returning `+subscriptionColumns, person)
	if err != nil {
		return err
	}
	for _, b := range browsers {
		if err := s.record(ctx, t.on, b.Removed(by, now)); err != nil {
			return err
		}
	}
	accounts, err := rows(ctx, t, (*accountRow).places, `delete from channel_accounts where person = ? returning `+accountColumns, person)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		if err := s.record(ctx, t.on, a.Unlinked(by, now)); err != nil {
			return err
		}
	}
	return nil
}
