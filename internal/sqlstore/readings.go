package sqlstore

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/sqlstore/engine"
)

const (
	// maxReadings bounds how many results are kept: the lists of a few dozen different readers and
	// the counts beside them.
	maxReadings = 256
	// readingTimeout bounds a reading that several requests wait for. It goes on if the first of
	// them is cancelled.
	readingTimeout = 10 * time.Second
)

// readings cache the results of lists and counts since the last write. A change makes every open
// page read again, and most pages ask the same, so that is read once for all of them. If other
// processes write too, there is no cache: a nil *readings shares nothing.
type readings struct {
	writes atomic.Int64 // counts what was written
	flight singleflight.Group

	mu    sync.Mutex
	after int64 // the number of writes for which kept is valid
	kept  map[string]any
}

// invalidate drops the cache. Call it between a commit and its answer, so that nobody reads the
// state before their own change.
func (r *readings) invalidate() {
	if r != nil {
		r.writes.Add(1)
	}
}

// share returns the result under a key, or reads it. Results are shared: the caller must not change
// them.
func share[T any](ctx context.Context, r *readings, key string, read func(context.Context) (T, error)) (T, error) {
	if r == nil {
		return read(ctx)
	}
	if err := ctx.Err(); err != nil {
		var none T
		return none, fmt.Errorf("%w: %w", callbacks.ErrUnavailable, err)
	}
	writes := r.writes.Load()
	if found, ok := r.get(writes, key); ok {
		return found.(T), nil
	}
	result, err, _ := r.flight.Do(strconv.FormatInt(writes, 10)+" "+key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readingTimeout)
		defer cancel()
		found, err := read(ctx)
		if err == nil {
			r.put(writes, key, found)
		}
		return found, err
	})
	found, _ := result.(T)
	return found, err
}

func (r *readings) get(writes int64, key string) (any, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.after != writes {
		return nil, false
	}
	found, ok := r.kept[key]
	return found, ok
}

// put keeps a result, unless something was written since its reading began.
func (r *readings) put(writes int64, key string, found any) {
	if r.writes.Load() != writes {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kept == nil || r.after != writes || len(r.kept) >= maxReadings {
		r.after, r.kept = writes, map[string]any{}
	}
	r.kept[key] = found
}

const (
	// fewCounted is up to where every count is one of this moment.
	fewCounted = 200
	// maxCounted is how often a greater number is counted in a second. While much changes, each open page
	// asks for it again and again.
	maxCounted = 4
)

// tallies share great numbers within a second. On a quiet desk each is counted when it is asked for.
type tallies struct {
	mu     sync.Mutex
	second int64
	kept   map[string]*tally
}

// tally is one number, and how often it was counted.
type tally struct {
	n, counted int
	known      bool
}

// of returns the number under a key, or counts it.
func (t *tallies) of(key string, now time.Time, count func() (int, error)) (int, error) {
	one, again := t.take(key, now.Unix())
	if !again {
		return one.n, nil
	}
	n, err := count()
	if err == nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		if kept := t.kept[key]; kept != nil {
			kept.n, kept.known = n, true
		}
	}
	return n, err
}

// take reports whether a number is to be counted, and returns it otherwise.
func (t *tallies) take(key string, second int64) (tally, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kept == nil || t.second != second || len(t.kept) >= maxReadings {
		t.second, t.kept = second, map[string]*tally{}
	}
	one := t.kept[key]
	if one == nil {
		one = &tally{}
		t.kept[key] = one
	}
	if one.known && one.counted >= maxCounted {
		return *one, false
	}
	one.counted++
	return tally{}, true
}

// Count implements desk.Store.
func (s *Store) Count(ctx context.Context, q desk.Query, limit int) (int, error) {
	w, err := s.walk(ctx, q)
	if err != nil || len(w.arms) == 0 {
		return 0, err
	}
	n, err := s.counted(ctx, w, min(limit, fewCounted))
	if err != nil || n < fewCounted || limit <= fewCounted {
		return n, err
	}
	text, args := countText(s.dialect, w, limit)
	return s.tallies.of(s.db.NewRaw(text, args...).String(), q.Now, func() (int, error) { return s.counted(ctx, w, limit) })
}

func (s *Store) counted(ctx context.Context, w walk, limit int) (int, error) {
	text, args := countText(s.dialect, w, limit)
	statement := s.db.NewRaw(text, args...)
	return share(ctx, s.readings, statement.String(), func(ctx context.Context) (n int, err error) {
		if err := statement.Scan(ctx, &n); err != nil {
			return 0, fmt.Errorf("count callbacks: %w", s.unavailable(err))
		}
		return n, nil
	})
}

// countText counts what the arms find. It stops at limit.
func countText(d *engine.Dialect, w walk, limit int) (string, []any) {
	text, args := union(d, "1", w, fmt.Sprintf(" limit %d", limit))
	return "select count(*) from (" + text + ") as found", args
}
