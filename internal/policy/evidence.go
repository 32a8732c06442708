package policy

import (
	"context"
	"fmt"
	"slices"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/delegation"
	"countersign/internal/desk"
	"countersign/internal/people"
)

// Store is what the desk has seen.
type Store interface {
	// PeopleSeen returns the people last seen at a time or later, the latest first, at most limit.
	PeopleSeen(ctx context.Context, since time.Time, limit int) ([]people.Profile, error)
	// DelegationsSince returns the delegations that were in force at any time from one time until
	// now, those first that end last, at most limit.
	DelegationsSince(ctx context.Context, from, now time.Time, limit int) ([]delegation.Held, error)
	// List and Content are those of [desk.Store].
	List(ctx context.Context, q desk.Query) (desk.Page, error)
	Content(ctx context.Context, id callbacks.ID) (callbacks.Content, error)
}

// Bounds of what is read for one examination.
const (
	// SeenWithin is how long somebody counts as seen after they last used the desk.
	SeenWithin = 30 * 24 * time.Hour
	maxPeople  = 1000
	// maxDelegations are one for every person.
	maxDelegations = 1000
	// maxPending and maxRecent are how many requests of a queue are read: those that wait, and the
	// newest others.
	maxPending = 50
	maxRecent  = 25
	// maxRequests bounds the requests of all queues.
	maxRequests = 500
	// maxPayloads bounds their payloads together, in bytes: once they are as many, no other is read.
	maxPayloads = 4 << 20
)

// Evidence is what the desk has seen of people and requests.
type Evidence struct {
	Now    time.Time
	People []Known
	// Delegations are those in force at any time since the first of the pending requests arrived,
	// because one that is over still excludes. Their delegators have no roles.
	Delegations delegation.Index
	Requests    map[string][]Request // by queue, the newest first
	// These say that there are more than were read.
	MorePeople, MoreDelegations, MoreRequests bool
	// GroupsMaxAge is the desk's own limit of the age of a signer's groups; zero if none is known.
	GroupsMaxAge time.Duration
}

// Known is a person who has signed in. Their roles are not part of it: each policy gives its own.
type Known struct {
	callbacks.Person
	LastSeenAt time.Time
}

// Request is one that the desk has received.
type Request struct {
	Callback callbacks.Callback
	// Content has what conditions read. It is empty if no policy has a condition for the queue.
	Content callbacks.Content
	// Unread says that a condition would read the content, but that the payloads of other requests
	// were as many bytes as are read.
	Unread bool
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
	if err := e.addRequests(ctx, s, policies); err != nil {
		return nil, err
	}
	return e, e.addDelegations(ctx, s, emailTrusted)
}

// addRequests reads those of the queues of some policies, as far as the bounds allow.
func (e *Evidence) addRequests(ctx context.Context, s Store, policies []Policy) error {
	conditional := make(map[string]bool) // by queue: whether a rule has a condition
	for _, p := range policies {
		for name, q := range p.Queues {
			conditional[name] = conditional[name] || slices.ContainsFunc(q.Rules, func(r callbacks.Rule) bool { return r.Condition != nil })
		}
	}
	requests, payloads := maxRequests, maxPayloads
	for _, name := range sortedKeys(conditional) {
		found, more, err := listed(ctx, s, name, e.Now)
		if err != nil {
			return err
		}
		e.MoreRequests = e.MoreRequests || more || len(found) > requests
		found = found[:min(len(found), requests)]
		requests -= len(found)
		for i := range found {
			switch {
			case !conditional[name]:
			case payloads <= 0:
				found[i].Unread, e.MoreRequests = true, true
			default:
				if found[i].Content, err = contentForConditions(ctx, s, found[i].Callback.ID); err != nil {
					return err
				}
				payloads -= len(found[i].Content.Payload)
			}
		}
		e.Requests[name] = found
	}
	return nil
}

// contentForConditions reads the content of a request, and keeps of it what conditions may read.
func contentForConditions(ctx context.Context, s Store, id callbacks.ID) (callbacks.Content, error) {
	content, err := s.Content(ctx, id)
	if err != nil {
		return callbacks.Content{}, fmt.Errorf("content of %s: %w", id, err)
	}
	content.Description, content.Links, content.Forms = "", nil, nil
	return content, nil
}

// addDelegations reads those that count for the requests.
func (e *Evidence) addDelegations(ctx context.Context, s Store, emailTrusted bool) error {
	from := e.Now
	for _, requests := range e.Requests {
		for i := range requests {
			if c := &requests[i].Callback; c.State == callbacks.Pending {
				from = callbacks.Earliest(from, c.ReceivedAt)
			}
		}
	}
	held, err := s.DelegationsSince(ctx, from, e.Now, maxDelegations+1)
	if err != nil {
		return fmt.Errorf("delegations: %w", err)
	}
	if e.MoreDelegations = len(held) > maxDelegations; e.MoreDelegations {
		held = held[:maxDelegations]
	}
	e.Delegations = delegation.NewIndex(held, func(p people.Profile) callbacks.Person { return known(p, emailTrusted).Person })
	return nil
}

// listed are the requests of a queue that wait, and the newest others, without their content. more
// says that there are more of either.
func listed(ctx context.Context, s Store, queue string, now time.Time) (all []Request, more bool, err error) {
	waiting := desk.Filter{Queue: queue, States: []callbacks.State{callbacks.Pending}, Order: desk.OrderNewest, Limit: maxPending}
	if all, more, err = firstPage(ctx, s, desk.Query{Filter: waiting, AllQueues: true, Now: now}, nil); err != nil {
		return nil, false, err
	}
	newest := desk.Filter{Queue: queue, Scope: desk.ScopeAll, Order: desk.OrderNewest, Limit: maxRecent + len(all)}
	all, older, err := firstPage(ctx, s, desk.Query{Filter: newest, AllQueues: true, Now: now}, all)
	return all, more || older, err
}

// firstPage adds the requests of the first page of a list to those known, up to as many as its limit. more
// says that the list has others.
func firstPage(ctx context.Context, s Store, q desk.Query, known []Request) (all []Request, more bool, err error) {
	page, err := s.List(ctx, q)
	if err != nil {
		return nil, false, fmt.Errorf("requests of queue %s: %w", q.Queue, err)
	}
	all, more = known, page.Next != nil
	for i := range page.Rows {
		c := &page.Rows[i].Callback
		switch {
		case known != nil && c.State == callbacks.Pending: // among those known, or one of too many
		case len(all) == q.Limit:
			return all, true, nil
		default:
			all = append(all, Request{Callback: *c})
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

// signer is a person with the rights that others gave them, all with the roles of a policy.
func (e *Evidence) signer(p Policy, one callbacks.Person) callbacks.Signer {
	one.Roles = p.Roles.of(one)
	s := e.Delegations.Signer(one)
	for i := range s.Delegations {
		from := &s.Delegations[i].From
		from.Roles = p.Roles.of(*from)
	}
	return s
}

// signers are the people who have a role that signs under a policy, and see a queue. Whoever signs
// for one of them is no other person: both fill one place together.
func (e *Evidence) signers(p Policy, q callbacks.Queue) (all []callbacks.Person) {
	for _, one := range e.People {
		one.Roles = p.Roles.of(one.Person)
		if (one.Roles.Reviewer || one.Roles.Admin) && one.InGroup(q.Groups) {
			all = append(all, one.Person)
		}
	}
	return all
}
