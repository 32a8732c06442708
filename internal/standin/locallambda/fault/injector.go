package fault

import (
	"math/rand/v2"
	"net"
	"net/http"
	"sync"

	"countersign/internal/standin/locallambda/timers"
	"countersign/internal/standin/locallambda/wire"
)

// Injector decides which calls go wrong, and makes them go wrong.
type Injector struct {
	clock timers.Clock
	done  <-chan struct{} // closed when nobody waits for slow answers any more

	mu     sync.Mutex
	random *rand.Rand
	active []*activeFault
}

type activeFault struct {
	Fault
	struck int
}

// NewInjector returns an injector without faults. It holds slow answers back until done is closed.
func NewInjector(clock timers.Clock, done <-chan struct{}) *Injector {
	return &Injector{clock: clock, done: done}
}

// strikes reports whether the fault applies to a call. If the fault has a rate, it draws.
func (f *activeFault) strikes(operation string, random *rand.Rand) bool {
	switch {
	case f.Operation != "" && f.Operation != operation, f.Count > 0 && f.struck == f.Count:
		return false
	default:
		return f.Rate == 0 || random.Float64() < f.Rate
	}
}

// Set replaces all faults; without any, every call works. If several faults match a call, the first
// that applies is used. The calls that a Rate affects are drawn from random, so that a fixed seed
// gives a fixed sequence; random may be nil if no fault has a Rate. The injector takes ownership of
// random.
func (i *Injector) Set(random *rand.Rand, list ...Fault) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.random, i.active = random, nil
	for _, f := range list {
		i.active = append(i.active, &activeFault{Fault: f})
	}
}

// strike returns the fault for a call, or a Fault without Kind.
func (i *Injector) strike(operation string) Fault {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, candidate := range i.active {
		if candidate.strikes(operation, i.random) {
			candidate.struck++
			return candidate.Fault
		}
	}
	return Fault{}
}

// Handler serves the calls of an operation. next serves those that no fault affects.
func (i *Injector) Handler(operation string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.serve(i.strike(operation), w, r, next)
	})
}

func (i *Injector) serve(f Fault, w http.ResponseWriter, r *http.Request, next http.Handler) {
	switch f.Kind {
	case "":
		next.ServeHTTP(w, r)
	case ConnectionReset:
		reset(w)
	case AnswerLost:
		next.ServeHTTP(newHeldAnswer(), r)
		// closes the connection without an answer and without a line in the log
		panic(http.ErrAbortHandler)
	case Slow:
		i.serveSlowly(f, w, r, next)
	default:
		err := &wire.Error{
			Status: status[f.Kind], Code: string(f.Kind), Message: "A fault on demand.", RetryAfter: f.RetryAfter,
		}
		if f.Kind == Throttled {
			err.Reason = wire.CallerRateExceeded
		}
		wire.WriteError(w, err)
	}
}

// serveSlowly does the work at once and holds the answer back. The delay begins before the work, so
// that an observer who sees the work's effect knows that the clock is set.
func (i *Injector) serveSlowly(f Fault, w http.ResponseWriter, r *http.Request, next http.Handler) {
	over := make(chan struct{})
	stop := i.clock.AfterFunc(f.Delay, func() { close(over) })
	defer stop()
	held := newHeldAnswer()
	next.ServeHTTP(held, r)
	select {
	case <-over:
		held.release(w)
	case <-r.Context().Done():
	case <-i.done:
		wire.WriteError(w, wire.Unavailable())
	}
}

// reset closes the client's connection with a TCP reset.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		// there is no bare connection beneath; closing it is the nearest
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // otherwise the connection closes in the orderly way
	}
	_ = conn.Close()
}
