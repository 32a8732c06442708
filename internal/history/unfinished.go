package history

import (
	"sync"
	"time"

	"countersign/internal/callbacks"
)

// Bounds of the readings that are kept between two pages.
const (
	keptReadings = 64
	keptBytes    = 32 << 20
	// After this time a reading is not continued, and may make room for another: whoever began it
	// comes back far sooner.
	staleAfter = 10 * time.Minute
)

// reading is the reading of one history, page by page. It may be put off between two pages, and
// continues there: otherwise a history longer than the read quota allows at once would never be
// read to its end.
type reading struct {
	query Query // its marker says where the reading continues
	pages int   // read so far
	whole bool  // every page is read that is needed, and only the execution's state is not known

	ending *ending // of a reading how the callback ended
	tail   Tail    // of a reading what followed
	after  *Tail   // of a reading how the callback ended, what followed, if that was shown too

	resumed bool      // it was put off, and no page was read since
	left    time.Time // when it was put off
}

// size is about how many bytes the reading takes up.
func (r *reading) size() int {
	size := 1024
	if r.ending != nil {
		size += r.ending.size
	}
	for i := range r.tail.Events {
		size += r.tail.Events[i].size()
	}
	return size
}

// unfinished keeps readings that were put off, in memory only: a process that lost one begins it
// anew.
type unfinished struct {
	mu  sync.Mutex
	all map[key]*reading
}

// key identifies a reading.
type key struct {
	target callbacks.Target
	after  int
}

func (r *reading) key() key { return key{r.query.Target, r.query.After} }

// take returns the kept reading and forgets it, or returns the given one: also if the kept one is
// stale, because the history has gone on, or reads in another lane.
func (u *unfinished) take(begun *reading, now time.Time) *reading {
	u.mu.Lock()
	defer u.mu.Unlock()
	kept, ok := u.all[begun.key()]
	if !ok {
		return begun
	}
	delete(u.all, begun.key())
	if now.Sub(kept.left) > staleAfter || kept.query.Lane != begun.query.Lane {
		return begun
	}
	kept.resumed = true
	return kept
}

// keep keeps a reading until somebody takes it. If there is no room, those that are kept stay: one
// after the other comes to its end and makes room.
func (u *unfinished) keep(r *reading, now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.room(r) {
		for k, other := range u.all {
			if now.Sub(other.left) > staleAfter {
				delete(u.all, k)
			}
		}
	}
	if u.room(r) {
		if !r.whole || r.left.IsZero() { // a whole one grows old from when its pages were read
			r.left = now
		}
		u.all[r.key()] = r
	}
}

// room reports whether there is room for another reading. There is always room for one.
func (u *unfinished) room(r *reading) bool {
	size := r.size()
	for _, other := range u.all {
		size += other.size()
	}
	return len(u.all) == 0 || len(u.all) < keptReadings && size <= keptBytes
}
