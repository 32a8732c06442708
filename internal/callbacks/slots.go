package callbacks

import (
	"cmp"
	"slices"
	"sync"
)

// slots bound how many calls are under way in each lane, so that one that hangs takes none from another.
type slots struct {
	each int // lane

	mu    sync.Mutex
	taken map[Lane]int // none is zero
}

func newSlots(each int) *slots { return &slots{each: each, taken: map[Lane]int{}} }

// try takes a slot of a lane if there is one.
func (s *slots) try(l Lane) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken[l] >= s.each {
		return false
	}
	s.taken[l]++
	return true
}

// take takes a slot whether or not there is one: for work that is claimed already, when others were faster than the claim.
func (s *slots) take(l Lane) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken[l]++
}

// release gives a slot back and reports whether its lane was full.
func (s *slots) release(l Lane) (full bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	full = s.taken[l] >= s.each
	if s.taken[l]--; s.taken[l] == 0 {
		delete(s.taken, l)
	}
	return full
}

// free returns the lanes without a free slot, and how many slots any other lane has at least.
func (s *slots) free() (full []Lane, atLeast int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	atLeast = s.each
	for l, taken := range s.taken {
		if taken >= s.each {
			full = append(full, l)
		} else {
			atLeast = min(atLeast, s.each-taken)
		}
	}
	slices.SortFunc(full, func(a, b Lane) int { return cmp.Compare(a.String(), b.String()) })
	return full, atLeast
}
