package notices

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
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

// ChangeSettings implements notice.Preferences. The first settings of a person are written before they
// are changed, so that two first changes wait for each other too.
func (s *Store) ChangeSettings(ctx context.Context, person string, now time.Time, change func(*notice.Settings) error) error {
	key := storable(person)
	return s.transact(ctx, func(ctx context.Context, t *tx) error {
		first, err := json.Marshal(notice.NewSettings())
		if err != nil {
			return fmt.Errorf("encode settings: %w", err)
		}
		if _, err := t.exec(ctx, `insert into notice_settings (person, settings, changed_at) values (?, ?, ?) on conflict (person) do nothing`,
			key, string(first), millis(now)); err != nil {
			return fmt.Errorf("write what a person chose: %w", err)
		}
		found, err := rows(ctx, t, (*settingsRow).places, `select person, settings from notice_settings where person = ?`+t.engine.Dialect().ForUpdate, key)
		if err != nil {
			return fmt.Errorf("read settings: %w", err)
		}
		chosen, err := found[0].decode()
		if err != nil {
			return err
		}
		if err := change(&chosen); err != nil {
			return err
		}
		text, err := json.Marshal(chosen)
		if err != nil {
			return fmt.Errorf("encode settings: %w", err)
		}
		return t.later(ctx, `update notice_settings set settings = ?, changed_at = ? where person = ?`, storable(string(text)), millis(now), key)
	})
}

// subscriptionRow is a row of push_subscriptions.
type subscriptionRow struct {
	notice.Subscription
	made int64
}

func (r *subscriptionRow) places() []any {
	return []any{&r.ID, &r.Person, &r.Endpoint, &r.P256DH, &r.Auth, &r.Browser, &r.made}
}

const (
	subscriptionColumns = `id, person, endpoint, p256dh, auth, browser, made_at`
	selectSubscription  = `select ` + subscriptionColumns + ` from push_subscriptions`
)

// Subscribe implements notice.Preferences.
func (s *Store) Subscribe(ctx context.Context, b notice.Subscription, by callbacks.Actor) error {
	err := s.transact(ctx, func(ctx context.Context, t *tx) error {
		earlier, err := rows(ctx, t, one, `delete from push_subscriptions where endpoint = ? returning person`, storable(b.Endpoint))
		if err != nil {
			return err
		}
		if err := s.record(ctx, t.on, b.Added(by, others(earlier, b.Person))); err != nil {
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

// one is the place of a column that is read alone.
func one(v *string) []any { return []any{v} }

// others reports whether something belonged to somebody else.
func others(earlier []string, person string) bool {
	return slices.ContainsFunc(earlier, func(p string) bool { return p != person })
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
func (s *Store) Unsubscribe(ctx context.Context, id string, by callbacks.Actor, now time.Time) error {
	err := s.transact(ctx, func(ctx context.Context, t *tx) error {
		gone, err := rows(ctx, t, (*subscriptionRow).places, `delete from push_subscriptions where id = ? returning `+subscriptionColumns, storable(id))
		if err != nil || len(gone) == 0 {
			return err
		}
		return s.record(ctx, t.on, gone[0].Removed(by, now))
	})
	if err != nil {
		return fmt.Errorf("delete a browser: %w", err)
	}
	return nil
}

// accountRow is a row of channel_accounts.
type accountRow struct {
	notice.Account
	linked int64
}

const accountColumns = `channel, person, account, name, linked_at`

func (r *accountRow) places() []any {
	return []any{&r.Channel, &r.Person, &r.Account.Account, &r.Name, &r.linked}
}

// Link implements notice.Preferences.
func (s *Store) Link(ctx context.Context, a notice.Account, by callbacks.Actor) error {
	err := s.transact(ctx, func(ctx context.Context, t *tx) error {
		earlier, err := rows(ctx, t, one, `delete from channel_accounts where channel = ? and (account = ? or person = ?) returning person`,
			storable(a.Channel), storable(a.Account), storable(a.Person))
		if err != nil {
			return err
		}
		if err := s.record(ctx, t.on, a.Linked(by, others(earlier, a.Person))); err != nil {
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
func (s *Store) Unlink(ctx context.Context, channel, person string, by callbacks.Actor, now time.Time) error {
	err := s.transact(ctx, func(ctx context.Context, t *tx) error {
		gone, err := rows(ctx, t, (*accountRow).places, `delete from channel_accounts where channel = ? and person = ? returning `+accountColumns,
			storable(channel), storable(person))
		if err != nil || len(gone) == 0 {
			return err
		}
		return s.record(ctx, t.on, gone[0].Unlinked(by, now))
	})
	if err != nil {
		return fmt.Errorf("unlink an account: %w", err)
	}
	return nil
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

func (s *Store) linked(ctx context.Context, which string, args ...any) ([]notice.Account, error) {
	found, err := read(ctx, s, (*accountRow).places, `select `+accountColumns+` from channel_accounts`+which, args...)
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
