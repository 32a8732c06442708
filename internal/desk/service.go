package desk

import (
	"context"
	"fmt"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/form"
	"countersign/internal/ratelimit"
	"countersign/internal/secrets"
)

// Service answers pages and webhooks. A method that takes a person and the ID of a callback checks
// whether the person may see it; if not, the error is [callbacks.ErrNotFound]. Lists hold only what
// the person may see, and the audit is for admins and auditors. A method that takes a callback or a
// [Sheet] trusts that the person was shown it. Senders may announce to the queues of their
// [Source].
type Service struct {
	cases       Cases
	lists       Lists
	records     Records
	queues      callbacks.Queues
	invalidator callbacks.Invalidator
	beat        func() // tells the heartbeat worker that a heartbeat may be due
	limits      callbacks.ReviewLimits
	now         func() time.Time
	codecs      map[string]Codec
	lanes       arn.Lanes

	groupsMaxAge time.Duration
	deliveries   Handover
	delegations  Delegations
	seen         Seen
	seenKeys     SeenKeys
	version      callbacks.ConfigVersion
	forms        form.Compiler
	secrets      *secrets.Keys
	pasts        pasts
	usuals       usuals
	covers       covers
	decodes      *ratelimit.Limiter // by person
}

// ServiceConfig is what a service works with. Deliveries, Delegations, Seen, Beat and Codecs may be nil,
// and Lanes may be zero.
type ServiceConfig struct {
	Store        Store
	Queues       callbacks.Queues
	Invalidator  callbacks.Invalidator
	Beat         func() // called when a heartbeat comes due; must not block
	ReviewLimits callbacks.ReviewLimits
	Now          func() time.Time
	Codecs       map[string]Codec // by name of the function; others read plain JSON
	Lanes        arn.Lanes
	// GroupsMaxAge is the greatest age of a person's groups at which they may change something;
	// zero means no limit.
	GroupsMaxAge time.Duration
	// ConfigVersion is the version of the file that says Queues; decisions and signatures note it.
	ConfigVersion callbacks.ConfigVersion
	// Deliveries deliver the decisions recorded here; if nil, those of another process do.
	Deliveries Handover
	// Delegations are asked for every reader and signer; if nil, nobody acts for anybody.
	Delegations Delegations
	// Seen says who could sign; if nil, open places name nobody.
	Seen Seen
	// SeenKeys are the same in all replicas; if nil, a random one is made.
	SeenKeys SeenKeys
	// Forms reads the schemas of forms; if nil, an announcement with a form is refused.
	Forms form.Compiler
	// Secrets keep what reviewers type as secrets; if nil, a form that asks for one is refused.
	Secrets *secrets.Keys
}

// NewService makes the service.
func NewService(c ServiceConfig) *Service {
	if c.Beat == nil {
		c.Beat = func() {}
	}
	if c.Deliveries == nil {
		c.Deliveries = nobody{}
	}
	if c.Delegations == nil {
		c.Delegations = nobodyDelegates{}
	}
	if c.Seen == nil {
		c.Seen = nobodySeen{}
	}
	if c.SeenKeys == nil {
		c.SeenKeys = NewSeenKeys(nil)
	}
	return &Service{
		cases: c.Store, lists: c.Store, records: c.Store, queues: c.Queues, invalidator: c.Invalidator, beat: c.Beat, limits: c.ReviewLimits, now: c.Now, codecs: c.Codecs, lanes: c.Lanes,
		groupsMaxAge: c.GroupsMaxAge, deliveries: c.Deliveries, delegations: c.Delegations, version: c.ConfigVersion,
		forms: c.Forms, secrets: c.Secrets, seen: c.Seen, seenKeys: c.SeenKeys,
		decodes: ratelimit.New(decodesPerSecond, decodeBurst),
	}
}

// Queues are the configured queues.
func (s *Service) Queues() callbacks.Queues { return s.queues }

// ReviewLimits is how long one person may keep a callback alive.
func (s *Service) ReviewLimits(queue string) callbacks.ReviewLimits {
	return s.queues.Limits(queue, s.limits)
}

// see returns the callback if the person may know of it.
func (s *Service) see(ctx context.Context, p callbacks.Person, id callbacks.ID) (callbacks.Callback, error) {
	c, _, err := s.seeAs(ctx, p, id)
	return c, err
}

// seeAs is see, and returns the person with the rights that others gave them too.
func (s *Service) seeAs(
	ctx context.Context, p callbacks.Person, id callbacks.ID,
) (callbacks.Callback, callbacks.Signer, error) {
	c, err := s.cases.Get(ctx, id)
	if err != nil {
		return callbacks.Callback{}, callbacks.Signer{}, fmt.Errorf("callback %s: %w", id, err)
	}
	reader, err := s.signerOf(ctx, p, &c)
	if err != nil {
		return callbacks.Callback{}, callbacks.Signer{}, err
	}
	if !s.queues.Sees(reader, &c, s.now()) {
		return callbacks.Callback{}, callbacks.Signer{}, fmt.Errorf("callback %s: %w", id, callbacks.ErrNotFound)
	}
	return c, reader, nil
}

// changed tells open pages to look again, after commit.
func (s *Service) changed(c callbacks.Callback) {
	s.invalidator.Changed(c.Invalidation())
}

// gate is the gate of a callback with its signatures.
func (s *Service) gate(c *callbacks.Callback, signatures []callbacks.Signature, now time.Time) callbacks.Gate {
	gate := s.queues.Gate(c, signatures, now)
	gate.GroupsMaxAge = s.groupsMaxAge
	return gate
}

// mayTakePart is [callbacks.Gate.MayTakePart].
func (s *Service) mayTakePart(p callbacks.Signer, c *callbacks.Callback, now time.Time) error {
	return s.gate(c, nil, now).MayTakePart(p)
}

// fresh is the check that every change by a person passes besides that of their rights: it returns
// nil or an *[callbacks.OldGroups]. Whoever may sign has passed it.
func (s *Service) fresh(p callbacks.Person, now time.Time) error {
	return p.FreshGroups(s.groupsMaxAge, now)
}

// MayDecide returns nil if a person, with the rights that others gave them, may take part in the
// decision of a callback; otherwise a *[callbacks.Refusal] or an *[callbacks.OldGroups].
func (s *Service) MayDecide(ctx context.Context, p callbacks.Person, c *callbacks.Callback) error {
	signer, err := s.signerOf(ctx, p, c)
	if err != nil {
		return err
	}
	return s.mayTakePart(signer, c, s.now())
}
