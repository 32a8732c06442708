package rollouttest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk/storetest"
	"countersign/internal/rollout"
)

// Run runs the contract of the store of rollouts. open returns an empty store for one test and
// closes it when the test ends; parallel tests call it.
func Run(t *testing.T, open func(*testing.T) storetest.Store) {
	storetest.RunTopics(t, open, map[string]func(*testing.T, func(*testing.T) storetest.Store){
		"Rollout": func(t *testing.T, open func(*testing.T) storetest.Store) {
			storetest.Cases(t, open, map[string]func(*testing.T, storetest.Store){
				"Reports":  reports,
				"Expire":   expire,
				"Versions": versions,
				"Change":   change,
				"AtOnce":   atOnce,
				"Hostile":  hostile,
			})
		},
	})
}

func report(t testing.TB, s rollout.Store, name string, v callbacks.ConfigVersion, at time.Time) rollout.Replica {
	t.Helper()
	r := rollout.Replica{Name: name, Version: v, LoadedAt: at, SeenAt: at}
	callbackstest.Must(t, s.ReportReplica(t.Context(), r))
	return r
}

func replicas(t testing.TB, s rollout.Store, since time.Time) []rollout.Replica {
	t.Helper()
	all, err := s.Replicas(t.Context(), since, rollout.MaxReplicas)
	callbackstest.Must(t, err)
	return all
}

// reports: a replica has one report, its latest, with every field; one that is removed has none.
func reports(t *testing.T, s storetest.Store) {
	t0 := callbackstest.T0
	callbackstest.Same(t, "replicas of an empty database", replicas(t, s, time.Time{}), nil)
	b := report(t, s, "b:8080", "v1", t0)
	report(t, s, "a:8080", "v1", t0)
	a := rollout.Replica{
		Name: "a:8080", Version: "v2", LoadedAt: t0.Add(time.Second), SeenAt: t0.Add(time.Minute),
		Problem: []string{"desk.yaml:3:1: rols: unknown key", "desk.yaml:9:3: …"}, ProblemAt: t0.Add(2 * time.Second),
	}
	callbackstest.Must(t, s.ReportReplica(t.Context(), a))
	callbackstest.Same(t, "replicas", replicas(t, s, t0), []rollout.Replica{a, b})
	one, err := s.Replicas(t.Context(), t0, 1)
	callbackstest.Must(t, err)
	callbackstest.Same(t, "at most one replica", one, []rollout.Replica{a})

	a.Problem, a.ProblemAt = nil, time.Time{}
	callbackstest.Must(t, s.ReportReplica(t.Context(), a))
	for range 2 { // the second finds nothing
		callbackstest.Must(t, s.RemoveReplica(t.Context(), "b:8080"))
	}
	callbackstest.Same(t, "replicas after one left", replicas(t, s, t0), []rollout.Replica{a})
}

// expire: old reports are not read, and are deleted a bounded number at a time, the oldest first.
func expire(t *testing.T, s storetest.Store) {
	t0 := callbackstest.T0
	report(t, s, "old", "v1", t0)
	report(t, s, "older", "v1", t0.Add(-time.Minute))
	late := report(t, s, "late", "v1", t0.Add(time.Minute))
	callbackstest.Same(t, "replicas", replicas(t, s, t0.Add(time.Second)), []rollout.Replica{late})
	for _, left := range [][]string{{"late", "old"}, {"late"}, {"late"}} {
		callbackstest.Must(t, s.ForgetReplicas(t.Context(), t0.Add(time.Minute), 1))
		var names []string
		for _, r := range replicas(t, s, time.Time{}) {
			names = append(names, r.Name)
		}
		if !slices.Equal(names, left) {
			t.Errorf("left are %q, want %q", names, left)
		}
	}
}

// versions: the first report of a version is kept, whoever runs it later and whatever becomes of
// the replica.
func versions(t *testing.T, s storetest.Store) {
	t0 := callbackstest.T0
	report(t, s, "a", "v1", t0)
	report(t, s, "a", "v2", t0.Add(time.Hour))
	report(t, s, "b", "v2", t0.Add(2*time.Hour))
	report(t, s, "b", "v1", t0.Add(3*time.Hour)) // rolled back
	report(t, s, "b", "v3", t0.Add(4*time.Hour))
	callbackstest.Must(t, s.RemoveReplica(t.Context(), "a"))
	want := []rollout.Version{
		{Version: "v3", FirstSeenAt: t0.Add(4 * time.Hour), FirstSeenBy: "b"},
		{Version: "v2", FirstSeenAt: t0.Add(time.Hour), FirstSeenBy: "a"},
		{Version: "v1", FirstSeenAt: t0, FirstSeenBy: "a"},
	}
	for limit := 1; limit <= len(want)+1; limit++ {
		got, err := s.ConfigVersions(t.Context(), limit)
		callbackstest.Must(t, err)
		callbackstest.Same(t, fmt.Sprintf("the %d latest versions", limit), got, want[:min(limit, len(want))])
	}
}

// change: a version is kept with the text of its first report, and compared with the one before it.
func change(t *testing.T, s storetest.Store) {
	t0 := callbackstest.T0
	for i, r := range []rollout.Replica{{Version: "v1", Text: "a: 1\n"}, {Version: "v2"}, {Version: "v1", Text: "other"}, {Version: "v3", Text: "a: 3\x00\n"}} {
		r.Name, r.SeenAt = "a", t0.Add(time.Duration(i)*time.Hour)
		callbackstest.Must(t, s.ReportReplica(t.Context(), r))
	}
	version := func(v callbacks.ConfigVersion, hours int) rollout.Version {
		return rollout.Version{Version: v, FirstSeenAt: t0.Add(time.Duration(hours) * time.Hour), FirstSeenBy: "a"}
	}
	for _, want := range []rollout.Change{
		{After: version("v1", 0), Is: "a: 1\n"},
		{Before: version("v1", 0), After: version("v2", 1), Was: "a: 1\n"},
		{Before: version("v2", 1), After: version("v3", 3), Is: "a: 3\uFFFD\n"},
	} {
		got, err := s.ConfigChange(t.Context(), want.After.Version)
		callbackstest.Must(t, err)
		callbackstest.Same(t, string(want.After.Version), got, want)
	}
	if _, err := s.ConfigChange(t.Context(), "v4"); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("a version that never ran: %v", err)
	}
}

// atOnce: replicas that start together report the same new version.
func atOnce(t *testing.T, s storetest.Store) {
	const n = 8
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			r := rollout.Replica{Name: fmt.Sprintf("replica-%d", i), Version: "v1", SeenAt: callbackstest.T0}
			if err := s.ReportReplica(t.Context(), r); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	seen, err := s.ConfigVersions(t.Context(), n)
	callbackstest.Must(t, err)
	if got := replicas(t, s, time.Time{}); len(got) != n || len(seen) != 1 {
		t.Errorf("%d replicas and %d versions are on record, want %d and 1", len(got), len(seen), n)
	}
}

// hostile: a report is stored whatever its texts hold, and its replica can be removed.
func hostile(t *testing.T, s storetest.Store) {
	const name = "host\x00 and \xff:8080"
	r := rollout.Replica{Name: name, Version: "v1", Problem: []string{"nul \x00"}, SeenAt: callbackstest.T0}
	for range 2 {
		callbackstest.Must(t, s.ReportReplica(t.Context(), r))
	}
	got := replicas(t, s, time.Time{})
	if len(got) != 1 || got[0].Name != "host\uFFFD and \uFFFD:8080" || got[0].Problem[0] != "nul \uFFFD" {
		t.Errorf("stored is %+q", got)
	}
	callbackstest.Must(t, s.RemoveReplica(t.Context(), name))
	callbackstest.Same(t, "replicas", replicas(t, s, time.Time{}), nil)
}
