package locallambda

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"countersign/internal/standin/locallambda/dialect"
	"countersign/internal/standin/locallambda/fault"
	"countersign/internal/standin/locallambda/store"
	"countersign/internal/standin/locallambda/timers"
	"countersign/internal/standin/locallambda/wire"
)

// Engine runs durable executions. Make one with [New] or [Open], give it functions with
// [Engine.Register], serve its [Engine.Handler] on loopback, and stop it with [Engine.Close]. Its
// methods are safe for concurrent use.
type Engine struct {
	config    Config
	context   context.Context // of every invocation; Close cancels it
	cancel    context.CancelFunc
	group     sync.WaitGroup // invocations and the observers' goroutine
	observers observers
	faults    *fault.Injector
	throttle  throttle

	waiting    requests   // changes that wait for mu
	mu         sync.Mutex // guards the fields below, and everything reachable from them
	closed     bool
	store      *store.Store // nil keeps executions in memory only
	functions  map[string]*function
	executions executions
	callbacks  map[string]*operation // by callback ID
	alarms     timers.Alarms
	wakeAt     time.Time // when the clock will wake us; zero if it is not set
	stopClock  func() bool
	ready      []*execution // waiting for their invocation to start, first in, first out
	invoking   int
	unsaved    []*execution
	dialect    dialect.Dialect
	dialects   *rand.Rand // the source from which dialect.Mixed draws
}

// New returns an engine that keeps its executions in memory. The caller must call Close.
func New(config Config) *Engine {
	e := &Engine{
		config:     config.withDefaults(),
		functions:  map[string]*function{},
		callbacks:  map[string]*operation{},
		executions: newExecutions(),
	}
	e.throttle = newThrottle(e.config.Quotas.Rates)
	e.context, e.cancel = context.WithCancel(context.Background())
	e.faults = fault.NewInjector(e.config.Clock, e.context.Done())
	e.observers.start(&e.group)
	return e
}

// SetFaults replaces all faults of calls over HTTP; see [fault.Injector.Set].
func (e *Engine) SetFaults(random *rand.Rand, list ...fault.Fault) { e.faults.Set(random, list...) }

// Close stops the engine: it cancels the context of running invocations and waits until they and
// the observers have returned. Afterwards every request is refused. Close may be called twice.
func (e *Engine) Close() error {
	e.mu.Lock()
	first := !e.closed
	e.closed = true
	if e.stopClock != nil {
		e.stopClock()
	}
	e.mu.Unlock()
	e.cancel()
	e.observers.stop()
	e.group.Wait()
	if !first || e.store == nil {
		return nil
	}
	return e.store.Close()
}

// now reads the clock with the precision of the protocol.
func (e *Engine) now() time.Time {
	return e.config.Clock.Now().UTC().Truncate(time.Millisecond)
}

// update is the only access to the state. Alarms that are due ring before the change, so that a
// late timer never loses against a request that came after its time. The caller gets its answer
// only after the change is saved. Whoever has the lock also makes the changes of those who wait for
// it, so that all of them are saved in one transaction.
func (e *Engine) update(change func(now time.Time) error) error {
	mine := &request{change: change}
	e.waiting.add(mine)
	e.mu.Lock()
	defer e.mu.Unlock()
	if mine.made {
		return mine.err
	}
	e.makeAll(e.waiting.take())
	return mine.err
}

// makeAll makes changes and saves them together.
func (e *Engine) makeAll(requests []*request) {
	for _, r := range requests {
		r.made, r.err = true, wire.Unavailable()
	}
	if e.closed {
		return
	}
	var now time.Time
	for _, r := range requests {
		now = e.now()
		e.alarms.Ring(now)
		r.err = r.change(now)
	}
	unsaved := e.settle(now)
	for _, r := range requests {
		if r.err == nil {
			r.err = unsaved
		}
	}
}

// saveRetryDelay is how soon a failed save is tried again when nothing else happens.
const saveRetryDelay = time.Second

// settle acts on a change of the state. Observers and functions learn of the change only after it
// is saved.
func (e *Engine) settle(now time.Time) error {
	defer e.setClock(now)
	if err := e.save(); err != nil {
		e.config.Logger.Error("executions could not be saved; trying again", "error", err)
		e.alarms.Set(now.Add(saveRetryDelay), func(time.Time) {})
		return wire.ServiceFault()
	}
	e.observers.publish()
	e.startReady(now)
	return nil
}

// setClock makes the clock wake the engine for the earliest alarm.
func (e *Engine) setClock(now time.Time) {
	next, ok := e.alarms.Next()
	if !ok || next.Equal(e.wakeAt) {
		return
	}
	if e.stopClock != nil {
		e.stopClock()
	}
	e.wakeAt = next
	e.stopClock = e.config.Clock.AfterFunc(e.wakeAt.Sub(now), e.wakeUp)
}

// wakeUp is called by the clock. update does the work; it logs errors itself, and here nobody could
// receive them.
func (e *Engine) wakeUp() {
	_ = e.update(func(time.Time) error {
		e.wakeAt = time.Time{}
		return nil
	})
}
