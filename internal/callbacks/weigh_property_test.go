package callbacks

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var (
	someGroups    = rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), rapid.ID)
	someStances   = rapid.SliceOfDistinct(rapid.SampledFrom([]Stance{For, Against}), rapid.ID)
	someProposals = rapid.SampledFrom([]Proposal{approve, edited, reject, changes})
)

func drawRequirement(t *rapid.T) Requirement {
	r := Requirement{Rule: "rule", Terms: Terms{Against: rapid.IntRange(0, 2).Draw(t, "against")}}
	for range rapid.IntRange(1, 3).Draw(t, "thresholds") {
		r.Signatures = append(r.Signatures, Threshold{From: someGroups.Draw(t, "from"), For: rapid.IntRange(1, 2).Draw(t, "for")})
	}
	if rapid.Bool().Draw(t, "excluding") {
		r.Exclude = []Exclusion{ExcludeRequester}
	}
	if rapid.Bool().Draw(t, "limited") {
		r.GroupsNotOlderThan = time.Hour
	}
	r.Reason = someStances.Draw(t, "reason")
	if rapid.Bool().Draw(t, "escalates") {
		r.Escalate = &Escalation{
			After: rapid.SampledFrom([]float64{0.25, 0.5}).Draw(t, "after"),
			To:    rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), 1, 2, rapid.ID).Draw(t, "to"),
		}
	}
	return r
}

// drawSignatures draws one signature of each of some people; any may act for somebody, and any may
// have been withdrawn. Two of them may have the same address.
func drawSignatures(t *rapid.T) (all []Signature) {
	addresses := rapid.SliceOfN(rapid.SampledFrom([]string{"", "x", "y", "z"}), 6, 6).Draw(t, "addresses")
	for i := range rapid.IntRange(0, 6).Draw(t, "signatures") {
		s := vote(fmt.Sprint("p", i), "")
		s.Address = addresses[i]
		s.Groups, s.Proposal = someGroups.Draw(t, "groups"), someProposals.Draw(t, "proposal")
		s.At = t0.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "at")) * time.Hour)
		s.InQueue, s.NotRequester = rapid.Bool().Draw(t, "in queue"), rapid.Bool().Draw(t, "not requester")
		s.Comment = rapid.SampledFrom([]string{"", "Fine."}).Draw(t, "comment")
		s.Escalated = rapid.IntRange(0, 5).Draw(t, "escalated") == 0
		if holder := rapid.IntRange(0, 9).Draw(t, "holder"); holder < 3 {
			s.ActingFor = &Delegator{ID: fmt.Sprint("p", holder), Address: addresses[holder], Groups: someGroups.Draw(t, "groups"), ReadAt: t0}
		}
		if rapid.IntRange(0, 4).Draw(t, "withdrawn") == 0 {
			s.End = &SignatureEnd{Lapse: Withdrawn}
		}
		all = append(all, s)
	}
	return all
}

// TestWeighIgnoresOrder: the order of the signatures never matters.
func TestWeighIgnoresOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r, signatures := drawRequirement(t), drawSignatures(t)
		want := Weigh(r, signatures)
		got := Weigh(r, rapid.Permutation(signatures).Draw(t, "permutation"))
		if diff := cmp.Diff(want.Tallies, got.Tallies); diff != "" || (want.Decided == nil) != (got.Decided == nil) {
			t.Fatalf("-want +got:\n%s", diff)
		}
	})
}

// TestWeighRemoving: removing a signature never decides, and neither does ending it.
func TestWeighRemoving(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r, signatures := drawRequirement(t), drawSignatures(t)
		if Weigh(r, signatures).Decided != nil {
			return
		}
		for i := range signatures {
			fewer := slices.Delete(slices.Clone(signatures), i, i+1)
			if got := Weigh(r, fewer); got.Decided != nil {
				t.Fatalf("without %+v it is decided: %+v", signatures[i], got.Decided)
			}
			ended := slices.Clone(signatures)
			ended[i].End = &SignatureEnd{Lapse: Void}
			if got := Weigh(r, ended); got.Decided != nil {
				t.Fatalf("with %+v void it is decided: %+v", signatures[i], got.Decided)
			}
		}
	})
}

// TestWeighCountsNobodyExcluded: what does not count is in no tally, and changes nothing.
func TestWeighCountsNobodyExcluded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r, signatures := drawRequirement(t), drawSignatures(t)
		counts := func(s Signature) bool {
			return s.Live() && (len(r.Exclude) == 0 || s.NotRequester) && (r.GroupsNotOlderThan == 0 || s.At.Sub(t0) <= time.Hour)
		}
		standing := Weigh(r, signatures)
		for _, tally := range standing.Tallies {
			for _, s := range tally.Signed {
				if !counts(s.Signature) {
					t.Fatalf("counted %+v", s)
				}
			}
		}
		only := slices.DeleteFunc(slices.Clone(signatures), func(s Signature) bool { return !counts(s) })
		if diff := cmp.Diff(Weigh(r, only).Tallies, standing.Tallies); diff != "" {
			t.Fatalf("what does not count changes the standing: -want +got:\n%s", diff)
		}
	})
}

// openings are the numbers of places of some thresholds.
func openings(thresholds []Threshold) (open []int) {
	for _, t := range thresholds {
		open = append(open, t.places())
	}
	return open
}

// TestWeighAgreesWithTrying: a proposal has as many signatures as the best assignment of people and
// rights to places has.
func TestWeighAgreesWithTrying(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r, signatures := drawRequirement(t), drawSignatures(t)
		for _, tally := range Weigh(r, signatures).Tallies {
			var given []Signature
			for _, s := range signatures {
				if s.Live() && s.Proposal == tally.Proposal && r.eligible(&s) {
					given = append(given, s)
				}
			}
			want := r.try(given, openings(r.Signatures), map[identity]bool{})
			if tally.Stance == Against {
				rights := map[identity]bool{}
				for _, s := range given {
					if slices.Contains(r.members(&s), true) {
						rights[oneOf(s.holder())] = true
					}
				}
				want = min(len(rights), max(r.Against, 1))
			}
			if tally.Has != want || tally.Complete() != (want == tally.Needs) || (len(tally.Missing) == 0) != tally.Complete() {
				t.Fatalf("%s has %d of %d, want %d: %+v", tally.Hash, tally.Has, tally.Needs, want, tally)
			}
		}
	})
}

// oneOf is the same for all identities of one human, if the address of a key is always the same.
func oneOf(i identity) identity {
	if i.address != "" {
		i.id = ""
	}
	return i
}

// try is the greatest number of places that signatures can fill when each right is used once.
func (t Terms) try(given []Signature, open []int, used map[identity]bool) int {
	if len(given) == 0 {
		return 0
	}
	s, best := given[0], t.try(given[1:], open, used)
	for i, fits := range t.members(&s) {
		if fits && open[i] > 0 && !used[oneOf(s.holder())] {
			open[i]--
			used[oneOf(s.holder())] = true
			best = max(best, 1+t.try(given[1:], open, used))
			open[i]++
			used[oneOf(s.holder())] = false
		}
	}
	return best
}

// TestMissingIsEnough: whoever a tally says is missing decides it, from whichever group they come.
func TestMissingIsEnough(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r, signatures := drawRequirement(t), drawSignatures(t)
		tally := Weigh(r, signatures).Of(someProposals.Draw(t, "proposal"))
		for _, m := range tally.Missing {
			for n := range m.Count {
				s := vote(fmt.Sprint("new", len(signatures), n), "", to(tally.Proposal), signedAt(time.Minute))
				s.InQueue = len(m.From) == 0
				if len(m.From) > 0 {
					s.Groups = []string{rapid.SampledFrom(m.From).Draw(t, "from")}
				}
				if tally.Stance == Against { // anybody who could fill a place
					s.Groups, s.InQueue = []string{"a", "b", "c"}, true
				}
				signatures = append(signatures, s)
			}
		}
		if got := Weigh(r, signatures).Of(tally.Proposal); !got.Complete() {
			t.Fatalf("%q came, and %q is missing: %+v", tally.Words(), got.Words(), got)
		}
	})
}
