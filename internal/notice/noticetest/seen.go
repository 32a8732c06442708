package noticetest

import (
	"errors"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/notice"
	"countersign/internal/people"
)

// sees has somebody use the desk.
func sees(t testing.TB, s Stores, person string, at time.Time) {
	t.Helper()
	callbackstest.Must(t, s.Desk.KeepPerson(t.Context(), people.NewProfile(callbacks.Person{ID: person, Name: person}, false, at)))
}

// reach has somebody choose settings, a browser and an account.
func reach(t testing.TB, s Stores, person string) {
	t.Helper()
	choose(t, s, person, notice.Settings{Mutes: []notice.Mute{{Queue: "finance", Until: t0}}})
	by := callbackstest.Person(person)
	callbackstest.Must(t, s.Preferences.Subscribe(t.Context(),
		notice.Subscription{ID: person, Person: person, Endpoint: "https://push.example.com/" + person, Browser: "Firefox"}, by))
	callbackstest.Must(t, s.Preferences.Link(t.Context(), notice.Account{Channel: notice.Slack, Person: person, Account: "U-" + person, Name: person}, by))
}

// seen: those who were seen last are reached as they chose, however many others once chose something.
func seen(t *testing.T, s Stores) {
	for i, person := range []string{"ada", "bob", "cy", "zoe"} {
		sees(t, s, person, t0.Add(time.Duration(i)*time.Hour))
		reach(t, s, person)
	}
	for _, limit := range []int{1, 10} {
		got, err := s.Preferences.Reachable(t.Context(), t0.Add(3*time.Hour), limit)
		callbackstest.Must(t, err)
		zoe := got["zoe"]
		if len(got) != 1 || zoe.Settings == nil || len(zoe.Settings.Mutes) != 1 || len(zoe.Subscriptions) != 1 || len(zoe.Accounts) != 1 {
			t.Errorf("at most %d: %+v", limit, got)
		}
	}
}

// forgetPeople: what people chose goes with its places when they were not seen for long, on record.
func forgetPeople(t *testing.T, s Stores) {
	for i, person := range []string{"ada", "bob", "cy"} {
		sees(t, s, person, t0.Add(time.Duration(i)*time.Hour))
		reach(t, s, person)
	}
	forget := func(limit int) {
		callbackstest.Must(t, s.Preferences.ForgetPeople(t.Context(), t0.Add(2*time.Hour), limit, callbacks.System("notices"), t0))
	}
	left := func(want ...string) {
		t.Helper()
		got, err := s.Preferences.Reachable(t.Context(), t0, 10)
		callbackstest.Must(t, err)
		for _, person := range want {
			if r := got[person]; r.Settings == nil || len(r.Subscriptions) != 1 || len(r.Accounts) != 1 {
				t.Errorf("%s is left with %+v", person, r)
			}
		}
		callbackstest.Same(t, "people left", len(got), len(want))
	}
	forget(1)
	left("ada", "cy")
	forget(10)
	forget(10)
	left("cy")
	audited(t, s, notice.ActionUnlinked, "“ada” (U-ada) on channel slack of the person ada", "“bob” (U-bob) on channel slack of the person bob")
	audited(t, s, notice.ActionUnsubscribed, "“Firefox” of the person ada", "“Firefox” of the person bob")
	got, err := s.Preferences.Settings(t.Context(), "ada")
	callbackstest.Must(t, err)
	callbackstest.Same(t, "settings", got, notice.NewSettings())
	if _, err := s.Preferences.Subscription(t.Context(), "ada"); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("the browser: %v", err)
	}
}
