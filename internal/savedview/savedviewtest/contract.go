package savedviewtest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/people"
	"countersign/internal/savedview"
)

// Stores are the parts of one database that the contract needs.
type Stores struct {
	People people.Store
	Views  savedview.Store
}

// Run runs the contract. open returns an empty database for one test and closes it when the test
// ends; parallel tests call it.
func Run(t *testing.T, open func(*testing.T) Stores) {
	for name, test := range map[string]func(*testing.T, Stores){
		"Kept": kept, "Refused": refused, "Shared": shared, "AtOnce": atOnce, "Hostile": hostile,
	} {
		t.Run("Views/"+name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

func view(owner, name, group string) savedview.View {
	return savedview.View{
		ID: callbacks.NewIDAt(callbackstest.T0), Owner: callbackstest.Person(owner), Name: name, Group: group, Query: "queue=ops&scope=mine", At: callbackstest.T0,
	}
}

func put(t testing.TB, s Stores, v savedview.View) {
	t.Helper()
	callbackstest.Must(t, s.Views.Change(t.Context(), v.Owner.ID, func([]savedview.View) (savedview.Step, error) { return savedview.Step{Put: &v}, nil }))
}

func own(t testing.TB, s Stores, owner string) []savedview.View {
	t.Helper()
	all, err := s.Views.Own(t.Context(), owner)
	callbackstest.Must(t, err)
	return all
}

// seen are the names of the views that are shared with groups.
func seen(t testing.TB, s Stores, limit int, groups ...string) (names []string) {
	t.Helper()
	all, err := s.Views.Shared(t.Context(), groups, limit)
	callbackstest.Must(t, err)
	for _, v := range all {
		names = append(names, v.Name)
	}
	return names
}

func kept(t *testing.T, s Stores) {
	deploys := view("ada", "Deploys", "ops")
	put(t, s, deploys)
	put(t, s, view("ben", "Audits", ""))
	callbackstest.Same(t, "what was put", own(t, s, deploys.Owner.ID), []savedview.View{deploys})
	deploys.Name, deploys.Group, deploys.Query = "Releases", "", "queue=releases&scope=mine"
	put(t, s, deploys)
	callbackstest.Same(t, "what was put again", own(t, s, deploys.Owner.ID), []savedview.View{deploys})
	err := s.Views.Change(t.Context(), deploys.Owner.ID, func(all []savedview.View) (savedview.Step, error) {
		callbackstest.Same(t, "what a change gets", all, []savedview.View{deploys})
		return savedview.Step{Delete: deploys.ID}, nil
	})
	callbackstest.Must(t, err)
	callbackstest.Same(t, "left", len(own(t, s, deploys.Owner.ID)), 0)
	callbackstest.Same(t, "of the other person", len(own(t, s, callbackstest.Person("ben").ID)), 1)
}

func refused(t *testing.T, s Stores) {
	no, v := errors.New("no"), view("ada", "Deploys", "")
	err := s.Views.Change(t.Context(), v.Owner.ID, func([]savedview.View) (savedview.Step, error) { return savedview.Step{Put: &v}, no })
	if !errors.Is(err, no) || len(own(t, s, v.Owner.ID)) != 0 {
		t.Errorf("%v, and %d are kept", err, len(own(t, s, v.Owner.ID)))
	}
}

func shared(t *testing.T, s Stores) {
	ada := callbackstest.Person("ada")
	callbackstest.Must(t, s.People.KeepPerson(t.Context(), people.NewProfile(callbacks.Person{
		ID: ada.ID, Issuer: "https://login.example.com", Subject: "ada", Name: "Ada", Groups: []string{"ops", "night"}, GroupsReadAt: callbackstest.T0,
	}, true, callbackstest.T0)))
	for _, v := range []savedview.View{view("ada", "C", "ops"), view("ada", "A", "night"), view("ada", "own", ""), view("stranger", "B", "ops")} {
		put(t, s, v)
	}
	for _, c := range []struct {
		limit  int
		groups []string
		want   []string
	}{
		{10, []string{"ops"}, []string{"B", "C"}},
		{10, []string{"night", "ops", "none"}, []string{"A", "B", "C"}},
		{2, []string{"night", "ops"}, []string{"A", "B"}},
		{10, []string{"none"}, nil},
		{10, []string{""}, nil},
		{10, nil, nil},
	} {
		if got := seen(t, s, c.limit, c.groups...); !slices.Equal(got, c.want) {
			t.Errorf("%d of %q: %q, want %q", c.limit, c.groups, got, c.want)
		}
	}
	all, err := s.Views.Shared(t.Context(), []string{"ops"}, 10)
	callbackstest.Must(t, err)
	callbackstest.Same(t, "groups of nobody known", len(all[0].OwnerGroups), 0)
	callbackstest.Same(t, "groups of the owner", all[1].OwnerGroups, []string{"ops", "night"})
}

// atOnce: of many changes at the same moment, each sees what those before it wrote.
func atOnce(t *testing.T, s Stores) {
	ada := callbackstest.Person("ada")
	callbackstest.Must(t, s.People.KeepPerson(t.Context(), people.NewProfile(callbacks.Person{ID: ada.ID, Name: "Ada"}, true, callbackstest.T0)))
	full := errors.New("full")
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			v := view("ada", fmt.Sprint(i), "")
			err := s.Views.Change(t.Context(), ada.ID, func(own []savedview.View) (savedview.Step, error) {
				if len(own) == 3 {
					return savedview.Step{}, full
				}
				return savedview.Step{Put: &v}, nil
			})
			if err != nil && !errors.Is(err, full) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	callbackstest.Same(t, "kept", len(own(t, s, ada.ID)), 3)
}

func hostile(t *testing.T, s Stores) {
	v := view("ada", "a\x00b\xff'; drop table saved_views", "g\x00")
	v.Query = "q=" + strings.Repeat("%00", 100) + "\x00"
	put(t, s, v)
	callbackstest.Same(t, "kept", len(own(t, s, v.Owner.ID)), 1)
	callbackstest.Same(t, "shared", len(seen(t, s, 10, "g\x00")), 1)
}
