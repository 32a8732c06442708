package delegationtest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/delegation"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/people"
)

// Run runs the contract of the store of delegations. open returns an empty store for one test and
// closes it when the test ends; parallel tests call it.
func Run(t *testing.T, open func(*testing.T) storetest.Store) {
	storetest.RunTopics(t, open, map[string]func(*testing.T, func(*testing.T) storetest.Store){
		"Delegations": func(t *testing.T, open func(*testing.T) storetest.Store) {
			storetest.Cases(t, open, map[string]func(*testing.T, storetest.Store){
				"Added":   added,
				"InForce": inForce,
				"Ended":   ended,
				"During":  during,
				"Several": toSeveral,
				"Queue":   inQueue,
				"AtOnce":  atOnce,
				"Listed":  listed,
				"People":  findPeople,
				"Groups":  groupsChange,
			})
		},
	})
}

var t0 = callbackstest.T0

// keep has a person sign in.
func keep(t testing.TB, s storetest.Store, id, name string, groups ...string) people.Profile {
	t.Helper()
	p := callbacks.Person{ID: id, Name: name, Email: id + "@harborline.example", Groups: groups, GroupsReadAt: t0}
	callbackstest.Must(t, s.KeepPerson(t.Context(), people.NewProfile(p, true, t0)))
	profile, err := s.Profile(t.Context(), id)
	callbackstest.Must(t, err)
	return profile
}

// between is a delegation of an hour.
func between(from, to string, since time.Time) delegation.Delegation {
	return delegation.Delegation{
		ID: callbacks.NewID(), From: callbackstest.Person(from), To: callbackstest.Person(to),
		Queues: []string{"finance", "releases"}, Since: since, Until: since.Add(time.Hour),
		MadeBy: callbackstest.Person("ops"), MadeAt: t0,
	}
}

func entry(action callbacks.Action) callbacks.AuditEntry {
	return callbacks.AuditEntry{At: t0, Actor: callbackstest.Person("ops"), Action: action, Detail: "Ada acts for Mara."}
}

func add(t testing.TB, s delegation.Store, d delegation.Delegation) delegation.Delegation {
	t.Helper()
	free := func([]delegation.Delegation) error { return nil }
	callbackstest.Must(t, s.AddDelegation(t.Context(), d, free, entry(callbacks.ActionDelegated)))
	return d
}

func to(t testing.TB, s delegation.Store, person string, now time.Time) []delegation.Held {
	t.Helper()
	all, err := s.DelegationsTo(t.Context(), []callbacks.Person{{ID: person}}, "", now, now, 10)
	callbackstest.Must(t, err)
	return all
}

// added: a delegation is found by its delegate while it is in force, with what is stored of the
// delegator; the check sees those of both people that are not over, and can refuse.
func added(t *testing.T, s storetest.Store) {
	mara := keep(t, s, "mara", "Mara Okafor", "finance-approvers")
	keep(t, s, "ada", "Ada Lund")
	if last, err := s.LastDelegationEnd(t.Context()); !last.IsZero() || err != nil {
		t.Errorf("of none: %v, %v", last, err)
	}
	d := add(t, s, between("mara", "ada", t0.Add(time.Hour)))
	want := []delegation.Held{{Delegation: d, Delegator: mara}}
	for at, found := range map[time.Duration][]delegation.Held{0: nil, time.Hour: want, 2*time.Hour - time.Millisecond: want, 2 * time.Hour: nil} {
		callbackstest.Same(t, fmt.Sprint("in force after ", at), to(t, s, "ada", t0.Add(at)), found)
	}
	if last, err := s.LastDelegationEnd(t.Context()); err != nil || !last.Equal(d.Until) {
		t.Errorf("the last ends at %v, %v", last, err)
	}
	callbackstest.Same(t, "to the delegator", to(t, s, "mara", t0.Add(time.Hour)), nil)

	over := between("mara", "teo", t0.Add(-3*time.Hour))
	other := between("teo", "dana", t0)
	add(t, s, over)
	add(t, s, other)
	refused := errors.New("refused")
	for name, tt := range map[string]struct {
		d    delegation.Delegation
		seen []delegation.Delegation
	}{
		"ByTheSame":   {between("mara", "dana", t0), []delegation.Delegation{d, other}},
		"TheOtherWay": {between("ada", "mara", t0), []delegation.Delegation{d}},
		"ByOthers":    {between("rita", "pete", t0), nil},
	} {
		var seen []delegation.Delegation
		err := s.AddDelegation(t.Context(), tt.d, func(others []delegation.Delegation) error { seen = others; return refused }, entry(callbacks.ActionDelegated))
		if !errors.Is(err, refused) {
			t.Errorf("%s: got %v", name, err)
		}
		if !sameIDs(seen, tt.seen) {
			t.Errorf("%s: checked against %+v, want %+v", name, seen, tt.seen)
		}
	}
	if n := len(storetest.Audit(t, s, desk.AuditQuery{Action: callbacks.ActionDelegated})); n != 3 {
		t.Errorf("%d audit entries, want one of each that was added", n)
	}
}

// sameIDs compares delegations in any order.
func sameIDs(a, b []delegation.Delegation) bool {
	ids := map[callbacks.ID]int{}
	for _, d := range a {
		ids[d.ID]++
	}
	for _, d := range b {
		ids[d.ID]--
	}
	for _, n := range ids {
		if n != 0 {
			return false
		}
	}
	return true
}

// during: what was in force at any time from one time until another is found, also if it was ended
// since. A change sees when those end that it names.
func during(t *testing.T, s storetest.Store) {
	mara := keep(t, s, "mara", "Mara Okafor")
	early, late := add(t, s, between("mara", "ada", t0)), add(t, s, between("mara", "ada", t0.Add(3*time.Hour)))
	never := add(t, s, between("mara", "ada", t0.Add(10*time.Hour)))
	end := func(d *delegation.Delegation, at time.Duration) {
		t.Helper()
		ended, err := s.EndDelegation(t.Context(), d.ID, func(d *delegation.Delegation) (callbacks.AuditEntry, error) {
			d.Until, d.EndedBy = t0.Add(at), callbackstest.Person("ada")
			return entry(callbacks.ActionDelegationEnded), nil
		})
		callbackstest.Must(t, err)
		*d = ended
	}
	end(&early, 30*time.Minute)
	end(&never, 9*time.Hour) // before it began
	for name, tt := range map[string]struct {
		from, to time.Duration
		limit    int
		want     []delegation.Delegation
	}{
		"Both":       {0, 3 * time.Hour, 10, []delegation.Delegation{late, early}},
		"LastFirst":  {0, 3 * time.Hour, 1, []delegation.Delegation{late}},
		"JustBefore": {30*time.Minute - time.Millisecond, time.Hour, 10, []delegation.Delegation{early}},
		"Between":    {30 * time.Minute, 3*time.Hour - time.Millisecond, 10, nil},
		"NeverBegan": {9 * time.Hour, 20 * time.Hour, 10, nil},
	} {
		var want []delegation.Held
		for _, d := range tt.want {
			want = append(want, delegation.Held{Delegation: d, Delegator: mara})
		}
		got, err := s.DelegationsTo(t.Context(), []callbacks.Person{{ID: "ada"}}, "", t0.Add(tt.from), t0.Add(tt.to), tt.limit)
		callbackstest.Must(t, err)
		callbackstest.Same(t, name, got, want)
	}
	c := storetest.Put(t, s, callbackstest.NewCallback())
	_, err := s.Change(t.Context(), c.ID, callbacks.Parts{Delegations: []string{string(early.ID)}}, func(c *callbacks.Case) error {
		callbackstest.Same(t, "the ends", c.DelegationEnds, map[string]time.Time{string(early.ID): early.Until})
		c.Bookkeeping = true
		return nil
	})
	callbackstest.Must(t, err)
}

// toSeveral: those to several people are found together, and those to other accounts with the verified
// address of one of them.
func toSeveral(t *testing.T, s storetest.Store) {
	keep(t, s, "mara", "Mara Okafor")
	var made []callbacks.ID
	for i, to := range []string{"ada", "teo", "ada-2", "dana"} {
		d := between("mara", to, t0.Add(-time.Duration(i)*time.Minute))
		if to != "teo" {
			d.ToAddress = to[:3] + "@harborline.example"
		}
		made = append(made, add(t, s, d).ID)
	}
	person := func(id, address string, verified bool) callbacks.Person {
		return callbacks.Person{ID: id, Email: address, EmailVerified: verified}
	}
	for name, tt := range map[string]struct {
		to   []callbacks.Person
		want []callbacks.ID
	}{
		"Keys":       {[]callbacks.Person{person("ada", "", false), person("teo", "", false)}, made[:2]},
		"Address":    {[]callbacks.Person{person("ada", "Ada@Harborline.example", true)}, []callbacks.ID{made[0], made[2]}},
		"Unverified": {[]callbacks.Person{person("ada", "ada@harborline.example", false)}, made[:1]},
		"NoAccount":  {[]callbacks.Person{person("ada-3", "ada@harborline.example", true)}, []callbacks.ID{made[0], made[2]}},
	} {
		found, err := s.DelegationsTo(t.Context(), tt.to, "", t0, t0, 10)
		callbackstest.Must(t, err)
		var got []callbacks.ID
		for _, h := range found {
			got = append(got, h.ID)
		}
		callbackstest.Same(t, name, got, tt.want)
	}
}

// inQueue: those for a queue are found, and those for others take none of the limit.
func inQueue(t *testing.T, s storetest.Store) {
	keep(t, s, "mara", "Mara Okafor")
	made := make(map[string]callbacks.ID)
	for i, queues := range []string{"finance", "pay", "pay_x finance", "payax", "x-pay"} {
		d := between("mara", "ada", t0.Add(-time.Duration(i)*time.Minute))
		d.Queues, d.ToAddress = strings.Fields(queues), "ada@harborline.example"
		made[queues] = add(t, s, d).ID
	}
	for queue, want := range map[string][]callbacks.ID{
		"finance": {made["finance"], made["pay_x finance"]}, "pay": {made["pay"]}, "pay_x": {made["pay_x finance"]}, "x-pay": {made["x-pay"]}, "x": nil, "nance": nil,
	} {
		for _, p := range []callbacks.Person{{ID: "ada"}, {ID: "ada-2", Email: "ada@harborline.example", EmailVerified: true}} {
			found, err := s.DelegationsTo(t.Context(), []callbacks.Person{p}, queue, t0, t0, 2)
			callbackstest.Must(t, err)
			var got []callbacks.ID
			for _, h := range found {
				got = append(got, h.ID)
			}
			callbackstest.Same(t, "to "+p.ID+" in "+queue, got, want)
		}
	}
}

// inForce: those of everybody that were in force lately are found, with what is stored of the
// delegators, those first that end last, at most so many.
func inForce(t *testing.T, s storetest.Store) {
	mara, dana := keep(t, s, "mara", "Mara Okafor", "finance-approvers"), keep(t, s, "dana", "Dana Fischer")
	first := delegation.Held{Delegation: add(t, s, between("mara", "ada", t0.Add(time.Hour))), Delegator: mara}
	second := delegation.Held{Delegation: add(t, s, between("dana", "ada", t0.Add(90*time.Minute))), Delegator: dana}
	for at, want := range map[time.Duration][]delegation.Held{
		0: nil, time.Hour: {first}, 100 * time.Minute: {second, first}, 2 * time.Hour: {second, first}, 170 * time.Minute: {second}, 3 * time.Hour: nil,
	} {
		found, err := s.DelegationsSince(t.Context(), t0.Add(at-30*time.Minute), t0.Add(at), 10)
		callbackstest.Must(t, err)
		callbackstest.Same(t, fmt.Sprint("in force after ", at), found, want)
	}
	one, err := s.DelegationsSince(t.Context(), t0.Add(time.Hour), t0.Add(100*time.Minute), 1)
	callbackstest.Must(t, err)
	callbackstest.Same(t, "at most one", one, []delegation.Held{second})
}

// ended: what an end changes is written with its entry, or nothing is.
func ended(t *testing.T, s storetest.Store) {
	keep(t, s, "mara", "Mara Okafor")
	d := add(t, s, between("mara", "ada", t0))
	end := func(d *delegation.Delegation) (callbacks.AuditEntry, error) {
		d.Until, d.EndedBy = t0.Add(time.Minute), callbackstest.Person("ada")
		return entry(callbacks.ActionDelegationEnded), nil
	}
	refused := errors.New("refused")
	_, err := s.EndDelegation(t.Context(), d.ID, func(d *delegation.Delegation) (callbacks.AuditEntry, error) {
		_, _ = end(d)
		return callbacks.AuditEntry{}, refused
	})
	if !errors.Is(err, refused) || len(to(t, s, "ada", t0.Add(time.Minute))) != 1 {
		t.Errorf("a refused end: %v", err)
	}
	if _, err := s.EndDelegation(t.Context(), "unknown", end); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("an unknown delegation: %v", err)
	}
	got, err := s.EndDelegation(t.Context(), d.ID, end)
	callbackstest.Must(t, err)
	d.Until, d.EndedBy = t0.Add(time.Minute), callbackstest.Person("ada")
	callbackstest.Same(t, "the ended one", got, d)
	callbackstest.Same(t, "to the delegate", to(t, s, "ada", t0.Add(time.Minute)), nil)
	all, err := s.Delegations(t.Context(), "mara", 10)
	callbackstest.Must(t, err)
	callbackstest.Same(t, "on record", all, []delegation.Delegation{d})
	if n := len(storetest.Audit(t, s, desk.AuditQuery{Action: callbacks.ActionDelegationEnded})); n != 1 {
		t.Errorf("%d audit entries", n)
	}
}

// atOnce: of additions that concern one person, each sees those before it.
func atOnce(t *testing.T, s storetest.Store) {
	keep(t, s, "mara", "Mara Okafor")
	keep(t, s, "ada", "Ada Lund")
	first := func(others []delegation.Delegation) error {
		if len(others) > 0 {
			return errors.New("another was faster")
		}
		return nil
	}
	var all sync.WaitGroup
	for i := range 8 {
		from, to := "mara", "ada"
		if i%2 == 1 {
			from, to = to, from
		}
		all.Go(func() {
			_ = s.AddDelegation(t.Context(), between(from, to, t0), first, entry(callbacks.ActionDelegated))
		})
	}
	all.Wait()
	found, err := s.Delegations(t.Context(), "mara", 10)
	callbackstest.Must(t, err)
	if len(found) != 1 {
		t.Errorf("%d delegations, want one", len(found))
	}
}

// listed: somebody's delegations come with the latest end first, and at most so many from and to
// them.
func listed(t *testing.T, s storetest.Store) {
	keep(t, s, "mara", "Mara Okafor")
	var from, to []delegation.Delegation
	for i := range 4 {
		since := t0.Add(time.Duration(-i) * time.Hour)
		from = append(from, add(t, s, between("mara", "ada", since)))
		to = append(to, add(t, s, between("dana", "mara", since)))
	}
	add(t, s, between("dana", "ada", t0))
	got, err := s.Delegations(t.Context(), "mara", 3)
	callbackstest.Must(t, err)
	callbackstest.Same(t, "delegations", got, append(from[:3:3], to[:3]...))
}

// findPeople: people are found by the beginning of a word of their name, and of an address.
func findPeople(t *testing.T, s storetest.Store) {
	keep(t, s, "tomasz", "Tomasz  Wierzbicki")
	keep(t, s, "dana", "DANA Fischer")
	keep(t, s, "dan", "Dan Fisher-Price")
	for text, want := range map[string][]string{
		"dan": {"Dan Fisher-Price", "DANA Fischer"}, "Dana f": {"DANA Fischer"}, "wierz": {"Tomasz  Wierzbicki"},
		"tomasz wierzbicki": {"Tomasz  Wierzbicki"}, "DANA@harbor": {"DANA Fischer"}, "zz": nil, "asz": nil, "%": nil,
	} {
		var names []string
		found, err := s.FindPeople(t.Context(), people.Key(text), 10)
		callbackstest.Must(t, err)
		for _, p := range found {
			names = append(names, p.Name)
		}
		callbackstest.Same(t, "found by "+text, names, want)
	}
	if one, err := s.FindPeople(t.Context(), "dan", 1); err != nil || len(one) != 1 {
		t.Errorf("at most one: %+v, %v", one, err)
	}
}

// groupsChange: a person who has another name is not found by the one before.
func groupsChange(t *testing.T, s storetest.Store) {
	keep(t, s, "ines", "Ines Calloway")
	p := callbacks.Person{ID: "ines", Name: "Ines Reyes", GroupsReadAt: t0.Add(time.Hour)}
	callbackstest.Must(t, s.KeepPerson(t.Context(), people.NewProfile(p, false, t0.Add(time.Hour))))
	for text, want := range map[string]int{"reyes": 1, "calloway": 0, "ines@": 1} {
		if found, err := s.FindPeople(t.Context(), text, 10); err != nil || len(found) != want {
			t.Errorf("found by %s: %+v, %v; want %d", text, found, err, want)
		}
	}
}
