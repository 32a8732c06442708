package callbacks

import (
	"fmt"
	"slices"
	"time"

	"countersign/internal/form"
	"countersign/internal/matching"
)

// Gate judges who may sign for one callback. It holds everything that the answer depends on, so the
// same question always gets the same answer: on a page, by the API, and when a signature is given.
type Gate struct {
	Callback   *Callback   // with the requirement that binds it
	Queue      Queue       // as it is configured now
	Signatures []Signature // all of the callback's
	Now        time.Time
	// GroupsMaxAge is the greatest age of the groups of anybody who changes something here, besides
	// that of the requirement; 0 for no limit.
	GroupsMaxAge time.Duration
	// ReadsText says that the waiting function reads bare text; see [Gate.Prepare].
	ReadsText bool
}

// Ballot is what somebody wants to sign.
type Ballot struct {
	Proposal Proposal
	Answer   Answer        // of the proposal
	Changes  []form.Change // by which the answer differs from the proposed one
	Comment  string
	Shown    string // identifies what the person saw
	Via      Via
	Sends    bool // whether the person was told that this signature decides
	// ConfigVersion is the version of the configuration under which it is given.
	ConfigVersion ConfigVersion
}

// MaySign returns nil if the signer may sign for a proposal now. Otherwise the error comes from the
// first test of [Gate.Explain] that did not pass: an [ErrConflict] if the callback is not pending,
// an *[OldGroups], or a *[Refusal].
func (g Gate) MaySign(s Signer, p Proposal) error {
	_, why := g.judge(s, p)
	return g.refusal(why)
}

// Sign gives a signature. It returns the callback's signatures, the new one last, and what they add
// up to. An earlier signature of the same person is replaced. Besides the errors of [Gate.MaySign]
// there are [fault.List] for a missing comment, and [ErrStale] if the signature would decide although
// the person was told that it would not, or the other way round.
func (g Gate) Sign(s Signer, b Ballot) ([]Signature, Standing, error) {
	claim, why := g.judge(s, b.Proposal)
	if err := g.refusal(why); err != nil {
		return nil, Standing{}, err
	}
	asks := g.Callback.Requirement.NeedsReason(b.Proposal.Stance)
	if err := checkComment(asks, "The rule asks for a comment.", b.Comment); err != nil {
		return nil, Standing{}, err
	}
	signature := claim.signature()
	signature.Answer, signature.Comment, signature.Shown, signature.Via = b.Answer, b.Comment, b.Shown, b.Via
	signature.ConfigVersion = b.ConfigVersion
	signatures := append(claim.others(), signature)
	standing := Weigh(g.Callback.Requirement, signatures)
	if decides := standing.decides(b.Proposal); decides != b.Sends {
		return nil, Standing{}, fmt.Errorf("the signature decides: %t: %w", decides, ErrStale)
	}
	return signatures, standing, nil
}

// MayTakePart returns nil if the signer may take part in the decision while the callback is pending:
// if they could sign if nobody had signed yet. Otherwise it is a *[Refusal] or an *[OldGroups]. It
// says nothing of the places that others have filled.
func (g Gate) MayTakePart(s Signer) error {
	pending := *g.Callback
	pending.State = Pending
	g.Callback, g.Signatures = &pending, nil
	return g.MaySign(s, Proposal{Stance: For})
}

// groupsLimit is the greatest age of groups that a signature may rest on; 0 for no limit.
func (g Gate) groupsLimit() time.Duration {
	if limit := g.Callback.Requirement.GroupsNotOlderThan; ageCovers(limit, g.GroupsMaxAge) {
		return limit
	}
	return g.GroupsMaxAge
}

// FreshUntil is the last moment at which the person may sign without signing in again; zero if their
// groups never grow too old.
func (g Gate) FreshUntil(p Person) time.Time {
	if limit := g.groupsLimit(); limit > 0 {
		return p.GroupsReadAt.Add(limit)
	}
	return time.Time{}
}

// Explain tests whether a signer may sign for a proposal, and says what each test found.
func (g Gate) Explain(s Signer, p Proposal) Explanation {
	_, why := g.judge(s, p)
	return why
}

// Standing is what the signatures add up to.
func (g Gate) Standing() Standing { return Weigh(g.Callback.Requirement, g.Signatures) }

// Sends reports whether the signature of somebody who may sign for a proposal would decide.
func (g Gate) Sends(s Signer, p Proposal) bool {
	claim, _ := g.judge(s, p)
	return claim.standing().decides(p)
}

// signers are the signatures that would decide for a proposal if the signer gave the last one now:
// those that count, then theirs. One for the request counts if it fills a place.
func (g Gate) signers(s Signer, p Proposal, comment string, at time.Time) (all []Signature) {
	claim, _ := g.judge(s, p)
	for _, counted := range claim.standing().Of(p).Signed {
		if counted.By.ID != s.ID && (p.Stance == Against || counted.Threshold != matching.Unplaced) {
			all = append(all, counted.Signature)
		}
	}
	own := claim.signature()
	own.Comment, own.At = comment, at
	return append(all, own)
}

// claim is one way in which a person may sign: in their own right, or in that of a delegator.
type claim struct {
	Gate
	signer     Signer
	proposal   Proposal
	delegation *Delegation // the one that the claim rests on; nil in the person's own right
	excluded   *Refusal    // why the signer, or somebody they act for, may be the requester
}

// judge finds the best claim of a signer: the first that passes every test, or else the one that
// passes most before it fails. A person's own right comes before the rights of others.
func (g Gate) judge(s Signer, p Proposal) (best *claim, why Explanation) {
	inForce := s.inForce(g.Callback.Queue, g.Now)
	own := claim{Gate: g, signer: s, proposal: p, excluded: g.excluded(s)}
	best, why = &own, own.explain()
	for i := range inForce {
		if why.Can() {
			break
		}
		other := own
		other.delegation = &inForce[i]
		if found := other.explain(); found.reached > why.reached {
			best, why = &other, found
		}
	}
	return best, why
}

// refusal is the error for somebody who cannot sign.
func (g Gate) refusal(why Explanation) error {
	failed, ok := why.Failed()
	switch {
	case !ok:
		return nil
	case failed.Code == CodeNotPending:
		return g.Callback.WrongState("sign")
	case failed.Code == CodeGroupsOld:
		return failed.old
	}
	return &Refusal{Code: failed.Code, Reason: failed.Reason}
}

// holder is the person whose right the claim uses.
func (c *claim) holder() *Person {
	if c.delegation != nil {
		return &c.delegation.From
	}
	return &c.signer.Person
}

// maxOwnSignatures is how often a person may sign one callback. It bounds what is on record of
// people who sign, withdraw and sign again.
const maxOwnSignatures = 20

// others are the callback's signatures once the signer has given another one.
func (c *claim) others() []Signature {
	left, _ := end(c.Signatures, SignatureEnd{Lapse: Replaced, At: c.Now, Why: "Signed again."},
		func(s *Signature) bool { return s.By.ID == c.signer.ID })
	return left
}

// signature is what the signer would give, without what only the ballot says.
func (c *claim) signature() Signature {
	groups := c.holder().Groups
	s := Signature{
		By: c.signer.Actor(), Subject: c.signer.Subject, Email: c.signer.Email,
		Address: c.signer.VerifiedAddress(),
		Groups:  c.named(c.signer.Groups), GroupsReadAt: c.signer.GroupsReadAt,
		InQueue:      overlap(c.Queue.Groups, groups),
		Escalated:    c.Callback.escalated(groups, c.Now),
		NotRequester: c.excluded == nil,
		Proposal:     c.proposal, At: c.Now,
		Rule: c.Callback.Requirement.Rule,
	}
	if d := c.delegation; d != nil {
		s.ActingFor = &Delegator{
			Delegation: d.ID, ID: d.From.ID, Address: d.From.VerifiedAddress(), Name: d.From.Actor().Name,
			Groups: c.named(groups), ReadAt: d.From.GroupsReadAt,
		}
	}
	return s
}

// standing is what the signatures add up to together with the one that the signer would give.
func (c *claim) standing() Standing {
	return Weigh(c.Callback.Requirement, append(c.others(), c.signature()))
}

// named returns those of some groups that the queue or the requirement names. No other can matter,
// and people may have many.
func (g Gate) named(groups []string) (named []string) {
	wanted := slices.Concat(g.Queue.Groups, g.Callback.Requirement.groups())
	if escalation := g.Callback.Requirement.Escalate; escalation != nil {
		wanted = append(wanted, escalation.To...)
	}
	for _, group := range groups {
		if slices.Contains(wanted, group) {
			named = append(named, group)
		}
	}
	return named
}

// excluded says why the signer, or somebody they act for, may be the requester; nil if none can be.
// Who acts for a delegate of the requester counts too, through any number of delegations. So does who
// acted for somebody at any time since the request arrived: ending a delegation is no way around the
// second person.
func (g Gate) excluded(s Signer) *Refusal {
	if refusal := comparedWithRequester(s.Person, g.Callback); refusal != nil {
		return refusal
	}
	for _, other := range s.ActsFor(g.Callback.Queue, g.Callback.ReceivedAt, g.Now) {
		refusal := comparedWithRequester(other.Person, g.Callback)
		if refusal == nil {
			continue
		}
		acts := "You act for "
		if !g.Now.Before(other.Via.Until) {
			acts = "Since this request arrived, you have acted for "
		}
		code, whom := CodeActsForRequester, ", who made this request. A delegate counts as the requester, so someone else must sign it."
		if refusal.Code != CodeRequester {
			code, whom = CodeActsForExcluded, ", who may not sign this request, so neither may you. Someone else must sign it."
		} else if other.ID != other.Via.From.ID {
			whom = ", who counts as the requester by another delegation, and so do you. Someone else must sign it."
		}
		return &Refusal{Code: code, Reason: acts + other.Via.From.Actor().Name + whom}
	}
	if s.MoreDelegations {
		return &Refusal{Code: CodeActsForExcluded, Reason: "More delegations lead to you than the desk follows, so nobody can tell " +
			"that you do not act for the requester. Someone else must sign it."}
	}
	return nil
}
