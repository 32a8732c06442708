package noticetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/notice"
)

// settings: a person has the usual ones until they choose, and then every field that they chose.
func settings(t *testing.T, s Stores) {
	got, err := s.Preferences.Settings(t.Context(), "ada")
	callbackstest.Must(t, err)
	callbackstest.Same(t, "settings of somebody who chose none", got, notice.NewSettings())
	chosen := notice.Settings{
		Off: []string{notice.Slack}, Mail: true, Ladder: []notice.Step{{Channel: notice.Email, After: time.Minute}, {Channel: notice.Push, Share: 80}},
		ZoneName: "Europe/Berlin",
		Quiet:    &notice.Quiet{From: 1320, Until: 420, Weekends: true},
		Digest:   &notice.DailyDigest{Minute: 480}, Mutes: []notice.Mute{{Queue: "support", Until: t0}},
	}
	for range 2 {
		choose(t, s, "ada", chosen)
		got, err = s.Preferences.Settings(t.Context(), "ada")
		callbackstest.Must(t, err)
		callbackstest.Same(t, "settings", got, chosen)
		chosen.Failures = true
	}
}

// choose replaces what somebody chose.
func choose(t testing.TB, s Stores, person string, chosen notice.Settings) {
	t.Helper()
	callbackstest.Must(t, s.Preferences.ChangeSettings(t.Context(), person, t0, func(kept *notice.Settings) error {
		*kept = chosen
		return nil
	}))
}

// settingsAtOnce: changes that are made at the same time all count, also the first ones, and one that
// fails leaves nothing.
func settingsAtOnce(t *testing.T, s Stores) {
	refused := errors.New("refused")
	err := s.Preferences.ChangeSettings(t.Context(), "ada", t0, func(kept *notice.Settings) error {
		kept.Mail = true
		return refused
	})
	if !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
	var changes sync.WaitGroup
	for i := range 8 {
		changes.Go(func() {
			err := s.Preferences.ChangeSettings(t.Context(), "ada", t0, func(kept *notice.Settings) error {
				kept.Mutes = append(kept.Mutes, notice.Mute{Queue: fmt.Sprint(i), Until: t0})
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	changes.Wait()
	got, err := s.Preferences.Settings(t.Context(), "ada")
	callbackstest.Must(t, err)
	if len(got.Mutes) != 8 || got.Mail || !got.Failures {
		t.Errorf("after eight changes: %+v", got)
	}
}

// subscriptions: a browser belongs to one person, and the oldest of many goes.
func subscriptions(t *testing.T, s Stores) {
	browser := func(i int, person string) notice.Subscription {
		return notice.Subscription{
			ID: fmt.Sprint(person, i), Person: person, Endpoint: fmt.Sprint("https://push.example.com/", i), P256DH: "p", Auth: "a",
			Browser: "Firefox on Linux", MadeAt: t0.Add(time.Duration(i) * time.Second),
		}
	}
	for i := range notice.MaxSubscriptions + 1 {
		callbackstest.Must(t, s.Preferences.Subscribe(t.Context(), browser(i, "ada"), callbackstest.Person("ada")))
	}
	_, err := s.Preferences.Subscription(t.Context(), "ada0")
	if !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("the oldest one: %v, want %v", err, callbacks.ErrNotFound)
	}
	got, err := s.Preferences.Subscription(t.Context(), "ada1")
	callbackstest.Must(t, err)
	callbackstest.Same(t, "subscription", got, browser(1, "ada"))
	moved := browser(1, "bob")
	moved.MadeAt = t0.Add(time.Minute)
	callbackstest.Must(t, s.Preferences.Subscribe(t.Context(), moved, callbackstest.Person("bob")))
	for range 2 {
		callbackstest.Must(t, s.Preferences.Unsubscribe(t.Context(), "ada2", callbacks.System("push"), t0))
	}
	audited(t, s, notice.ActionUnsubscribed, "“Firefox on Linux” of the person ada")
	if added := audit(t, s, notice.ActionSubscribed); len(added) != notice.MaxSubscriptions+2 ||
		added[0] != "“Firefox on Linux”. It got somebody else’s pushes before" || added[1] != "“Firefox on Linux”" {
		t.Errorf("the audit has browsers %q", added)
	}
	all, err := s.Preferences.Subscriptions(t.Context(), "ada")
	callbackstest.Must(t, err)
	callbackstest.Same(t, "those left", len(all), notice.MaxSubscriptions-2)
	callbackstest.Same(t, "the latest", all[0], browser(notice.MaxSubscriptions, "ada"))
}

// accounts: an account belongs to one person, and a person has one a channel.
func accounts(t *testing.T, s Stores) {
	link := func(person, account string) notice.Account {
		a := notice.Account{Channel: notice.Slack, Person: person, Account: account, Name: "@" + account, LinkedAt: t0}
		callbackstest.Must(t, s.Preferences.Link(t.Context(), a, callbackstest.Person(person)))
		return a
	}
	link("ada", "U1")
	link("ada", "U2")
	link("bob", "U3")
	bob := link("bob", "U2") // ada's
	link("cy", "U4")
	for range 2 {
		callbackstest.Must(t, s.Preferences.Unlink(t.Context(), notice.Slack, "cy", callbackstest.Person("cy"), t0))
	}
	audited(t, s, notice.ActionUnlinked, "“@U4” (U4) on channel slack")
	callbackstest.Same(t, "accounts in the audit", audit(t, s, notice.ActionLinked)[:2], []string{
		"“@U4” (U4) on channel slack", "“@U2” (U2) on channel slack. It was linked to somebody else before",
	})
	linked, err := s.Preferences.Linked(t.Context(), notice.Slack, "bob")
	callbackstest.Must(t, err)
	callbackstest.Same(t, "bob's account", linked, bob)
	for _, person := range []string{"ada", "cy"} {
		if _, err := s.Preferences.Linked(t.Context(), notice.Slack, person); !errors.Is(err, callbacks.ErrNotFound) {
			t.Errorf("the account of %s: %v", person, err)
		}
	}
	callbackstest.Must(t, s.Preferences.Subscribe(t.Context(), notice.Subscription{ID: "x", Person: "bob", Endpoint: "https://push.example.com"}, callbackstest.Person("bob")))
	chosen := notice.NewSettings()
	choose(t, s, "dee", chosen)
	for _, person := range []string{"bob", "dee"} {
		sees(t, s, person, t0)
	}
	got, err := s.Preferences.Reachable(t.Context(), t0, 10)
	callbackstest.Must(t, err)
	callbackstest.Same(t, "reachable", got, map[string]notice.Reach{
		"bob": {Subscriptions: []string{"x"}, Accounts: []notice.Account{bob}}, "dee": {Settings: &chosen},
	})
}
