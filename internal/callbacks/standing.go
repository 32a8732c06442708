package callbacks

import (
	"fmt"
	"strings"
	"time"
)

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
