package locallambda_test

import (
	"runtime"
	"testing"
	"time"

	"countersign/internal/standin/locallambda"
)

// A suspended execution is data: it costs some memory and nothing that runs. Not parallel, because
// it looks at the whole heap.
func TestSuspendedExecutions_AreCheap(t *testing.T) {
	const executions = 1_000
	const limit = 4 << 10 // bytes for one, beside its payloads
	b := newBench(t, locallambda.Config{})
	u := op("1")
	u.CallbackOptions = timeouts(3600, 600)
	b.register("f", one(u))
	suspend := func() {
		b.start("f")
		b.suspended()
	}
	suspend() // warms up the client's and the server's connections
	heap, goroutines := footprint()
	for range executions {
		suspend()
	}
	b.log.Forget()
	moreHeap, moreGoroutines := footprint()
	if each := (moreHeap - heap) / executions; each > limit {
		t.Errorf("%d bytes for a suspended execution, want at most %d", each, limit)
	} else {
		t.Logf("%d bytes for a suspended execution", each)
	}
	if n := moreGoroutines - goroutines; n > 10 {
		t.Errorf("%d goroutines more", n)
	}
	b.clock.Advance(600 * time.Second) // all their alarms ring
	for range executions + 1 {
		b.wantEnd("FAILED")
	}
}

func footprint() (heap, goroutines int) {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc), runtime.NumGoroutine()
}
