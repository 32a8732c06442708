package policy

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/delegation"
	"countersign/internal/desk"
	"countersign/internal/people"
	"countersign/internal/worker"
)

// Bounds of one examination of what waits.
const (
	// examinedEvery is the time between two examinations. A person who signs in for the first time
	// ends an alarm within it.
	examinedEvery = time.Minute
	// maxSeen bounds the people. If more were seen, nobody can say that too few were.
	maxSeen = 10_000
	// maxHeld bounds the delegations that are read: those in force since the oldest request that may
	// still wait arrived.
	maxHeld = 10_000
	// maxExamined bounds the pending requests, the newest first, and maxRecorded those that one
	// examination puts on record. The next one goes on.
	maxExamined = 5_000
	maxRecorded = 300
	// maxJudged bounds how many people are looked at for requests that lack some, a microsecond or two
	// each. Beyond it, older requests are not examined.
	maxJudged = 500_000
)

// AlarmStore is what [Alarms] read and write.
type AlarmStore interface {
	// PeopleSeen returns the people last seen at a time or later, the latest first, at most limit.
	PeopleSeen(ctx context.Context, since time.Time, limit int) ([]people.Profile, error)
	// DelegationsSince returns the delegations that were in force at any time from one time until
	// now, those first that end last, at most limit.
	DelegationsSince(ctx context.Context, from, now time.Time, limit int) ([]delegation.Held, error)
	// List and RecordOnce are those of [desk.Store].
	List(ctx context.Context, q desk.Query) (desk.Page, error)
	RecordOnce(ctx context.Context, entry callbacks.AuditEntry) error
}

// AlarmsConfig is what [Alarms] work with. Every field but EmailTrusted is required.
type AlarmsConfig struct {
	Store        AlarmStore
	InForce      func() Policy
	EmailTrusted bool // whether every address counts as verified
	Invalidator  callbacks.Invalidator
	Log          *slog.Logger
	Now          func() time.Time
}

// Alarms find pending requests that the people seen here could not decide, all of them together. Each
// such request gets an audit entry, once, and counts until it can be decided or has ended. Nothing
// else follows: nobody's absence ever approves anything.
//
// Every replica finds the same. Count may be called by any number of goroutines.
type Alarms struct {
	AlarmsConfig
	wake              worker.Alarm
	arrived           chan callbacks.Callback // since the last round
	examinedAt, dueAt time.Time
	recorded          map[callbacks.ID]bool // those requests of the last round that have their entries

	mu       sync.Mutex
	counts   map[string]int
	requests []Alarm
	bound    map[callbacks.ConfigVersion]int
	people   []callbacks.Signer // those seen who may sign somewhere; replaced and never changed
}

// Alarm is a pending request that the people seen could not decide, all of them together.
type Alarm struct {
	Callback callbacks.Callback
	Missing  []string // the groups of which more people are needed
	// Unconfigured says that nobody can sign, because its queue is not configured any more.
	Unconfigured bool
}

// MaxAlarms bounds the requests that are listed, the newest first. All are counted.
const MaxAlarms = 50

// NewAlarms makes the worker.
func NewAlarms(c AlarmsConfig) *Alarms {
	return &Alarms{AlarmsConfig: c, wake: worker.NewAlarm(), arrived: make(chan callbacks.Callback, maxArrived)}
}

// Count returns by queue how many requests too few people could decide, also for queues without any.
// It is nil while that is not known: before the first round, after one that failed, and when more
// people were seen than are read.
func (a *Alarms) Count() map[string]int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return maps.Clone(a.counts)
}

// Requests returns those that [Alarms.Count] counts, the newest first, at most
// [MaxAlarms].
func (a *Alarms) Requests() []Alarm {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.requests)
}

// Bound counts by version of the rules the pending requests that they bind, of those that the last
// round examined: all, unless many thousands wait.
func (a *Alarms) Bound() map[callbacks.ConfigVersion]int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return maps.Clone(a.bound)
}

// Members implements [desk.Seen] with what the last round found. It yields nobody when Count is nil.
func (a *Alarms) Members(groups []string) iter.Seq[callbacks.Signer] {
	a.mu.Lock()
	seen := a.people
	a.mu.Unlock()
	return func(yield func(callbacks.Signer) bool) {
		acts := func(d callbacks.Delegation) bool { return d.From.InGroup(groups) }
		for _, person := range seen {
			if (person.InGroup(groups) || slices.ContainsFunc(person.Delegations, acts)) && !yield(person) {
				return
			}
		}
	}
}

// Run runs rounds until ctx ends.
func (a *Alarms) Run(ctx context.Context) {
	worker.Loop{Name: "alarms", Log: a.Log, Now: a.Now, Wake: a.wake, Round: a.runOnce}.Run(ctx)
}

// RunOnce runs one round.
func (a *Alarms) RunOnce(ctx context.Context) error {
	_, err := a.runOnce(ctx)
	return err
}

// runOnce examines what waits, unless that was done within the last minute and nothing arrived since
// that those seen then could not decide.
func (a *Alarms) runOnce(ctx context.Context) (time.Time, error) {
	now := a.Now()
	if a.arrivedInVain(now) {
		a.dueAt = callbacks.Earliest(a.dueAt, a.examinedAt.Add(examinedAgain))
	}
	if left := a.dueAt.Sub(now); 0 < left && left <= examinedEvery {
		return a.dueAt, nil
	}
	found, err := a.examine(ctx, now)
	a.mu.Lock()
	a.counts, a.requests, a.bound, a.people = found.counts, found.requests, found.bound, found.seen
	a.mu.Unlock()
	for _, one := range found.news { // pages that look again find the new counts
		a.Invalidator.Changed(one)
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("find requests that nobody could decide: %w", err)
	}
	a.examinedAt, a.dueAt = now, now.Add(examinedEvery)
	return a.dueAt, nil
}

// examination is one look at everything that waits.
type examination struct {
	policy   Policy
	seen     []callbacks.Signer            // with a role that signs or a delegation
	members  map[string][]callbacks.Signer // those of them who may see a request; see signers
	now      time.Time
	counts   map[string]int
	requests []Alarm
	bound    map[callbacks.ConfigVersion]int
	recorded map[callbacks.ID]bool
	news     []callbacks.Invalidation // of the requests put on record
	written  int
	judged   int
}

// signers are the people who may see a request of its queue, or may once it is escalated.
func (e *examination) signers(c *callbacks.Callback) []callbacks.Signer {
	groups, key := e.policy.Queues[c.Queue].Groups, c.Queue
	if escalation := c.Requirement.Escalate; escalation != nil {
		groups, key = slices.Concat(groups, escalation.To), key+" "+escalation.Audience()
	}
	members, known := e.members[key]
	if !known {
		for _, person := range e.seen {
			if person.InGroup(groups) {
				members = append(members, person)
			}
		}
		e.members[key] = members
	}
	return members
}

// examine counts the requests by queue, and puts those on record that are new. If more people were
// seen than are read, the examination is empty.
func (a *Alarms) examine(ctx context.Context, now time.Time) (examination, error) {
	e := examination{
		policy: a.InForce(), now: now, members: make(map[string][]callbacks.Signer),
		counts: make(map[string]int), bound: make(map[callbacks.ConfigVersion]int), recorded: make(map[callbacks.ID]bool),
	}
	var complete bool
	var err error
	if e.seen, complete, err = a.seen(ctx, e.policy, now); err != nil || !complete {
		return examination{}, err
	}
	for name := range e.policy.Queues {
		e.counts[name] = 0
	}
	filter := desk.Filter{
		Scope: desk.ScopeAll, States: []callbacks.State{callbacks.Pending},
		Order: desk.OrderNewest, Limit: desk.MaxPage,
	}
	for read := 0; read < maxExamined && e.judged < maxJudged; {
		page, err := a.Store.List(ctx, desk.Query{Filter: filter, AllQueues: true, Now: now})
		if err != nil {
			return examination{news: e.news}, fmt.Errorf("pending requests: %w", err)
		}
		for i := range page.Rows {
			e.bound[page.Rows[i].Requirement.Version]++
			if err := a.judge(ctx, &e, &page.Rows[i].Callback); err != nil {
				return examination{news: e.news}, err
			}
		}
		if page.Next == nil {
			break
		}
		read, filter.After = read+len(page.Rows), page.Next
	}
	a.recorded = e.recorded
	return e, nil
}

// judge counts a request if too few people could decide it, and puts that on record.
func (a *Alarms) judge(ctx context.Context, e *examination, c *callbacks.Callback) error {
	signers := e.signers(c)
	missing, lacks := e.policy.lacking(c, signers, e.now)
	if !lacks {
		return nil
	}
	e.counts[c.Queue]++
	if len(e.requests) < MaxAlarms {
		e.requests = append(e.requests, Alarm{Callback: *c, Missing: missing, Unconfigured: len(missing) == 0})
	}
	e.judged += len(signers)
	if !a.recorded[c.ID] {
		if e.written == maxRecorded {
			return nil
		}
		e.written++
		if err := a.record(ctx, e, c, missing); err != nil {
			return err
		}
	}
	e.recorded[c.ID] = true
	return nil
}

// seen are the people seen who have a role that signs or a delegation, with the delegations to them.
// complete reports that all who were seen were read.
func (a *Alarms) seen(
	ctx context.Context, p Policy, now time.Time,
) (all []callbacks.Signer, complete bool, err error) {
	profiles, err := a.Store.PeopleSeen(ctx, now.Add(-SeenWithin), maxSeen+1)
	if err != nil {
		return nil, false, fmt.Errorf("people seen: %w", err)
	}
	held, err := a.Store.DelegationsSince(ctx, now.Add(-callbacks.LongestWait), now, maxHeld)
	if err != nil {
		return nil, false, fmt.Errorf("delegations: %w", err)
	}
	person := func(profile people.Profile) callbacks.Person {
		one := known(profile, a.EmailTrusted).Person
		one.Roles = p.Roles.of(one)
		return one
	}
	delegations := delegation.NewIndex(held, person)
	for _, profile := range profiles {
		signer := delegations.Signer(person(profile))
		if signer.Roles.Reviewer || signer.Roles.Admin || len(signer.Delegations) > 0 {
			all = append(all, signer)
		}
	}
	return all, len(profiles) <= maxSeen, nil
}

// lacking reports whether a pending request lacks people who could decide it, and of which groups: of
// none if its queue is not configured any more, because then nobody can sign.
// A request whose requester is unknown lacks something else, which its own page says.
func (p Policy) lacking(
	c *callbacks.Callback, signers []callbacks.Signer, now time.Time,
) (groups []string, lacks bool) {
	if c.WantsRequester() && c.Requester.StatedBy == "" {
		return nil, false
	}
	tally := p.Queues.Gate(c, nil, now).Attainable(signers)
	if tally.Complete() {
		return nil, false
	}
	queue, configured := p.Queues[c.Queue]
	if !configured {
		return escalatedTo(c, now), true
	}
	for _, missing := range tally.Missing {
		if len(missing.From) == 0 {
			missing.From = queue.Groups
		}
		groups = append(groups, missing.From...)
	}
	slices.Sort(groups)
	return slices.Compact(groups), true
}

// escalatedTo are the groups that a request was escalated to. Their members sign without its queue.
func escalatedTo(c *callbacks.Callback, now time.Time) []string {
	to, at := c.Requirement.Escalate, c.EscalatesAt()
	if to == nil || c.EscalatedAt.IsZero() && (at.IsZero() || now.Before(at)) {
		return nil
	}
	return to.To
}

// record writes the audit entry of a request, unless another replica or an earlier process did.
func (a *Alarms) record(ctx context.Context, e *examination, c *callbacks.Callback, missing []string) error {
	err := a.Store.RecordOnce(ctx, callbacks.AuditEntry{
		At: e.now, Actor: callbacks.System("alarms"), Action: callbacks.ActionNobodyEligible,
		Callback: c.ID, Queue: c.Queue, Facts: callbacks.Facts{Groups: missing},
	})
	switch {
	case err == nil:
		e.news = append(e.news, c.Invalidation())
	case !errors.Is(err, callbacks.ErrNotFound):
		return fmt.Errorf("record that nobody could decide %s: %w", c.ID, err)
	}
	return nil
}
