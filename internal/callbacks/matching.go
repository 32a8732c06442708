package callbacks

import "slices"

// unplaced is the threshold of a person who fills no place.
const unplaced = -1

// matching assigns people to the places of thresholds: one place for each person, one person for
// each place. Counting group by group would be wrong for people in several groups: whoever is
// counted for one threshold is missing at another, although somebody else could have stood there.
type matching struct {
	fits [][]bool // by person and threshold: whether the person can fill its places
	at   []int    // by person: the threshold whose place they fill, or unplaced
	open []int    // by threshold: how many of its places nobody fills
}

// match fills as many places as possible, by Kuhn's augmenting paths. Of several ways, it takes one
// that fills the places of earlier thresholds first.
func match(thresholds []Threshold, fits [][]bool) *matching {
	m := &matching{
		fits: fits, at: slices.Repeat([]int{unplaced}, len(fits)), open: make([]int, len(thresholds)),
	}
	for t, threshold := range thresholds {
		m.open[t] = threshold.places()
		for m.open[t] > 0 && m.fill(t, make([]bool, len(thresholds))) {
			m.open[t]--
		}
	}
	return m
}

// fill finds somebody for one more place of a threshold. It may move people to it from other
// thresholds, if somebody can stand in for them there. seen has the thresholds that were tried.
func (m *matching) fill(t int, seen []bool) bool {
	seen[t] = true
	for person, at := range m.at {
		if at == unplaced && m.fits[person][t] {
			m.at[person] = t
			return true
		}
	}
	for person, at := range m.at {
		if at != unplaced && m.fits[person][t] && !seen[at] && m.fill(at, seen) {
			m.at[person] = t
			return true
		}
	}
	return false
}

// openPlaces is the number of places that nobody fills.
func (m *matching) openPlaces() (n int) {
	for _, open := range m.open {
		n += open
	}
	return n
}

// ways returns the thresholds where one more person would help to fill an open place of t: t itself
// first, then those from which somebody could move over.
func (m *matching) ways(t int) []int {
	seen := make([]bool, len(m.open))
	m.fill(t, seen) // finds nobody, because no more places can be filled
	thresholds := []int{t}
	for other, reached := range seen {
		if reached && other != t {
			thresholds = append(thresholds, other)
		}
	}
	return thresholds
}
