package locallambda_test

import (
	"sync"
	"testing"
	"time"

	"countersign/internal/standin/locallambda"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// openCallback starts a program with one callback and suspends it.
func (b *bench) openCallback(options *types.CallbackOptions) (arn, id string) {
	b.t.Helper()
	u := op("1")
	u.CallbackOptions = options
	return b.startSuspended(one(u))
}

func TestHeartbeat_DoesNotMoveTheTimeout(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	_, id := b.openCallback(timeouts(12, 4))
	for range 4 {
		b.clock.Advance(2500 * time.Millisecond)
		b.must(b.heartbeat(id))
		b.next(locallambda.HeartbeatReceived)
	}
	b.clock.Advance(2 * time.Second)
	got := b.next(locallambda.CallbackClosed)
	if got.Error.ErrorType != "Callback.Timeout" || !got.At.Equal(begin.Add(12*time.Second)) {
		t.Errorf("closed with %s after %v", got.Error.ErrorType, got.At.Sub(begin))
	}
}

func TestHeartbeat_WithoutHeartbeatTimeoutIsAccepted(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	_, id := b.openCallback(timeouts(5, 0))
	b.clock.Advance(4 * time.Second)
	b.must(b.heartbeat(id))
	b.clock.Advance(time.Second)
	if got := b.next(locallambda.CallbackClosed).Error.ErrorType; got != "Callback.Timeout" {
		t.Errorf("closed with %s", got)
	}
}

func TestCallback_WithoutTimeoutsStaysOpen(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{ExecutionTimeout: 366 * 24 * time.Hour})
	_, id := b.openCallback(timeouts(0, 0))
	b.clock.Advance(365 * 24 * time.Hour)
	b.must(b.succeed(id, `1`))
	b.wantEnd("SUCCEEDED")
}

// The clocks start with the CallbackStarted event, while the invocation still runs.
func TestTimeout_WhileTheInvocationRuns(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	created, goOn := make(chan struct{}), make(chan struct{})
	var first sync.Once
	b.register("f", func(r *run) answer {
		u := op("1")
		u.CallbackOptions = timeouts(5, 0)
		r.callback(u)
		first.Do(func() { close(created); <-goOn })
		return r.result(r.await("1"))
	})
	arn := b.start("f")
	<-created
	b.clock.Advance(5 * time.Second)
	close(goOn)
	b.wantEnd("FAILED")
	b.wantHistory(arn, "ExecutionStarted", "CallbackStarted", "CallbackTimedOut", "InvocationCompleted", "InvocationCompleted", "ExecutionFailed")
}

// A request that comes at the very time of the timeout is too late, even if the timer did not get
// round to it.
func TestTimeout_BeatsLateSuccess(t *testing.T) {
	t.Parallel()
	clock := &frozenTimers{now: begin}
	b := attach(t, locallambda.New(locallambda.Config{Clock: clock}), nil)
	_, id := b.openCallback(timeouts(5, 0))
	clock.set(begin.Add(5 * time.Second))
	b.wantClosed(id, true)
	if got := b.next(locallambda.CallbackClosed).Status; got != "TIMED_OUT" {
		t.Errorf("closed as %s", got)
	}
}

// frozenTimers is a clock whose timers never fire.
type frozenTimers struct {
	mu  sync.Mutex
	now time.Time
}

func (c *frozenTimers) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *frozenTimers) set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

func (*frozenTimers) AfterFunc(time.Duration, func()) func() bool { return func() bool { return true } }

func TestExecutionTimeout_LeavesTheCallbackStarted(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{ExecutionTimeout: time.Minute})
	arn, id := b.openCallback(timeouts(3600, 0))
	b.clock.Advance(time.Minute)
	b.wantEnd("TIMED_OUT")
	events := b.wantHistory(arn, "ExecutionStarted", "CallbackStarted", "InvocationCompleted", "ExecutionTimedOut")
	if got := *events[0].ExecutionStartedDetails.ExecutionTimeout; got != 60 {
		t.Errorf("execution timeout %d", got)
	}
	b.wantClosed(id, true)
	b.wantHistory(arn, "ExecutionStarted", "CallbackStarted", "InvocationCompleted", "ExecutionTimedOut")
	if got := b.get(arn); got.Status != types.ExecutionStatusTimedOut || !got.EndTimestamp.Equal(begin.Add(time.Minute)) {
		t.Errorf("execution %s, ended %v", got.Status, got.EndTimestamp)
	}
}

func TestStop_LeavesTheCallbackStarted(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	arn, id := b.openCallback(timeouts(5, 0))
	b.clock.Advance(time.Second)
	if got := b.stop(arn).StopTimestamp; !got.Equal(begin.Add(time.Second)) {
		t.Errorf("stopped at %v", got)
	}
	b.wantClosed(id, false)
	b.clock.Advance(time.Hour)
	events := b.wantHistory(arn, "ExecutionStarted", "CallbackStarted", "InvocationCompleted", "ExecutionStopped")
	if got := *events[3].ExecutionStoppedDetails.Error.Payload.ErrorMessage; got != "enough" {
		t.Errorf("stopped because of %q", got)
	}
	if got := b.stop(arn).StopTimestamp; !got.Equal(begin.Add(time.Second)) {
		t.Errorf("stopping again gives %v", got)
	}
}

// Of any number of concurrent completions, and the timeout among them, exactly one wins.
func TestCompletion_ExactlyOneWins(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	b.register("f", one(types.OperationUpdate{Id: ptr("1"), CallbackOptions: timeouts(5, 0)}))
	for range 40 {
		arn := b.start("f")
		id := b.next(locallambda.CallbackStarted).CallbackID
		b.suspended()
		var calls sync.WaitGroup
		answers := make(chan error, 8)
		for range 4 {
			calls.Go(func() { answers <- b.succeed(id, `1`) })
			calls.Go(func() { answers <- b.fail(id, rejected) })
		}
		calls.Go(func() { b.clock.Advance(5 * time.Second) })
		calls.Wait()
		close(answers)
		accepted := 0
		for err := range answers {
			if err == nil {
				accepted++
				continue
			}
			wantError[*types.CallbackTimeoutException](t, err)
		}
		closed := b.next(locallambda.CallbackClosed)
		b.next(locallambda.ExecutionEnded)
		terminal := 0
		for _, e := range b.history(arn) {
			switch e.EventType {
			case types.EventTypeCallbackSucceeded, types.EventTypeCallbackFailed, types.EventTypeCallbackTimedOut:
				terminal++
			}
		}
		if byClock := closed.Status == "TIMED_OUT"; terminal != 1 || byClock && accepted != 0 || !byClock && accepted != 1 {
			t.Fatalf("%d terminal events (%s), %d calls accepted", terminal, closed.Status, accepted)
		}
	}
}

func ptr[T any](v T) *T { return &v }
