package desk

import (
	"context"
	"iter"
	"slices"

	"countersign/internal/callbacks"
)

// Seen says who has used the desk lately. Package policy keeps it.
type Seen interface {
	// Arrived has it looked at once whether the people seen could decide a request that was
	// announced. It does not block.
	Arrived(c callbacks.Callback)
	// Members yields the people seen in 30 days who are members of any of some groups or act for one,
	// with the delegations to them as they were a minute ago at most. It asks no database.
	Members(groups []string) iter.Seq[callbacks.Signer]
}

// nobodySeen is used where nobody keeps who was seen.
type nobodySeen struct{}

func (nobodySeen) Arrived(callbacks.Callback) {}

func (nobodySeen) Members([]string) iter.Seq[callbacks.Signer] {
	return func(func(callbacks.Signer) bool) {}
}

// maxNamed bounds the people who are named for a place. Where more could fill it, nobody is.
const maxNamed = 3

// couldSign returns by threshold who else of the people seen could fill an open place of it in their
// own right. It names nobody where more than maxNamed could, and nobody at all to readers who do not
// see the queue.
func (s *Service) couldSign(ctx context.Context, reader callbacks.Signer, sheet *Sheet) ([][]callbacks.Person, error) {
	c, now := &sheet.Callback, s.now()
	if c.State != callbacks.Pending || !s.queues.MaySee(reader, c.Queue, now) {
		return nil, nil
	}
	gate, leading := s.gate(c, sheet.Signatures, now), sheet.Standing.Leading()
	named := make([][]callbacks.Person, len(c.Requirement.Signatures))
	for i, threshold := range c.Requirement.Signatures {
		if i < len(leading.Filled) && leading.Filled[i] >= max(threshold.For, 1) {
			continue
		}
		for _, one := range s.few(gate, leading.Proposal, i, reader.ID) {
			// Whoever acts for the requester is found only by their delegations.
			signer, err := s.signerOf(ctx, one, c)
			if err != nil {
				return nil, err
			}
			if fills := gate.Fills(signer, leading.Proposal); fills != nil && fills[i] {
				named[i] = append(named[i], one)
			}
		}
	}
	return named, nil
}

// few returns the people seen who could fill a place of a threshold, the reader left out, whatever
// was delegated to them. It returns none if they are more than maxNamed.
func (s *Service) few(gate callbacks.Gate, p callbacks.Proposal, threshold int, reader string) (all []callbacks.Person) {
	requirement := &gate.Callback.Requirement
	groups := requirement.Signatures[threshold].From
	if len(groups) == 0 {
		groups = gate.Queue.Groups
	}
	if requirement.Escalate != nil {
		groups = slices.Concat(groups, requirement.Escalate.To)
	}
	for one := range s.seen.Members(groups) {
		fills := gate.Fills(callbacks.Signer{Person: one.Person}, p)
		if one.ID == reader || fills == nil || !fills[threshold] {
			continue
		}
		if len(all) == maxNamed {
			return nil
		}
		all = append(all, one.Person)
	}
	return all
}

// Colleagues returns up to limit people seen who may take part in the decision of a callback in their
// own right, the reader left out. A delegation may still exclude one of them.
func (s *Service) Colleagues(reader callbacks.Person, c *callbacks.Callback, limit int) (all []callbacks.Person) {
	now := s.now()
	gate := s.gate(c, nil, now)
	for one := range s.seen.Members(groupsOf(gate)) {
		fresh := one.Person
		fresh.GroupsReadAt = now // signing in again reads them
		if one.ID != reader.ID && len(all) < limit && gate.MayTakePart(callbacks.Signer{Person: fresh}) == nil {
			all = append(all, one.Person)
		}
	}
	return all
}

// CouldCome says whether the reader could give a signature that a callback lacks, and names up to limit
// others of the people seen who could, in their own right or in that of somebody they act for. It reads
// the signatures of the callback, if there are any, and the delegations to the reader.
func (s *Service) CouldCome(
	ctx context.Context, reader callbacks.Person, c *callbacks.Callback, limit int,
) (you bool, others []callbacks.Person, err error) {
	signatures, err := s.signatures(ctx, c)
	if err != nil {
		return false, nil, err
	}
	signer, err := s.signerOf(ctx, reader, c)
	if err != nil {
		return false, nil, err
	}
	gate := s.gate(c, signatures, s.now())
	leading := gate.Standing().Leading()
	for one := range s.seen.Members(groupsOf(gate)) {
		if len(others) == limit {
			break
		}
		if one.ID != reader.ID && gate.Helps(one, leading.Proposal) {
			others = append(others, one.Person)
		}
	}
	return gate.Helps(signer, leading.Proposal), others, nil
}

// groupsOf are the groups whose members may sign, or may once the callback is escalated.
func groupsOf(gate callbacks.Gate) []string {
	groups := slices.Clone(gate.Queue.Groups)
	for _, threshold := range gate.Callback.Requirement.Signatures {
		groups = append(groups, threshold.From...)
	}
	if to := gate.Callback.Requirement.Escalate; to != nil {
		groups = append(groups, to.To...)
	}
	return groups
}
