package rollout_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/desktest"
	"countersign/internal/reload"
	"countersign/internal/rollout"
)

var admin = callbacks.Person{ID: "aiko", Roles: callbacks.Roles{Admin: true}}

// counted is a store that counts reports.
type counted struct {
	rollout.Store
	reports int
}

func (s *counted) ReportReplica(ctx context.Context, r rollout.Replica, entries ...callbacks.AuditEntry) error {
	s.reports++
	return s.Store.ReportReplica(ctx, r, entries...)
}

// process is a replica.
type process struct {
	*rollout.Reporter
	running reload.State
	store   *counted
}

// start makes a replica that runs version v1 since now.
func start(d *desktest.Desk, name string) *process {
	p := &process{running: reload.State{Version: "v1", LoadedAt: d.Clock.Now()}, store: &counted{Store: d.Store}}
	p.Reporter = rollout.NewReporter(rollout.Config{
		Store: p.store, Name: name, Running: func() reload.State { return p.running },
		Log: slog.New(slog.DiscardHandler), Now: d.Clock.Now,
	})
	return p
}

func (p *process) round(t *testing.T) {
	t.Helper()
	callbackstest.Must(t, p.RunOnce(t.Context()))
}

func (p *process) status(t *testing.T) rollout.Status {
	t.Helper()
	s, err := p.Status(t.Context(), admin)
	callbackstest.Must(t, err)
	return s
}

// names lists replicas as "name version".
func names(replicas []rollout.Replica) (all []string) {
	for _, r := range replicas {
		all = append(all, r.Name+" "+string(r.Version))
	}
	return all
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// TestReporter_Renews: what has not changed is reported every 30 seconds, a change with the next
// round.
func TestReporter_Renews(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	a := start(d, "a")
	rounds := func(step string, after time.Duration, want int) {
		t.Helper()
		d.Clock.Advance(after)
		a.round(t)
		if a.store.reports != want {
			t.Errorf("%s: %d reports, want %d", step, a.store.reports, want)
		}
	}
	rounds("first", 0, 1)
	rounds("too early", 29*time.Second, 1)
	rounds("renewal", time.Second, 2)
	a.running.Version = "v2"
	rounds("another version", 5*time.Second, 3)
	a.running.Problem = []string{"countersign.yaml:3:1: rols: unknown key"}
	rounds("a file that was refused", 5*time.Second, 4)
	rounds("nothing new", 5*time.Second, 4)
}

// TestReporter_Audit: each version that a replica runs is on record, and each file that it refused,
// once.
func TestReporter_Audit(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	a := start(d, "a")
	rounds := func() { // what has not changed is no news
		a.round(t)
		d.Clock.Advance(time.Minute)
		a.round(t)
	}
	rounds()
	a.running.Problem, a.running.ProblemAt = []string{"countersign.yaml:3:1: rols: unknown key", "more"}, d.Clock.Now()
	rounds()
	a.running = reload.State{Version: "v2", LoadedAt: d.Clock.Now()}
	rounds()
	entries, err := d.Store.Audit(t.Context(), desk.AuditQuery{Limit: 10})
	callbackstest.Must(t, err)
	var got []string
	for _, e := range slices.Backward(entries) {
		got = append(got, e.Actor.ID+" "+string(e.Action)+": "+e.Detail)
	}
	same(t, "on record", got, []string{
		"a policy.loaded: a runs version v1 of countersign.yaml.",
		"a policy.refused: a refused a newer countersign.yaml, and still runs version v1. First fault: countersign.yaml:3:1: rols: unknown key",
		"a policy.loaded: a runs version v2 of countersign.yaml.",
	})
}

// TestReporter_Replicas: replicas see each other, their own state as it is, and those that died or
// stopped no more.
func TestReporter_Replicas(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	a, b := start(d, "a"), start(d, "b")
	same(t, "alone, before the first report", names(a.status(t).Replicas), []string{"a v1"})
	a.round(t)
	b.round(t)
	same(t, "both", names(b.status(t).Replicas), []string{"a v1", "b v1"})
	if s := b.status(t); rollout.Differ(s.Replicas) || s.Self != "b" {
		t.Errorf("two that agree differ: %+v", s)
	}
	b.running.Version = "v2"
	same(t, "own state before its report", names(b.status(t).Replicas), []string{"a v1", "b v2"})
	same(t, "state of the other", names(a.status(t).Replicas), []string{"a v1", "b v1"})
	b.round(t)
	if s := a.status(t); !rollout.Differ(s.Replicas) {
		t.Errorf("two that differ agree: %+v", s)
	}
	d.Clock.Advance(90 * time.Second)
	same(t, "last second", names(b.status(t).Replicas), []string{"a v1", "b v2"})
	d.Clock.Advance(time.Second)
	same(t, "dead", names(b.status(t).Replicas), []string{"b v2"})
	b.round(t)
	stored, err := d.Store.Replicas(t.Context(), time.Time{}, 10)
	callbackstest.Must(t, err)
	same(t, "rows of the dead", names(stored), []string{"b v2"})

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b.Run(ctx)
	same(t, "stopped", names(a.status(t).Replicas), []string{"a v1"})
	seen := a.status(t).Versions
	if len(seen) != 2 || seen[0].Version != "v2" || seen[0].FirstSeenBy != "b" {
		t.Errorf("versions are %+v, want v2 of b, which outlives it, and v1", seen)
	}
}

// TestReporter_Problem: what is wrong with a file is bounded, and says so.
func TestReporter_Problem(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	a := start(d, "a")
	line := "countersign.yaml:1:1: " + strings.Repeat("ü", 100)
	a.running.Problem = slices.Repeat([]string{line}, 1000)
	a.round(t)
	stored, err := d.Store.Replicas(t.Context(), time.Time{}, 10)
	callbackstest.Must(t, err)
	lines := stored[0].Problem
	if n := len(strings.Join(lines, "\n")); n > rollout.MaxProblem+100 || n < rollout.MaxProblem-300 {
		t.Errorf("%d bytes are stored, want about %d", n, rollout.MaxProblem)
	}
	if last := lines[len(lines)-1]; lines[0] != line || lines[len(lines)-2] != line || !strings.HasPrefix(last, "More faults follow") {
		t.Errorf("it begins %q and ends %q", lines[0], last)
	}
	if refused := rollout.Refused(a.status(t).Replicas); len(refused) != 1 || !slices.Equal(refused[0].Problem, lines) {
		t.Errorf("refused are %d", len(refused))
	}
	if a.running.Problem[len(lines)-1] != line {
		t.Error("the state of the process was changed")
	}
}

// TestReporter_Closed: reviewers learn nothing of replicas.
func TestReporter_Closed(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	a := start(d, "a")
	for who, p := range map[string]callbacks.Person{"reviewer": desktest.Mara, "nobody": {}} {
		var refusal *callbacks.Refusal
		if _, err := a.Status(t.Context(), p); !errors.As(err, &refusal) {
			t.Errorf("%s gets the status, error %v", who, err)
		}
		if _, err := a.Replicas(t.Context(), p); !errors.As(err, &refusal) {
			t.Errorf("%s gets the replicas, error %v", who, err)
		}
	}
	if _, err := a.Status(t.Context(), callbacks.Person{ID: "audrey", Roles: callbacks.Roles{Auditor: true}}); err != nil {
		t.Errorf("an auditor gets %v", err)
	}
}
