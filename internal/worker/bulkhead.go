package worker

import "sync"

// Bulkhead bounds how many calls are under way for each key, so that a key that hangs takes no slot
// from another. A weighted semaphore for each key would do the same, but does not tell how many
// slots are free, which a claim of work needs to know.
type Bulkhead[K comparable] struct {
	each int // slots for each key

	mu    sync.Mutex
	taken map[K]int // never zero for a key
}

// NewBulkhead makes a bulkhead with the given number of slots for each key.
func NewBulkhead[K comparable](each int) *Bulkhead[K] {
	return &Bulkhead[K]{each: each, taken: map[K]int{}}
}

// Try takes a slot of a key if one is free, and reports whether it did.
func (b *Bulkhead[K]) Try(key K) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.taken[key] >= b.each {
		return false
	}
	b.taken[key]++
	return true
}

// Take takes a slot even if none is free. It is for work that is already claimed when others took
// the slots first.
func (b *Bulkhead[K]) Take(key K) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.taken[key]++
}

// Release gives a slot back and reports whether its key had no free slot before.
func (b *Bulkhead[K]) Release(key K) (full bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	full = b.taken[key] >= b.each
	if b.taken[key]--; b.taken[key] == 0 {
		delete(b.taken, key)
	}
	return full
}

// Free returns the keys without a free slot, in no particular order, and the least number of free
// slots of any other key.
func (b *Bulkhead[K]) Free() (full []K, atLeast int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	atLeast = b.each
	for key, taken := range b.taken {
		if taken >= b.each {
			full = append(full, key)
		} else {
			atLeast = min(atLeast, b.each-taken)
		}
	}
	return full, atLeast
}
