package locallambda

import (
	"slices"
	"sync"
	"time"

	"countersign/internal/standin/locallambda/wire"
)

// ObservationKind says what happened.
type ObservationKind string

// The kinds of observations.
const (
	ExecutionStarted    ObservationKind = "execution started"
	ExecutionEnded      ObservationKind = "execution ended"
	InvocationCompleted ObservationKind = "invocation completed"
	CallbackStarted     ObservationKind = "callback started"
	HeartbeatReceived   ObservationKind = "heartbeat received"
	CallbackClosed      ObservationKind = "callback closed"
)

// Observation is one thing that happened in the engine and is already saved. A callback that is
// open when its execution ends is not closed, so there is no observation for it, as there is no
// event.
type Observation struct {
	Kind          ObservationKind
	At            time.Time
	Function      string
	ExecutionARN  string
	ExecutionName string

	// For callbacks only.
	OperationID      string
	OperationName    string
	CallbackID       string
	Timeout          time.Duration // of a started callback; 0 means none
	HeartbeatTimeout time.Duration

	// how a callback or an execution ended (SUCCEEDED, FAILED, TIMED_OUT, STOPPED), or an
	// invocation's answer
	Status  string
	Payload string            // the input of a started execution, or the result of a success
	Error   *wire.ErrorObject // of a failure
}

// observers passes observations to subscribers, in order and outside the engine's lock.
type observers struct {
	pending []Observation // not yet saved; guarded by the engine's lock

	queueMu     sync.Mutex
	arrived     *sync.Cond
	queue       []delivery
	subscribers []*subscriber // replaced, never changed in place, because deliveries share it
	stopping    bool
}

type subscriber struct{ notify func(Observation) }

// delivery is an observation with the subscribers at the time of its publication.
type delivery struct {
	observation Observation
	to          []*subscriber
}

// Observe calls notify for everything that happens from now on, one at a time and in order. After
// cancel, only earlier observations may still arrive. One goroutine notifies all observers, so a
// slow one delays the others, but never the engine. notify may call the engine, except Close.
func (e *Engine) Observe(notify func(Observation)) (cancel func()) {
	s := &subscriber{notify}
	e.observers.subscribe(s)
	return func() { e.observers.unsubscribe(s) }
}

// observe notes an observation about an execution and, if op is not nil, about one of its
// operations.
func (e *Engine) observe(o Observation, now time.Time, x *execution, op *operation) {
	o.At, o.Function, o.ExecutionARN, o.ExecutionName = now, x.function, x.arn, x.name
	if op != nil {
		o.OperationID, o.OperationName, o.CallbackID = op.id, op.name, op.callback.id
	}
	e.observers.pending = append(e.observers.pending, o)
}

// subscribe adds a subscriber for future observations.
func (o *observers) subscribe(s *subscriber) {
	o.queueMu.Lock()
	defer o.queueMu.Unlock()
	o.subscribers = append(slices.Clip(o.subscribers), s)
}

// unsubscribe removes a subscriber; observations that were published before still reach it.
func (o *observers) unsubscribe(s *subscriber) {
	o.queueMu.Lock()
	defer o.queueMu.Unlock()
	o.subscribers = slices.DeleteFunc(slices.Clone(o.subscribers), func(other *subscriber) bool { return other == s })
}

// start starts the goroutine that notifies.
func (o *observers) start(group *sync.WaitGroup) {
	o.arrived = sync.NewCond(&o.queueMu)
	group.Go(o.run)
}

// publish queues the noted observations.
func (o *observers) publish() {
	if len(o.pending) == 0 {
		return
	}
	o.queueMu.Lock()
	if len(o.subscribers) > 0 {
		for _, observation := range o.pending {
			o.queue = append(o.queue, delivery{observation, o.subscribers})
		}
		o.arrived.Signal()
	}
	o.queueMu.Unlock()
	o.pending = nil
}

// stop ends run once the queue is empty.
func (o *observers) stop() {
	o.queueMu.Lock()
	defer o.queueMu.Unlock()
	o.stopping = true
	o.arrived.Signal()
}

// run notifies until stop.
func (o *observers) run() {
	for batch := o.next(); batch != nil; batch = o.next() {
		for _, d := range batch {
			for _, s := range d.to {
				s.notify(d.observation)
			}
		}
	}
}

// next waits for deliveries. nil means that there will be no more.
func (o *observers) next() []delivery {
	o.queueMu.Lock()
	defer o.queueMu.Unlock()
	for len(o.queue) == 0 && !o.stopping {
		o.arrived.Wait()
	}
	batch := o.queue
	o.queue = nil
	return batch
}
