package rollout

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/reload"
	"countersign/internal/worker"
)

const (
	// renewal is the time between two reports of what has not changed.
	renewal = 30 * time.Second
	// lifetime is how long a report counts. Of a process that died, two renewals are missing by then.
	lifetime = 3 * renewal
	// forgotten bounds how many old reports one round deletes.
	forgotten = 100
)

// Config is what a [Reporter] works with. Every field is required.
type Config struct {
	Store   Store
	Name    string              // of this replica: the same after a restart, so that it has one report
	Running func() reload.State // what this process runs
	Log     *slog.Logger
	Now     func() time.Time
}

// Reporter reports what this process runs, and reads what the others report.
type Reporter struct {
	Config
	last  Replica // that was written
	dueAt time.Time
}

// NewReporter makes the reporter.
func NewReporter(c Config) *Reporter { return &Reporter{Config: c} }

// Run reports until ctx ends, then removes the report. A change is reported with the next round,
// after [worker.PollInterval].
func (r *Reporter) Run(ctx context.Context) {
	worker.Loop{Name: "rollout", Log: r.Log, Now: r.Now, Round: r.runOnce}.Run(ctx)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), worker.StopWrites)
	defer cancel()
	if err := r.Store.RemoveReplica(ctx, r.Name); err != nil {
		r.Log.WarnContext(ctx, "other replicas show this one for a minute and a half longer", "error", err)
	}
}

// RunOnce runs one round.
func (r *Reporter) RunOnce(ctx context.Context) error {
	_, err := r.runOnce(ctx)
	return err
}

// runOnce reports if something has changed, or if the last report grows old. It then also deletes
// the reports of processes that died.
func (r *Reporter) runOnce(ctx context.Context) (time.Time, error) {
	now := r.Now()
	own := r.own(now)
	if own.same(r.last) && now.Before(r.dueAt) {
		return r.dueAt, nil
	}
	if err := r.Store.ReportReplica(ctx, own, r.news(own)...); err != nil {
		return time.Time{}, fmt.Errorf("report the version of this replica: %w", err)
	}
	r.last, r.dueAt = own, now.Add(renewal)
	if err := r.Store.ForgetReplicas(ctx, now.Add(-lifetime), forgotten); err != nil {
		return time.Time{}, fmt.Errorf("forget replicas: %w", err)
	}
	return r.dueAt, nil
}

// news are the audit entries of what has changed since the last report: a version that this process
// runs now, and one that it refused.
func (r *Reporter) news(own Replica) (all []callbacks.AuditEntry) {
	add := func(a callbacks.Action, at time.Time, format string, args ...any) {
		all = append(all, callbacks.AuditEntry{
			At: at, Actor: callbacks.System(r.Name), Action: a, Detail: fmt.Sprintf(format, args...),
		})
	}
	if own.Version != r.last.Version {
		add(callbacks.ActionPolicyLoaded, own.LoadedAt, "%s runs version %s of countersign.yaml.", r.Name, own.Version.Short())
	}
	if len(own.Problem) > 0 && !slices.Equal(own.Problem, r.last.Problem) {
		add(callbacks.ActionPolicyRefused, own.ProblemAt, "%s refused a newer countersign.yaml, and still runs version %s. First fault: %s",
			r.Name, own.Version.Short(), own.Problem[0])
	}
	return all
}

// own is what this process would report now.
func (r *Reporter) own(now time.Time) Replica {
	running := r.Running()
	text := running.Text
	if len(text) > MaxText {
		text = ""
	}
	return Replica{
		Name: r.Name, Text: text, Version: callbacks.ConfigVersion(running.Version), LoadedAt: running.LoadedAt,
		Problem: bounded(running.Problem), ProblemAt: running.ProblemAt, SeenAt: now,
	}
}

// Status returns what is known of all replicas. Only admins and auditors may call it.
func (r *Reporter) Status(ctx context.Context, p callbacks.Person) (s Status, err error) {
	s.Self = r.Name
	if s.Replicas, err = r.Replicas(ctx, p); err != nil {
		return Status{}, err
	}
	if s.Versions, err = r.Store.ConfigVersions(ctx, MaxVersions); err != nil {
		return Status{}, fmt.Errorf("versions: %w", err)
	}
	return s, nil
}

// Change returns a version beside the one before it. Only admins and auditors may call it. It returns
// [callbacks.ErrNotFound] if no replica has run the version.
func (r *Reporter) Change(ctx context.Context, p callbacks.Person, v callbacks.ConfigVersion) (Change, error) {
	if !p.Roles.SeesAll() {
		return Change{}, notForThem
	}
	return r.Store.ConfigChange(ctx, v)
}

// Replicas returns the replicas that run now, by name; this one as it is, and not as it last
// reported itself. Only admins and auditors may call it.
func (r *Reporter) Replicas(ctx context.Context, p callbacks.Person) ([]Replica, error) {
	if !p.Roles.SeesAll() {
		return nil, notForThem
	}
	now := r.Now()
	all, err := r.Store.Replicas(ctx, now.Add(-lifetime), MaxReplicas)
	if err != nil {
		return nil, fmt.Errorf("replicas: %w", err)
	}
	all = slices.DeleteFunc(all, func(one Replica) bool { return one.Name == r.Name })
	all = append(all, r.own(now))
	slices.SortFunc(all, func(a, b Replica) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

// notForThem refuses who may not see the configuration.
var notForThem = &callbacks.Refusal{Code: callbacks.CodeRole, Reason: "The configuration is for admins and auditors."}
