package durable

import (
	"errors"
	"log/slog"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// run is one pass of the handler through the execution's record.
type run struct {
	journal *journal
	serdes  Serdes
	logger  *slog.Logger
	replay  *replay

	ended atomic.Pointer[ending] // set by the first operation that ends the run

	mu     sync.Mutex
	active *durableContext // the context that may begin operations; nil inside a step
}

// ending is how a run ended: with the handler's result, a failure of the
// execution, a wait, or a fault of this invocation that Lambda has to retry.
type ending struct {
	status  string // of the response; empty for a fault
	result  string
	failure error
	fault   error
}

// errExited says that the handler ended its own goroutine, as [testing.T.FailNow] does.
var errExited = errors.New("durable: the handler called runtime.Goexit")

// do runs body in a goroutine of its own, so that an operation can end the run from any depth with
// [runtime.Goexit]. The goroutine has ended when do returns.
func (r *run) do(body func() (string, error)) ending {
	done := make(chan ending)
	go func() {
		end := ending{fault: errExited}
		defer func() {
			recovered := recover()
			done <- r.settle(end, recovered)
		}()
		result, err := body()
		if err != nil {
			end = ending{status: statusFailed, failure: err}
		} else {
			end = ending{status: statusSucceeded, result: result}
		}
	}()
	return <-done
}

// settle chooses between what the handler did last and what ended the run. A fault comes first,
// because everything else may be its consequence. A panic comes next, because it may come from a
// deferred call. Otherwise, if something ended the run, that counts and the handler's return value
// does not: the handler went on without a result that it was waiting for.
func (r *run) settle(returned ending, recovered any) ending {
	ended := r.ended.Load()
	switch {
	case ended != nil && ended.fault != nil:
		return *ended
	case recovered != nil:
		return ending{status: statusFailed, failure: newPanicError(recovered, debug.Stack())}
	case ended != nil:
		return *ended
	}
	return returned
}

// end ends the run from inside the handler's goroutine. It does not return.
func (r *run) end(e ending) {
	r.ended.CompareAndSwap(nil, &e)
	runtime.Goexit()
}

// suspend ends the run until Lambda invokes the function again.
func (r *run) suspend() { r.end(ending{status: statusPending}) }

// fail ends the run and the execution.
func (r *run) fail(err error) { r.end(ending{status: statusFailed, failure: err}) }

// checkpoint records an update. If that fails, it ends the run, because going on without the record
// checkpoint records an update. If that fails, it ends the run, because going on without the record
// would repeat work. The next invocation starts from what was recorded. If Lambda refuses the
// update itself, the next invocation would be refused too, so the execution fails.
func (r *run) checkpoint(c *durableContext, update types.OperationUpdate) {
	switch err := r.journal.checkpoint(c, update); {
	case errors.Is(err, errRefused):
		r.fail(err)
	case err != nil:
		r.end(ending{fault: err})
	}
}

func (r *run) setActive(c *durableContext) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.active = c
}

func (r *run) getActive() *durableContext {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.active
}
