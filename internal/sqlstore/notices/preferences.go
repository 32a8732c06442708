package notices

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/notice"
)

// settingsRow is a row of notice_settings.
type settingsRow struct{ person, settings string }

func (r *settingsRow) places() []any { return []any{&r.person, &r.settings} }

func (r *settingsRow) decode() (s notice.Settings, err error) {
	if err = json.Unmarshal([]byte(r.settings), &s); err != nil {
		err = fmt.Errorf("settings of %s: %w", r.person, err)
	}
	return s, err
}

// Settings implements notice.Preferences.
func (s *Store) Settings(ctx context.Context, person string) (notice.Settings, error) {
	found, err := read(ctx, s, (*settingsRow).places, `select person, settings from notice_settings where person = ?`, storable(person))
	switch {
	case err != nil:
		return notice.Settings{}, fmt.Errorf("read settings: %w", err)
	case len(found) == 0:
		return notice.NewSettings(), nil
	}
	return found[0].decode()
}

// PutSettings implements notice.Preferences.
func (s *Store) PutSettings(ctx context.Context, person string, chosen notice.Settings, now time.Time) error {
	text, err := json.Marshal(chosen)
	if err != nil {
		return fmt.Errorf("encode settings: %w", err)
	}
	return s.write(ctx, `insert into notice_settings (person, settings, changed_at) values (?, ?, ?)
		on conflict (person) do update set settings = excluded.settings, changed_at = excluded.changed_at`,
		storable(person), storable(string(text)), millis(now))
}

// write runs one statement in a transaction of its own.
func (s *Store) write(ctx context.Context, text string, args ...any) error {
	err := s.transact(ctx, func(ctx context.Context, t *tx) error { return t.later(ctx, text, args...) })
	if err != nil {
		return fmt.Errorf("write what a person chose: %w", err)
	}
	return nil
}

// subscriptionRow is a row of push_subscriptions.
type subscriptionRow struct {
	notice.Subscription
	made int64
}

func (r *subscriptionRow) places() []any {
	return []any{&r.ID, &r.Person, &r.Endpoint, &r.P256DH, &r.Auth, &r.Browser, &r.made}
}

const selectSubscription = `select id, person, endpoint, p256dh, auth, browser, made_at from push_subscriptions`

// Subscribe implements notice.Preferences.
func (s *Store) Subscribe(ctx context.Context, b notice.Subscription) error {
	err := s.transact(ctx, func(ctx context.Context, t *tx) error {
		if err := t.later(ctx, `delete from push_subscriptions where endpoint = ?`, storable(b.Endpoint)); err != nil {
			return err
		}
		if err := t.later(ctx, `insert into push_subscriptions (id, person, endpoint, p256dh, auth, browser, made_at) values (?, ?, ?, ?, ?, ?, ?)`,
			storable(b.ID), storable(b.Person), storable(b.Endpoint), storable(b.P256DH), storable(b.Auth), storable(b.Browser), millis(b.MadeAt)); err != nil {
			return err
		}
		return t.later(ctx, `delete from push_subscriptions where person = ? and id not in
			(select id from push_subscriptions where person = ? order by made_at desc limit ?)`,
			storable(b.Person), storable(b.Person), notice.MaxSubscriptions)
	})
	if err != nil {
		return fmt.Errorf("keep a browser: %w", err)
	}
	return nil
}

// Subscription implements notice.Preferences.
func (s *Store) Subscription(ctx context.Context, id string) (notice.Subscription, error) {
	found, err := s.subscriptions(ctx, selectSubscription+` where id = ?`, storable(id))
	if err == nil && len(found) == 0 {
		err = callbacks.ErrNotFound
	}
	if err != nil {
		return notice.Subscription{}, err
	}
	return found[0], nil
}

// Subscriptions implements notice.Preferences.
func (s *Store) Subscriptions(ctx context.Context, person string) ([]notice.Subscription, error) {
	return s.subscriptions(ctx, selectSubscription+` where person = ? order by made_at desc limit ?`, storable(person), notice.MaxSubscriptions)
}

func (s *Store) subscriptions(ctx context.Context, text string, args ...any) ([]notice.Subscription, error) {
	found, err := read(ctx, s, (*subscriptionRow).places, text, args...)
	if err != nil {
		return nil, fmt.Errorf("read browsers: %w", err)
	}
	all := make([]notice.Subscription, len(found))
	for i, r := range found {
		r.MadeAt = fromMillis(r.made)
		all[i] = r.Subscription
	}
	return all, nil
}

// Unsubscribe implements notice.Preferences.
func (s *Store) Unsubscribe(ctx context.Context, id string) error {
	return s.write(ctx, `delete from push_subscriptions where id = ?`, storable(id))
}

// Link implements notice.Preferences.
func (s *Store) Link(ctx context.Context, a notice.Account) error {
	err := s.transact(ctx, func(ctx context.Context, t *tx) error {
		if err := t.later(ctx, `delete from channel_accounts where channel = ? and (account = ? or person = ?)`,
			storable(a.Channel), storable(a.Account), storable(a.Person)); err != nil {
			return err
		}
		return t.later(ctx, `insert into channel_accounts (channel, person, account, name, linked_at) values (?, ?, ?, ?, ?)`,
			storable(a.Channel), storable(a.Person), storable(a.Account), storable(a.Name), millis(a.LinkedAt))
	})
	if err != nil {
		return fmt.Errorf("link an account: %w", err)
	}
	return nil
}

// Unlink implements notice.Preferences.
func (s *Store) Unlink(ctx context.Context, channel, person string) error {
	return s.write(ctx, `delete from channel_accounts where channel = ? and person = ?`, storable(channel), storable(person))
}

// Reachable implements notice.Preferences.
func (s *Store) Reachable(ctx context.Context, limit int) (map[string]notice.Reach, error) {
	chosen, err := read(ctx, s, (*settingsRow).places, `select person, settings from notice_settings order by person limit ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	all := make(map[string]notice.Reach)
	change := func(person string, change func(*notice.Reach)) {
		r := all[person]
		change(&r)
		all[person] = r
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
		`select id, person from push_subscriptions order by id limit ?`, limit*notice.MaxSubscriptions)
	if err != nil {
		return nil, fmt.Errorf("read browsers: %w", err)
	}
	for _, b := range browsers {
		change(b.person, func(r *notice.Reach) { r.Subscriptions = append(r.Subscriptions, b.id) })
	}
	accounts, err := s.accounts(ctx, limit)
	for _, a := range accounts {
		change(a.Person, func(r *notice.Reach) { r.Accounts = append(r.Accounts, a) })
	}
	return all, err
}

// Linked implements notice.Preferences.
func (s *Store) Linked(ctx context.Context, channel, person string) (notice.Account, error) {
	found, err := s.linked(ctx, ` where channel = ? and person = ?`, storable(channel), storable(person))
	if err == nil && len(found) == 0 {
		err = callbacks.ErrNotFound
	}
	if err != nil {
		return notice.Account{}, err
	}
	return found[0], nil
}

func (s *Store) accounts(ctx context.Context, limit int) ([]notice.Account, error) {
	return s.linked(ctx, ` order by channel, person limit ?`, 4*limit)
}

func (s *Store) linked(ctx context.Context, which string, args ...any) ([]notice.Account, error) {
	type row struct {
		notice.Account
		linked int64
	}
	found, err := read(ctx, s, func(r *row) []any { return []any{&r.Channel, &r.Person, &r.Account.Account, &r.Name, &r.linked} },
		`select channel, person, account, name, linked_at from channel_accounts`+which, args...)
	if err != nil {
		return nil, fmt.Errorf("read linked accounts: %w", err)
	}
	all := make([]notice.Account, len(found))
	for i, r := range found {
		r.LinkedAt = fromMillis(r.linked)
		all[i] = r.Account
	}
	return all, nil
}
