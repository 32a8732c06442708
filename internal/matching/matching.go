// Package matching assigns people to places of several kinds: one place for each person, one person
// for each place. Counting kind by kind would be wrong for people who fit several kinds: whoever is
// counted for one is missing at another, although somebody else could have stood there.
package matching

import "slices"

// Unplaced is the kind of a person who fills no place.
const Unplaced = -1

// Matching says who fills which place. Kinds and people are known by their index.
type Matching struct {
	At   []int    // by person: the kind of the place that they fill, or Unplaced
	Open []int    // by kind: how many of its places nobody fills
	fits [][]bool // by person and kind: whether the person can fill its places
}

// Find fills as many places as possible, by Kuhn's augmenting paths. Of several ways, it takes one
// that fills the places of earlier kinds first. places are the numbers of places by kind; fits says
// by person and kind whether the person can fill a place.
func Find(places []int, fits [][]bool) *Matching {
	m := &Matching{
		fits: fits, At: slices.Repeat([]int{Unplaced}, len(fits)), Open: slices.Clone(places),
	}
	for kind := range m.Open {
		for m.Open[kind] > 0 && m.fill(kind, make([]bool, len(places))) {
			m.Open[kind]--
		}
	}
	return m
}

// fill finds somebody for one more place of a kind. It may move people to it from other kinds, if
// somebody can stand in for them there. seen has the kinds that were tried.
func (m *Matching) fill(kind int, seen []bool) bool {
	seen[kind] = true
	for person, at := range m.At {
		if at == Unplaced && m.fits[person][kind] {
			m.At[person] = kind
			return true
		}
	}
	for person, at := range m.At {
		if at != Unplaced && m.fits[person][kind] && !seen[at] && m.fill(at, seen) {
			m.At[person] = kind
			return true
		}
	}
	return false
}

// OpenPlaces is the number of places that nobody fills.
func (m *Matching) OpenPlaces() (n int) {
	for _, open := range m.Open {
		n += open
	}
	return n
}

// Ways returns the kinds where one more person would help to fill an open place of a kind: that kind
// first, then those from which somebody could move over.
func (m *Matching) Ways(kind int) []int {
	seen := make([]bool, len(m.Open))
	m.fill(kind, seen) // finds nobody, because no more places can be filled
	kinds := []int{kind}
	for other, reached := range seen {
		if reached && other != kind {
			kinds = append(kinds, other)
		}
	}
	return kinds
}
