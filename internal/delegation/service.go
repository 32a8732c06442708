package delegation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
	"countersign/internal/people"
	"countersign/internal/spelling"
)

// Config is what a [Service] works with. Every field but GroupsMaxAge is required.
type Config struct {
	Store  Store
	Queues callbacks.Queues
	// RightsChanged is called with the key of a delegate once a delegation to them is made or ended. It
	// must not block.
	RightsChanged func(person string)
	// Person makes the person of a profile, with the roles that their groups give them.
	Person func(people.Profile) callbacks.Person
	Now    func() time.Time
	// GroupsMaxAge is the greatest age of somebody's groups at which they may change something; zero
	// means no limit.
	GroupsMaxAge time.Duration
}

// Service makes, ends and finds delegations. It implements [desk.Delegations]. It may be used by
// any number of goroutines.
type Service struct {
	cfg Config

	mu      sync.Mutex
	known   bool      // whether lastEnd holds
	lastEnd time.Time // when the last delegation ends, asked at askedAt
	askedAt time.Time
	forgot  int // how often Forget was called
}

var _ desk.Delegations = (*Service)(nil)

// New makes the service.
func New(c Config) *Service { return &Service{cfg: c} }

// memory is how long a process relies on it that no delegation ends later. A delegation made in another
// process takes effect here within this time, as if it had been made so much later.
const memory = time.Second

// Signer implements [desk.Delegations]. As long as nobody delegates, it hardly reads.
func (s *Service) Signer(
	ctx context.Context, p callbacks.Person, queue string, from, now time.Time,
) (callbacks.Signer, error) {
	if nobody, err := s.nobodyDelegates(ctx, from, now); nobody || err != nil {
		return callbacks.Signer{Person: p}, err
	}
	return chain(p, maxHeld, maxHops, func(to []callbacks.Person) (all []callbacks.Delegation, err error) {
		held, err := s.cfg.Store.DelegationsTo(ctx, to, queue, from, now, maxHeld+1)
		for i := range held {
			all = append(all, held[i].right(s.cfg.Person))
		}
		return all, err
	})
}

// nobodyDelegates reports whether no delegation was in force from one time on, or is planned.
func (s *Service) nobodyDelegates(ctx context.Context, from, now time.Time) (bool, error) {
	s.mu.Lock()
	last, age, forgot := s.lastEnd, now.Sub(s.askedAt), s.forgot
	known := s.known && 0 <= age && age < memory
	s.mu.Unlock()
	if known {
		return !last.After(from), nil
	}
	last, err := s.cfg.Store.LastDelegationEnd(ctx)
	if err != nil {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.forgot == forgot { // else the answer may be older than what was made since
		s.known, s.lastEnd, s.askedAt = true, last, now
	}
	return !last.After(from), nil
}

// Forget makes the next reader ask whether anybody delegates. Call it when a delegation was made in
// another process.
func (s *Service) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known = false
	s.forgot++
}

// changed makes a delegation that was made or ended take effect.
func (s *Service) changed(d *Delegation) {
	s.Forget()
	s.cfg.RightsChanged(d.To.ID)
}

// Wish is the delegation that somebody wants to make.
type Wish struct {
	From   string // the key of the delegator
	To     string // the key of the delegate
	Queues []string
	Since  time.Time // a time that has passed means now
	Until  time.Time
}

// Make makes a delegation from the person themselves or, by an admin, from anybody. Errors:
// [callbacks.ErrForbidden], [callbacks.ErrOldGroups], and [fault.List] with the fields of the
// form: who, since, until and queues.
func (s *Service) Make(ctx context.Context, by callbacks.Person, w Wish) (Delegation, error) {
	now := s.cfg.Now()
	from, err := s.subject(ctx, by, w.From)
	if err != nil {
		return Delegation{}, err
	}
	if err := s.fresh(by, now); err != nil {
		return Delegation{}, err
	}
	to, err := s.cfg.Store.Profile(ctx, w.To)
	if errors.Is(err, callbacks.ErrNotFound) {
		return Delegation{}, fault.List{{Pointer: "who", Detail: "Nobody who has signed in here is chosen."}}
	}
	if err != nil {
		return Delegation{}, fmt.Errorf("read the delegate: %w", err)
	}
	if w.Since.Before(now) {
		w.Since = now
	}
	if err := s.check(w, from, now); err != nil {
		return Delegation{}, err
	}
	delegate := s.cfg.Person(to)
	d := Delegation{
		ID: callbacks.NewID(), From: from.Actor(), To: delegate.Actor(), ToAddress: delegate.VerifiedAddress(),
		Queues: slices.Sorted(slices.Values(w.Queues)), Since: w.Since, Until: w.Until, MadeBy: by.Actor(), MadeAt: now,
	}
	entry := callbacks.AuditEntry{At: now, Actor: d.MadeBy, Action: callbacks.ActionDelegated, Detail: d.words()}
	if err := s.cfg.Store.AddDelegation(ctx, d, d.check, entry); err != nil {
		s.Forget() // the answer may have been lost
		return Delegation{}, fmt.Errorf("delegate: %w", err)
	}
	s.changed(&d)
	return d, nil
}

// check holds the rules about what a delegation says.
func (s *Service) check(w Wish, from callbacks.Person, now time.Time) error {
	var faults fault.List
	if w.To == from.ID {
		faults.Add("who", "Nobody acts for themselves. Choose somebody else.")
	}
	switch {
	case !w.Until.After(w.Since):
		faults.Add("until", "It ends before it begins. Choose a later day.")
	case w.Until.After(now.Add(MaxAhead)):
		faults.Add("until", "At most %d days ahead.", MaxAhead/(24*time.Hour))
	}
	own := s.Queues(from)
	if len(w.Queues) == 0 {
		faults.Add("queues", "Choose at least one queue.")
	}
	for _, queue := range w.Queues {
		if !slices.Contains(own, queue) {
			faults.Add("queues", "%s is not in the groups of queue %s.", from.Actor().Name, queue)
		}
	}
	return faults.Err()
}

// Queues returns the names of the queues that somebody can let others act in: those whose groups they
// are in, sorted.
func (s *Service) Queues(p callbacks.Person) (names []string) {
	if !p.Roles.Reviewer && !p.Roles.Admin {
		return nil
	}
	for name, queue := range s.cfg.Queues {
		if p.InGroup(queue.Groups) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// errOver means that a delegation is over already.
var errOver = errors.New("the delegation is over")

// End ends a delegation now. The delegator, the delegate and admins may; anybody else gets
// [callbacks.ErrNotFound]. An admin whose groups were read too long ago gets
// [callbacks.ErrOldGroups] for that of others. A delegation that is over stays as it is.
func (s *Service) End(ctx context.Context, by callbacks.Person, id callbacks.ID) (Delegation, error) {
	now := s.cfg.Now()
	var over Delegation
	d, err := s.cfg.Store.EndDelegation(ctx, id, func(d *Delegation) (callbacks.AuditEntry, error) {
		if by.ID != d.From.ID && by.ID != d.To.ID {
			if !by.Roles.Admin {
				return callbacks.AuditEntry{}, callbacks.ErrNotFound
			}
			if err := s.fresh(by, now); err != nil {
				return callbacks.AuditEntry{}, err
			}
		}
		over = *d
		if d.Status(now) == Over {
			return callbacks.AuditEntry{}, errOver
		}
		entry := callbacks.AuditEntry{At: now, Actor: by.Actor(), Action: callbacks.ActionDelegationEnded, Detail: "Ended early: " + d.words()}
		d.Until, d.EndedBy = now, by.Actor()
		return entry, nil
	})
	switch {
	case errors.Is(err, errOver):
		return over, nil
	case err != nil:
		return Delegation{}, fmt.Errorf("end a delegation: %w", err)
	}
	s.changed(&d)
	return d, nil
}

// Book is what somebody's page of delegations shows.
type Book struct {
	Of     callbacks.Person
	Queues []string // in which others can act for them
	// from and to the person, the latest end first, at most [MaxListed] of each
	Delegations []Delegation
	Now         time.Time
}

// MaxListed bounds the delegations of a page.
const MaxListed = 50

// Book reads the delegations of the person themselves or, for an admin, of anybody. Otherwise it
// returns [callbacks.ErrForbidden], and [callbacks.ErrNotFound] for somebody who never signed in.
func (s *Service) Book(ctx context.Context, by callbacks.Person, of string) (Book, error) {
	p, err := s.subject(ctx, by, of)
	if err != nil {
		return Book{}, err
	}
	all, err := s.cfg.Store.Delegations(ctx, p.ID, MaxListed)
	if err != nil {
		return Book{}, fmt.Errorf("list delegations: %w", err)
	}
	return Book{Of: p, Queues: s.Queues(p), Delegations: all, Now: s.cfg.Now()}, nil
}

// subject is the person whose delegations somebody may read and make.
func (s *Service) subject(ctx context.Context, by callbacks.Person, key string) (callbacks.Person, error) {
	switch {
	case key == by.ID:
		return by, nil
	case !by.Roles.Admin:
		return callbacks.Person{}, &callbacks.Refusal{Code: callbacks.CodeRole, Reason: "Only admins delegate for others."}
	}
	profile, err := s.cfg.Store.Profile(ctx, key)
	if err != nil {
		return callbacks.Person{}, fmt.Errorf("read the delegator: %w", err)
	}
	return s.cfg.Person(profile), nil
}

// fresh returns nil or an *[callbacks.OldGroups], as for every change by a person.
func (s *Service) fresh(p callbacks.Person, now time.Time) error {
	return p.FreshGroups(s.cfg.GroupsMaxAge, now)
}

// Known is somebody who has signed in here, as others may know them.
type Known struct {
	ID    string
	Name  string
	Email string // empty if there is none
}

const (
	// MaxFound bounds how many people a search finds.
	MaxFound = 10
	// minSearch is how many bytes a search has at least, so that nobody lists everybody.
	minSearch = 2
)

// Find returns people by the beginning of a word of their name or of an address. exact is set if
// the text is the whole name or address of exactly one of them.
func (s *Service) Find(ctx context.Context, text string) (found []Known, exact *Known, err error) {
	key := people.Key(text)
	if len(key) < minSearch {
		return nil, nil, nil
	}
	profiles, err := s.cfg.Store.FindPeople(ctx, key, MaxFound)
	if err != nil {
		return nil, nil, fmt.Errorf("find people: %w", err)
	}
	var same []Known
	for _, p := range profiles {
		known := Known{ID: p.ID, Name: s.cfg.Person(p).Actor().Name, Email: p.Email}
		found = append(found, known)
		if people.Key(p.Name) == key || people.Key(p.Email) == key {
			same = append(same, known)
		}
	}
	if len(same) == 1 {
		exact = &same[0]
	}
	slices.SortStableFunc(found, func(a, b Known) int {
		return strings.Compare(spelling.Plain(a.Name), spelling.Plain(b.Name))
	})
	return found, exact, nil
}
