package storetest

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/people"
)

// RunPeople runs the contract of [people.Store]. open is as for [RunStore].
func RunPeople(t *testing.T, open func(*testing.T) Store) {
	for name, test := range map[string]func(*testing.T, Store){
		"NotFound":  personNotFound,
		"AddsUp":    personAddsUp,
		"LateNews":  personLate,
		"Hostile":   personHostile,
		"AtOnce":    personAtOnce,
		"Namesakes": personNamesakes,
		"Seen":      personSeen,
	} {
		t.Run("People/"+name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// ines is a person as a provider names them.
func ines() callbacks.Person {
	return callbacks.Person{
		ID: "p-ines", Issuer: "https://login.example.com", Subject: "00u1", Name: "Ines Calloway", Email: "ines@example.com",
		GivenName: "Ines", FamilyName: "Calloway", UserNames: []string{"ines", "ines.calloway@example.com"},
		Groups: []string{"finance"}, GroupsReadAt: callbackstest.T0,
	}
}

func keep(t testing.TB, s people.Store, p callbacks.Person, verified bool, at time.Time) {
	t.Helper()
	if err := s.KeepPerson(t.Context(), people.NewProfile(p, verified, at)); err != nil {
		t.Fatalf("keep: %v", err)
	}
}

func profile(t testing.TB, s people.Store, id string) people.Profile {
	t.Helper()
	p, err := s.Profile(t.Context(), id)
	if err != nil {
		t.Fatalf("profile of %s: %v", id, err)
	}
	return p
}

func wantProfile(t testing.TB, s people.Store, want people.Profile) {
	t.Helper()
	if diff := cmp.Diff(want, profile(t, s, want.ID), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the profile differs (-want +got):\n%s", diff)
	}
}

func personNotFound(t *testing.T, s Store) {
	if _, err := s.Profile(t.Context(), "p-nobody"); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

// personAddsUp: the latest values count, and every address and user name is kept.
func personAddsUp(t *testing.T, s Store) {
	keep(t, s, ines(), true, callbackstest.T0)
	later := ines()
	later.Name, later.Email, later.UserNames = "Ines Reyes", "ines.reyes@example.com", []string{"ireyes"}
	later.Groups, later.GroupsReadAt = []string{"controllers"}, callbackstest.T0.Add(time.Hour)
	keep(t, s, later, false, callbackstest.T0.Add(time.Hour))
	wantProfile(t, s, people.Profile{
		ID: "p-ines", Issuer: "https://login.example.com", Subject: "00u1", Name: "Ines Reyes", GivenName: "Ines", FamilyName: "Calloway",
		Email: "ines.reyes@example.com",
		Addresses: []people.KnownAddress{
			{Address: "ines.reyes@example.com", SeenAt: callbackstest.T0.Add(time.Hour)},
			{Address: "ines@example.com", SeenAt: callbackstest.T0, VerifiedAt: callbackstest.T0},
			{Address: "ines.calloway@example.com", SeenAt: callbackstest.T0},
		},
		UserNames: []string{"ireyes", "ines"},
		Groups:    []string{"controllers"}, GroupsReadAt: callbackstest.T0.Add(time.Hour), FirstSeenAt: callbackstest.T0, LastSeenAt: callbackstest.T0.Add(time.Hour),
	})
}

// personLate: older values that another replica writes later replace nothing.
func personLate(t *testing.T, s Store) {
	keep(t, s, ines(), false, callbackstest.T0.Add(time.Hour))
	earlier := ines()
	earlier.Name, earlier.Groups, earlier.GroupsReadAt, earlier.Email = "Ines Old", []string{"audit"}, callbackstest.T0.Add(-time.Hour), "INES@example.com"
	keep(t, s, earlier, true, callbackstest.T0.Add(-time.Hour))
	got := profile(t, s, "p-ines")
	if got.Name != "Ines Calloway" || got.Groups[0] != "finance" || !got.GroupsReadAt.Equal(callbackstest.T0) {
		t.Errorf("the earlier reading counts: %+v", got)
	}
	if !got.FirstSeenAt.Equal(callbackstest.T0.Add(-time.Hour)) || !got.LastSeenAt.Equal(callbackstest.T0.Add(time.Hour)) {
		t.Errorf("seen from %v to %v", got.FirstSeenAt, got.LastSeenAt)
	}
	want := people.KnownAddress{Address: "ines@example.com", SeenAt: callbackstest.T0.Add(time.Hour), VerifiedAt: callbackstest.T0.Add(-time.Hour)}
	if len(got.Addresses) != 2 || got.Addresses[0] != want {
		t.Errorf("addresses %+v", got.Addresses)
	}
}

// personHostile: values of a provider are bounded in number and length, and stored whatever they
// contain.
func personHostile(t *testing.T, s Store) {
	p := ines()
	p.Name = "nul \x00 and \xff" + strings.Repeat("n", 5000)
	p.Groups = append([]string{strings.Repeat("g", 5000), "finance\x00"}, make([]string, 5000)...)
	for i := range 40 {
		p.UserNames = []string{strings.Repeat("u", i+1), strings.Repeat("a", i+1) + "@example.com", strings.Repeat("x", 5000)}
		keep(t, s, p, true, callbackstest.T0.Add(time.Duration(i)*time.Second))
	}
	got := profile(t, s, p.ID)
	if len(got.Addresses) != 16 || len(got.UserNames) != 16 || len(got.Groups) != 1000 || len(got.Name) > 2000 {
		t.Errorf("kept %d addresses, %d user names, %d groups, a name of %d bytes", len(got.Addresses), len(got.UserNames), len(got.Groups), len(got.Name))
	}
	if got.UserNames[0] != strings.Repeat("u", 40) || got.Addresses[0].Address != p.Email {
		t.Errorf("the first are %q and %q, want those seen last", got.UserNames[0], got.Addresses[0].Address)
	}
}

// personAtOnce: if several people first sign in at once, none is lost.
func personAtOnce(t *testing.T, s Store) {
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			p := ines()
			p.UserNames = []string{strings.Repeat("u", i+1)}
			if err := s.KeepPerson(t.Context(), people.NewProfile(p, false, callbackstest.T0)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := profile(t, s, "p-ines"); len(got.UserNames) != 8 {
		t.Errorf("user names %q", got.UserNames)
	}
}

// personNamesakes: one subject at two issuers means two people.
func personNamesakes(t *testing.T, s Store) {
	other := ines()
	other.ID, other.Issuer, other.Name = "p-other", "https://id.example.org", "Ines Other"
	keep(t, s, ines(), false, callbackstest.T0)
	keep(t, s, other, false, callbackstest.T0)
	if one, two := profile(t, s, "p-ines"), profile(t, s, "p-other"); one.Name != "Ines Calloway" || two.Name != "Ines Other" {
		t.Errorf("got %q and %q", one.Name, two.Name)
	}
}

// personSeen: people who were seen lately come first, and nobody who was not.
func personSeen(t *testing.T, s Store) {
	for i, id := range []string{"p-old", "p-edge", "p-late", "p-last"} {
		p := ines()
		p.ID = id
		keep(t, s, p, true, callbackstest.T0.Add(time.Duration(i)*time.Hour))
	}
	for _, tc := range []struct {
		limit int
		want  []string
	}{{10, []string{"p-last", "p-late", "p-edge"}}, {2, []string{"p-last", "p-late"}}} {
		seen, err := s.PeopleSeen(t.Context(), callbackstest.T0.Add(time.Hour), tc.limit)
		var ids []string
		for _, p := range seen {
			ids = append(ids, p.ID)
		}
		if diff := cmp.Diff(tc.want, ids); diff != "" || err != nil {
			t.Errorf("%v, at most %d: -want +got:\n%s", err, tc.limit, diff)
		}
		if seen[0].Groups[0] != "finance" {
			t.Errorf("groups %q", seen[0].Groups)
		}
	}
}
