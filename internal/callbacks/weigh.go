package callbacks

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"countersign/internal/matching"
)

// Weigh adds up the signatures of a callback. It is pure, and the order of the signatures does not
// matter. Signatures against win over those for, if there are enough of both.
func Weigh(r Requirement, signatures []Signature) Standing {
	byProposal := make(map[Proposal][]Signature)
	for _, s := range lastOfEach(signatures) {
		if r.Fits(&s) {
			byProposal[s.Proposal] = append(byProposal[s.Proposal], s)
		}
	}
	standing := Standing{terms: r.Terms}
	for proposal, given := range byProposal {
		standing.Tallies = append(standing.Tallies, r.tally(proposal, given))
	}
	slices.SortFunc(standing.Tallies, compareTallies)
	if len(standing.Tallies) > 0 && standing.Tallies[0].Complete() {
		standing.Decided = &standing.Tallies[0]
	}
	return standing
}

// lastOfEach returns the live signatures by time, one of each person: the last, if there are more.
func lastOfEach(signatures []Signature) []Signature {
	last := make(map[string]Signature)
	for _, s := range signatures {
		if s.Live() && compareSignatures(s, last[s.By.ID]) > 0 {
			last[s.By.ID] = s
		}
	}
	return slices.SortedFunc(maps.Values(last), compareSignatures)
}

// compareSignatures orders signatures by time. No two live ones are equal.
func compareSignatures(a, b Signature) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.By.ID, b.By.ID),
		cmp.Compare(a.Hash, b.Hash), cmp.Compare(a.Stance, b.Stance))
}

// compareTallies puts first what needs the fewest signatures. Of decided ones it puts first the one
// against the request, then the one that was decided earlier.
func compareTallies(a, b Tally) int {
	return cmp.Or(cmp.Compare(a.Needs-a.Has, b.Needs-b.Has), cmp.Compare(a.Stance, b.Stance),
		a.last().Compare(b.last()), cmp.Compare(a.Hash, b.Hash), cmp.Compare(a.Outcome, b.Outcome))
}

// fits returns by threshold whether a signature can fill one of its places.
func (t Terms) fits(s *Signature) []bool {
	if !t.eligible(s) {
		return make([]bool, len(t.Signatures))
	}
	return t.members(s)
}

// Fits reports whether a signature can fill any place of the terms, as if nobody else had signed.
func (t Terms) Fits(s *Signature) bool { return slices.Contains(t.fits(s), true) }

// eligible reports whether a signature may count at all: whether the people behind it are nobody
// whom the terms exclude, and the groups that it rests on had been read lately.
func (t Terms) eligible(s *Signature) bool {
	return (s.NotRequester || !t.ExcludesRequester()) &&
		oldGroups(s.GroupsReadAt, s.At, t.GroupsNotOlderThan) == nil &&
		(s.ActingFor == nil || oldGroups(s.ActingFor.ReadAt, s.At, delegatorGroupsMaxAge) == nil)
}

// members returns by threshold whether a signature comes from its groups, or by the escalation of
// these terms: what was escalated under others, or to others, fills no place of these.
func (t Terms) members(s *Signature) []bool {
	members := make([]bool, len(t.Signatures))
	escalated := s.Escalated && t.Escalate != nil && overlap(t.Escalate.To, s.groups())
	for i, threshold := range t.Signatures {
		member := s.InQueue
		if len(threshold.From) > 0 {
			member = overlap(threshold.From, s.groups())
		}
		members[i] = member || escalated
	}
	return members
}

// right is what one person may sign with. Its signatures are those of the person, from any of their
// accounts, and of their delegates. Together they count once: whoever gave a right away has no
// second one.
type right struct {
	signatures []Signature
	fits       []bool // by threshold: whether one of the signatures fits
}

// of reports whether the right is that of a person.
func (r *right) of(holder identity) bool {
	return slices.ContainsFunc(r.signatures, func(s Signature) bool { return s.holder().is(holder) })
}

// rights sorts signatures by the people whose rights they use, in the order in which they were
// given.
func (t Terms) rights(given []Signature) (rights []right) {
	for _, s := range given {
		i := slices.IndexFunc(rights, func(r right) bool { return r.of(s.holder()) })
		if i < 0 {
			i = len(rights)
			rights = append(rights, right{fits: make([]bool, len(t.Signatures))})
		}
		r := &rights[i]
		r.signatures = append(r.signatures, s)
		for threshold, fits := range t.fits(&s) {
			r.fits[threshold] = r.fits[threshold] || fits
		}
	}
	return rights
}

// tally adds up the signatures for one proposal, which are ordered by time.
func (t Terms) tally(p Proposal, given []Signature) Tally {
	if p.Stance == For {
		return t.tallyFor(p, t.rights(given))
	}
	tally := Tally{Proposal: p, Needs: t.against()}
	for _, s := range given {
		tally.Signed = append(tally.Signed, Counted{s, matching.Unplaced})
	}
	tally.Has = min(len(t.rights(given)), tally.Needs)
	if n := tally.Needs - tally.Has; n > 0 {
		tally.Missing = []Missing{{Count: n}}
	}
	return tally
}

// tallyFor finds a place for as many people as possible. Of the signatures in one right, the first
// that fits takes its place.
func (t Terms) tallyFor(p Proposal, rights []right) Tally {
	tally := Tally{Proposal: p, Filled: make([]int, len(t.Signatures)), Needs: t.Places()}
	fits := make([][]bool, len(rights))
	for i, r := range rights {
		fits[i] = r.fits
	}
	places := make([]int, len(t.Signatures))
	for i, threshold := range t.Signatures {
		places[i] = threshold.places()
	}
	m := matching.Find(places, fits)
	for i, r := range rights {
		at := m.At[i]
		for _, s := range r.signatures {
			counted := Counted{s, matching.Unplaced}
			if at != matching.Unplaced && t.fits(&s)[at] {
				counted.Threshold, at = at, matching.Unplaced
				tally.Filled[counted.Threshold]++
				tally.Has++
			}
			tally.Signed = append(tally.Signed, counted)
		}
	}
	slices.SortFunc(tally.Signed, func(a, b Counted) int {
		return compareSignatures(a.Signature, b.Signature)
	})
	tally.Missing = t.missing(m)
	return tally
}

// missing lists the open places. If just one signature is missing, it names everybody who could
// give it: also those from whose place somebody could move over. If more are missing, naming
// everybody for each would be wrong, because two people may not move over from the same place; so
// each names the groups of its own threshold.
func (t Terms) missing(m *matching.Matching) (all []Missing) {
	only := m.OpenPlaces() == 1
	for i, n := range m.Open {
		if n == 0 {
			continue
		}
		from := slices.Clone(t.Signatures[i].From)
		if only {
			from = t.groupsOf(m.Ways(i))
		}
		all = append(all, Missing{Count: n, From: from})
	}
	return all
}

// groupsOf returns the groups of some thresholds, or none if the queue's groups are among them.
func (t Terms) groupsOf(thresholds []int) (groups []string) {
	for _, i := range thresholds {
		from := t.Signatures[i].From
		if len(from) == 0 {
			return nil
		}
		for _, g := range from {
			if !slices.Contains(groups, g) {
				groups = append(groups, g)
			}
		}
	}
	return groups
}

// Standing is what the signatures of a callback add up to.
type Standing struct {
	// Decided is the proposal that has enough signatures; nil while none has.
	Decided *Tally
	// Tallies are the proposals that have signatures which count. The decided one is first, then
	// those that need the fewest.
	Tallies []Tally

	terms Terms
}

// Tally is what the signatures for one proposal add up to.
type Tally struct {
	Proposal
	Signed  []Counted // in the order in which they were given
	Filled  []int     // by threshold: how many of its places are filled
	Missing []Missing // empty once the proposal is decided
	Has     int       // how many signatures count towards the decision
	Needs   int       // how many decide
}

// Counted is a signature and the threshold where it fills a place. One that fills none, because all
// that it could fill are filled, is kept and not needed. Signatures against fill no places.
type Counted struct {
	Signature
	Threshold int // index into [Terms.Signatures], or -1
}

// Missing is a number of signatures that would decide, together with the other ones missing.
type Missing struct {
	Count int
	From  []string // people of any of these groups; empty means the queue's groups
}

// last is the time of the last signature.
func (t *Tally) last() time.Time { return t.Signed[len(t.Signed)-1].At }

// Complete reports whether the proposal has enough signatures. One with none is never complete.
func (t *Tally) Complete() bool { return t.Has > 0 && t.Has >= t.Needs }

// decides reports whether a proposal has enough signatures, and no other came before it.
func (s Standing) decides(p Proposal) bool { return s.Decided != nil && s.Decided.Proposal == p }

// Of returns what the signatures for a proposal add up to; it may have none.
func (s Standing) Of(p Proposal) Tally {
	for _, t := range s.Tallies {
		if t.Proposal == p {
			return t
		}
	}
	return s.terms.tally(p, nil)
}

// Leading is the proposal for the request that needs the fewest signatures. It has no name while
// nobody has signed for any.
func (s Standing) Leading() Tally {
	for _, t := range s.Tallies {
		if t.Stance == For {
			return t
		}
	}
	return s.Of(Proposal{Stance: For})
}

// Words says what is missing: "2 from finance-approvers and 1 from controllers", "1 more from
// controllers", "1 more signature". It is empty if nothing is.
func (t *Tally) Words() string {
	more := ""
	if t.Has > 0 {
		more = " more"
	}
	var parts []string
	for _, m := range t.Missing {
		switch {
		case t.Stance != For:
			parts = append(parts, fmt.Sprintf("%d%s against", m.Count, more))
		case len(m.From) > 0:
			parts = append(parts, fmt.Sprintf("%d%s from %s", m.Count, more, strings.Join(m.From, " or ")))
		case m.Count == 1:
			parts = append(parts, "1"+more+" signature")
		default:
			parts = append(parts, fmt.Sprintf("%d%s signatures", m.Count, more))
		}
	}
	return strings.Join(parts, " and ")
}
