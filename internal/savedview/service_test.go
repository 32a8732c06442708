package savedview_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/fault"
	"countersign/internal/people"
	"countersign/internal/savedview"
	"countersign/internal/sqlstore"
	"countersign/internal/sqlstore/sqlstoretest"
)

// desk is a service on a real database.
type desk struct {
	*savedview.Service
	t     *testing.T
	store *sqlstore.Store
}

func open(t *testing.T) desk {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), sqlstoretest.NewDatabase(t))
	callbackstest.Must(t, err)
	t.Cleanup(func() { _ = store.Close() })
	return desk{savedview.New(store.Views(), callbackstest.NewClock(callbackstest.T0).Now), t, store}
}

// person signs in with groups, as often as they change.
func (d desk) person(name string, groups ...string) callbacks.Person {
	d.t.Helper()
	p := callbacks.Person{ID: "p-" + name, Issuer: "https://login.example.com", Subject: name, Name: name, Groups: groups, GroupsReadAt: callbackstest.T0}
	callbackstest.Must(d.t, d.store.KeepPerson(d.t.Context(), people.NewProfile(p, true, callbackstest.T0)))
	return p
}

func (d desk) names(p callbacks.Person) string {
	d.t.Helper()
	all, err := d.Views(d.t.Context(), p)
	callbackstest.Must(d.t, err)
	var names []string
	for _, v := range all {
		names = append(names, v.Name)
	}
	return strings.Join(names, ", ")
}

func (d desk) save(p callbacks.Person, name, group string) savedview.View {
	d.t.Helper()
	v, err := d.Save(d.t.Context(), p, name, group, "scope=mine")
	callbackstest.Must(d.t, err)
	return v
}

// TestWhoSees: own views come first, then those that members of one's groups share, as long as they are
// members.
func TestWhoSees(t *testing.T) {
	t.Parallel()
	d := open(t)
	ada, ben, eve := d.person("ada", "ops", "night"), d.person("ben", "ops"), d.person("eve", "sales")
	d.save(ada, "zebra", "ops")
	d.save(ada, "Apple", "")
	d.save(ben, "banana", "ops")
	for _, c := range []struct {
		p    callbacks.Person
		want string
	}{{ada, "Apple, zebra, banana"}, {ben, "banana, zebra"}, {eve, ""}} {
		if got := d.names(c.p); got != c.want {
			t.Errorf("%s sees %q, want %q", c.p.Name, got, c.want)
		}
	}
	ada = d.person("ada", "night") // leaves ops
	if got := d.names(ben); got != "banana" {
		t.Errorf("once its owner left: %q", got)
	}
	if got := d.names(ada); got != "Apple, zebra" {
		t.Errorf("the owner who left sees %q", got)
	}
}

// TestOwnerAlone: nobody else renames, changes or deletes a view, shared or not.
func TestOwnerAlone(t *testing.T) {
	t.Parallel()
	d := open(t)
	ctx, ada, ben := t.Context(), d.person("ada", "ops"), d.person("ben", "ops")
	v := d.save(ada, "Deploys", "ops")
	_, renamed := d.Rename(ctx, ben, v.ID, "Mine", "")
	_, refiltered := d.Refilter(ctx, ben, v.ID, "scope=history")
	for _, err := range []error{renamed, refiltered, d.Delete(ctx, ben, v.ID)} {
		if !errors.Is(err, callbacks.ErrNotFound) {
			t.Errorf("another person: %v", err)
		}
	}
	if _, err := d.Rename(ctx, ada, v.ID, "Releases", ""); err != nil || d.names(ben) != "" || d.names(ada) != "Releases" {
		t.Errorf("no longer shared: %v, %q, %q", err, d.names(ben), d.names(ada))
	}
	changed, err := d.Refilter(ctx, ada, v.ID, "scope=history")
	if err != nil || changed.Query != "scope=history" || changed.Name != "Releases" {
		t.Errorf("%+v, %v", changed, err)
	}
	if err := d.Delete(ctx, ada, v.ID); err != nil || d.names(ada) != "" {
		t.Errorf("deleted: %v, %q", err, d.names(ada))
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	d := open(t)
	ada := d.person("ada", "ops", "night")
	v := d.save(ada, "Deploys", "ops")
	for name, c := range map[string]struct {
		name, group, query string
		field              string
	}{
		"empty":       {" ", "", "", "name"},
		"hidden":      {"a\u202eb", "", "", "name"},
		"lines":       {"a\nb", "", "", "name"},
		"long":        {strings.Repeat("ü", 61), "", "", "name"},
		"twice":       {"deploys", "", "", "name"},
		"not a group": {"x", "sales", "", "group"},
		"query":       {"x", "", strings.Repeat("q", savedview.MaxQuery+1), "list"},
	} {
		_, err := d.Save(t.Context(), ada, c.name, c.group, c.query)
		if faults, ok := errors.AsType[fault.List](err); !ok || faults[0].Pointer != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	d.save(ada, strings.Repeat("ü", savedview.MaxNameRunes), "")
	ada = d.person("ada", "night") // what she shared with a group that she left may keep its name for it
	if _, err := d.Rename(t.Context(), ada, v.ID, "Releases", "ops"); err != nil {
		t.Error(err)
	}
	for i := 2; i < savedview.MaxOwn; i++ {
		d.save(ada, fmt.Sprint(i), "night")
	}
	if _, err := d.Save(t.Context(), ada, "one more", "", ""); err == nil || !strings.Contains(err.Error(), "no more fit") {
		t.Errorf("one more: %v", err)
	}
	ben, eve := d.person("ben", "night"), d.person("eve", "night")
	for i := range savedview.MaxOwn {
		d.save(ben, fmt.Sprint(i), "night")
	}
	d.save(eve, "last but one", "night")
	d.save(eve, "last", "night")
	if _, err := d.Save(t.Context(), eve, "one more", "night", ""); err == nil || !strings.Contains(err.Error(), "100 views") {
		t.Errorf("one more of the group: %v", err)
	}
}
