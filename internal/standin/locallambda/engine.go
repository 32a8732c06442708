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
// [Engine.Register], serve its [Engine.Handler] on loopback, and end it with [Engine.Close]. Its
// methods may be called from any goroutine.
type Engine struct {
	config    Config
	context   context.Context // of every invocation; ends with Close
	cancel    context.CancelFunc
	group     sync.WaitGroup // invocations and the observers' goroutine
	observers observers
	faults    *fault.Injector
	throttle  throttle

	mu         sync.Mutex // guards what follows, and everything reachable from it
	closed     bool
	store      *store.Store // nil keeps executions in memory only
	functions  map[string]*function
	executions executions
	callbacks  map[string]*operation // by callback ID
	alarms     timers.Alarms
	wakeAt     time.Time // when the clock is set to wake us; zero when it is not
	stopClock  func() bool
	ready      []*execution // wait for their invocation to start, first in, first out
	invoking   int
	unsaved    []*execution
	dialect    dialect.Dialect
	dialects   *rand.Rand // what dialect.Mixed draws from
}

// New returns an engine that keeps its executions in memory. Close it.
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
// the observers have returned. Afterwards every request is refused. Closing twice is harmless.
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

// update is the only way to the state. Alarms that are due ring before the change, so that a late
// timer can never lose against a request that came after its time. The answer is given only when
// the change is saved.
func (e *Engine) update(change func(now time.Time) error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return wire.Unavailable()
	}
	now := e.now()
	e.alarms.Ring(now)
	err := change(now)
	if unsaved := e.settle(now); err == nil {
		err = unsaved
	}
	return err
}

// saveRetryDelay is how soon a failed save is tried again when nothing else happens.
const saveRetryDelay = time.Second

// settle brings the world in line with the state after a change. Observers and functions learn of
// it only once it is saved.
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

// wakeUp is what the clock calls. Update does the work; an error is logged where it happens and has
// no caller here.
func (e *Engine) wakeUp() {
	_ = e.update(func(time.Time) error {
		e.wakeAt = time.Time{}
		return nil
	})
}
