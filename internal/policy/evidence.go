package policy

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/people"
)

// Store is what the desk has seen.
type Store interface {
	// PeopleSeen returns the people last seen at a time or later, the latest first, at most limit.
	PeopleSeen(ctx context.Context, since time.Time, limit int) ([]people.Profile, error)
	// List and Content are those of [callbacks.Store].
	List(ctx context.Context, q callbacks.Query) (callbacks.Page, error)
	Content(ctx context.Context, id callbacks.ID) (callbacks.Content, error)
}

// Bounds of what is read for one examination.
const (
	// SeenWithin is how long somebody counts as seen after they last used the desk.
	SeenWithin = 30 * 24 * time.Hour
	maxPeople  = 1000
	// maxPending and maxRecent are how many requests of a queue are read: those that wait, and the
	// newest ones in any state.
	maxPending = 50
	maxRecent  = 25
	// maxRequests bounds the requests of all queues.
	maxRequests = 500
)

// Evidence is what the desk has seen of people and requests.
type Evidence struct {
	Now      time.Time
	People   []Known
	Requests map[string][]Request // by queue, the newest first
	// MorePeople and MoreRequests say that there are more than were read.
	MorePeople, MoreRequests bool
}

// Known is a person who has signed in. Their roles are not part of it: each policy gives its own.
type Known struct {
	callbacks.Person
	LastSeenAt time.Time
}

// Request is one that the desk has received.
type Request struct {
	Callback callbacks.Callback
	Content  callbacks.Content
}

// Gather reads what some policies are judged by. emailTrusted says that every address counts as
// verified.
func Gather(
	ctx context.Context, s Store, emailTrusted bool, now time.Time, policies ...Policy,
) (*Evidence, error) {
	e := &Evidence{Now: now, Requests: make(map[string][]Request)}
	profiles, err := s.PeopleSeen(ctx, now.Add(-SeenWithin), maxPeople+1)
	if err != nil {
		return nil, fmt.Errorf("people seen: %w", err)
	}
	if e.MorePeople = len(profiles) > maxPeople; e.MorePeople {
		profiles = profiles[:maxPeople]
	}
	for _, p := range profiles {
		e.People = append(e.People, known(p, emailTrusted))
	}
	names := make(map[string]bool)
	for _, p := range policies {
		for name := range p.Queues {
			names[name] = true
		}
	}
	read := 0
	for _, name := range slices.Sorted(maps.Keys(names)) {
		found, more, err := requests(ctx, s, name, now)
		if err != nil {
			return nil, err
		}
		e.MoreRequests = e.MoreRequests || more || read+len(found) > maxRequests
		found = found[:min(len(found), maxRequests-read)]
		read += len(found)
		e.Requests[name] = found
	}
	return e, nil
}

// requests reads the requests of a queue that wait, and the newest ones.
func requests(ctx context.Context, s Store, queue string, now time.Time) (all []Request, more bool, err error) {
	seen := make(map[callbacks.ID]bool)
	for _, f := range []callbacks.Filter{
		{Queue: queue, States: []callbacks.State{callbacks.Pending}, Order: callbacks.OrderNewest, Limit: maxPending},
		{Queue: queue, Scope: callbacks.ScopeAll, Order: callbacks.OrderNewest, Limit: maxRecent},
	} {
		page, err := s.List(ctx, callbacks.Query{Filter: f, AllQueues: true, Now: now})
		if err != nil {
			return nil, false, fmt.Errorf("requests of queue %s: %w", queue, err)
		}
		more = more || page.Next != nil && len(f.States) > 0
		for _, row := range page.Rows {
			if seen[row.ID] {
				continue
			}
			seen[row.ID] = true
			content, err := s.Content(ctx, row.ID)
			if err != nil {
				return nil, false, fmt.Errorf("content of %s: %w", row.ID, err)
			}
			all = append(all, Request{row.Callback, content})
		}
	}
	return all, more, nil
}

// known is a profile as the gate knows a person.
func known(p people.Profile, emailTrusted bool) Known {
	person := callbacks.Person{
		ID: p.ID, Issuer: p.Issuer, Subject: p.Subject, Name: p.Name, Email: p.Email,
		GivenName: p.GivenName, FamilyName: p.FamilyName, UserNames: slices.Clone(p.UserNames),
		Groups: p.Groups, GroupsReadAt: p.GroupsReadAt, EmailVerified: emailTrusted && p.Email != "",
	}
	for _, a := range p.Addresses {
		if a.Address == p.Email {
			person.EmailVerified = person.EmailVerified || !a.VerifiedAt.IsZero()
		} else {
			person.UserNames = append(person.UserNames, a.Address)
		}
	}
	return Known{person, p.LastSeenAt}
}

// signers are the people who have a role that signs under a policy, and see a queue.
func (e *Evidence) signers(p Policy, q callbacks.Queue) (all []callbacks.Person) {
	for _, one := range e.People {
		one.Roles = p.Roles.of(one.Person)
		if (one.Roles.Reviewer || one.Roles.Admin) && one.InGroup(q.Groups) {
			all = append(all, one.Person)
		}
	}
	return all
}
