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
)

const (
	// maxReadings bounds what is kept: the lists of a few dozen different readers and the counts
	// beside them.
	maxReadings = 256
	// readingTimeout bounds a reading that several wait for. It is not given up together with the
	// first of them.
	readingTimeout = 10 * time.Second
)

// readings are what lists and counts found since the last write. A change makes every open page
// read again, and most of them ask the same: that is read once for all. Where other processes write
// too there are none: a nil *readings shares nothing.
type readings struct {
	writes atomic.Int64 // counts what was written
	flight singleflight.Group

	mu    sync.Mutex
	after int64 // the writes that kept knows of
	kept  map[string]any
}

// invalidate drops what is kept. Call it between a commit and its answer, so that nobody reads what
// was before their own change.
func (r *readings) invalidate() {
	if r != nil {
		r.writes.Add(1)
	}
}

// share gives what was found under a key, or reads it. What is found is shared: nobody may change
// it.
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

// put keeps what was found, unless something was written since the reading began.
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
