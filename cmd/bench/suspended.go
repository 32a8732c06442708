package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// suspendedLimit is how much memory a suspended execution may use, in KB of 1024 bytes.
const suspendedLimit = 4.0

// suspended measures the memory that suspended executions use on the local engine.
func (b *bench) suspended(ctx context.Context) (_ []row, err error) {
	l, err := openLocalEngine(ctx, "")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, l.stop()) }()
	// connections and their buffers are not part of the measurement
	if err := l.suspendMany(ctx, idleConnections); err != nil {
		return nil, err
	}
	before := liveHeap()
	if err := l.suspendMany(ctx, b.many); err != nil {
		return nil, err
	}
	payload := len(`"round-12345"`)
	each := (float64(liveHeap()-before)/float64(b.many) - float64(payload)) / 1024
	return []row{{
		name:     "memory of a suspended execution, of " + thousands(b.many),
		measured: fmt.Sprintf("%.1f KB", each), goal: below(each, suspendedLimit, "KB"),
	}}, nil
}

// suspendMany starts executions and waits until all of them have suspended.
func (l *localEngine) suspendMany(ctx context.Context, n int) error {
	const atOnce = 16
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for range n {
		group.Go(func() error {
			x, err := l.suspend(ctx)
			if err == nil {
				l.forget(x)
			}
			return err
		})
	}
	return group.Wait()
}

// liveHeap returns the memory of all reachable objects, in bytes. The first collection leaves
// pooled objects to the second.
func liveHeap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
