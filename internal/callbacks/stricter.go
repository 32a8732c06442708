package callbacks

import (
	"slices"
	"time"
)

// Covers reports whether terms are as strict as others: every way to meet them meets the others
// too, and whatever stops a request under the others stops it under them. Two terms of which
// neither covers the other cannot be compared. The queue's groups are taken to hold everybody who
// sees the request, also where the two terms come from two queues.
func (t Terms) Covers(other Terms) bool {
	return t.PlacesCover(other) && t.against() <= other.against() &&
		(t.ExcludesRequester() || !other.ExcludesRequester()) && within(other.Reason, t.Reason) &&
		t.Escalate.covers(other.Escalate) && ageCovers(t.GroupsNotOlderThan, other.GroupsNotOlderThan)
}

// maxCompared bounds the thresholds that are compared exactly, because each subset of them is
// tried. A rule has at most 10.
const maxCompared = 12

// PlacesCover reports whether any people who fill all places of the terms, one each, can also fill
// all places of others.
//
// It assumes the worst: each person is only in the groups of the threshold whose place they fill.
// By Hall's theorem they can fill the other places if, for each set of the other thresholds, at
// least as many of them fit into that set as it has places.
func (t Terms) PlacesCover(other Terms) bool {
	n := len(other.Signatures)
	if n == 0 || len(t.Signatures) == 0 {
		return len(t.Signatures) == 0 // terms without places are never met
	}
	if n > maxCompared {
		return false
	}
	for set := 1; set < 1<<n; set++ {
		var chosen Terms
		for i, threshold := range other.Signatures {
			if set&(1<<i) != 0 {
				chosen.Signatures = append(chosen.Signatures, threshold)
			}
		}
		if t.placesWithin(chosen) < chosen.Places() {
			return false
		}
	}
	return true
}

// placesWithin counts the places whose people can certainly fill a place of others.
func (t Terms) placesWithin(others Terms) (n int) {
	everybody := slices.ContainsFunc(others.Signatures, Threshold.ofQueue)
	groups := others.groups()
	for _, threshold := range t.Signatures {
		if everybody || len(threshold.From) > 0 && within(threshold.From, groups) {
			n += threshold.places()
		}
	}
	return n
}

// covers reports whether an escalation lets nobody sign whom another does not let sign, or earlier.
func (e *Escalation) covers(other *Escalation) bool {
	return e == nil || other != nil && e.After >= other.After && within(e.To, other.To)
}

// ageCovers reports whether groups of at most one age are never older than another allows.
func ageCovers(limit, other time.Duration) bool { return other == 0 || limit > 0 && limit <= other }

// tightened returns the stricter of two terms key by key. Where they cannot be compared, it keeps
// what stood. The result covers what stood.
func (t Terms) tightened(stood Terms) Terms {
	if !t.PlacesCover(stood) {
		t.Signatures = stood.Signatures
	}
	if t.against() > stood.against() {
		t.Against = stood.Against
	}
	if !t.ExcludesRequester() {
		t.Exclude = stood.Exclude
	}
	if !within(stood.Reason, t.Reason) {
		t.Reason = slices.Concat(stood.Reason, slices.DeleteFunc(slices.Clone(t.Reason), stood.NeedsReason))
	}
	if !t.Escalate.covers(stood.Escalate) {
		t.Escalate = stood.Escalate
	}
	if !ageCovers(t.GroupsNotOlderThan, stood.GroupsNotOlderThan) {
		t.GroupsNotOlderThan = stood.GroupsNotOlderThan
	}
	return t
}

// within reports whether a list holds everything that another one has.
func within[T comparable](some, all []T) bool {
	return !slices.ContainsFunc(some, func(one T) bool { return !slices.Contains(all, one) })
}
