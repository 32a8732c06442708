package durable_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/durable"
)

// CardDeclined is an error of the user's.
type CardDeclined struct{ Code int }

func (e *CardDeclined) Error() string { return fmt.Sprintf("declined: %d", e.Code) }

var twice = durable.MustNewRetryStrategy(durable.RetryConfig{MaxAttempts: 2, InitialDelay: 7 * time.Second, Jitter: durable.JitterNone})

func TestStep_retriesThenFails(t *testing.T) {
	t.Parallel()
	b := newBackend(t, `null`)
	var attempts []int
	var got []error
	h := newHandler(b, func(ctx durable.Context, _ any) (string, error) {
		_, err := durable.Step(ctx, "charge", func(sc durable.StepContext) (string, error) {
			attempts = append(attempts, sc.Attempt())
			return "", &CardDeclined{Code: sc.Attempt()}
		}, durable.WithRetry(twice))
		got = append(got, err)
		return "went on", durable.Wait(ctx, "", time.Second)
	})

	b.invoke(h).want(t, "PENDING", "")
	if u := b.lastUpdate(); u.String() != "STEP RETRY charge" || u.StepOptions.NextAttemptDelaySeconds != 7 || u.Error.ErrorMessage != "declined: 1" {
		t.Errorf("recorded %+v, want a retry in 7 s with the error", u)
	}
	b.invoke(h).want(t, "PENDING", "") // too early
	b.settle("charge", "READY", nil)
	b.invoke(h).want(t, "PENDING", "") // the wait
	b.settle("WAIT", "SUCCEEDED", nil)
	b.invoke(h).want(t, "SUCCEEDED", `"went on"`)

	if want := []int{1, 2}; !cmp.Equal(attempts, want) {
		t.Errorf("attempts %v, want %v", attempts, want)
	}
	want := &durable.StepError{Name: "charge", Attempts: 2, ErrorType: "CardDeclined", Message: "declined: 2"}
	for i, err := range got { // live and after replay
		if diff := cmp.Diff(error(want), err); diff != "" {
			t.Errorf("error %d (-want +got):\n%s", i, diff)
		}
	}
	if len(got) != 2 {
		t.Errorf("%d errors, want one live and one replayed", len(got))
	}
}

func TestStep_interrupted(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name      string
		semantics durable.StepSemantics
		runs      int
		answer    []string
		recorded  string
	}{
		{"at least once", durable.AtLeastOncePerRetry, 1, []string{"SUCCEEDED", `"done"`}, "STEP START pay, STEP SUCCEED pay"},
		{"at most once", durable.AtMostOncePerRetry, 0, []string{"FAILED", `step "pay" was interrupted, and is not to run twice for one attempt`},
			"STEP START pay, STEP FAIL pay"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t, `null`)
			runs := 0
			broken := true
			h := newHandler(b, func(ctx durable.Context, _ any) (string, error) {
				return durable.Step(ctx, "pay", func(durable.StepContext) (string, error) {
					if broken {
						b.refuseNext("ServiceException") // the end of the step is never recorded
						return "", nil
					}
					runs++
					return "done", nil
				}, durable.WithSemantics(c.semantics), durable.WithRetry(durable.NoRetry()))
			})
			if _, err := b.tryInvoke(h); err == nil {
				t.Fatal("Invoke succeeded, though the step's result was not recorded")
			}
			broken = false
			b.refuseNext("")
			b.invoke(h).want(t, c.answer[0], c.answer[1])
			if runs != c.runs || b.done() != c.recorded {
				t.Errorf("ran %d times and recorded %s, want %d and %s", runs, b.done(), c.runs, c.recorded)
			}
		})
	}
}

func TestStep_interruptedIsShownToTheStrategy(t *testing.T) {
	t.Parallel()
	b := newBackend(t, `null`)
	b.records = append(b.records, &record{ID: "c4ca4238a0b92382", Type: "STEP", SubType: "Step", Status: "STARTED"})
	var interrupted *durable.StepInterruptedError
	strategy := func(a durable.RetryAttempt) durable.RetryDecision {
		errors.As(a.Err, &interrupted)
		return durable.RetryDecision{Retry: a.Attempt == 1}
	}
	h := newHandler(b, func(ctx durable.Context, _ any) (int, error) {
		return durable.Step(ctx, "", func(sc durable.StepContext) (int, error) { return sc.Attempt(), nil },
			durable.WithSemantics(durable.AtMostOncePerRetry), durable.WithRetry(strategy))
	})
	b.invoke(h).want(t, "PENDING", "")
	if interrupted == nil || b.lastUpdate().StepOptions.NextAttemptDelaySeconds != 1 {
		t.Errorf("strategy saw %v, delay %+v; want the interruption and 1 s", interrupted, b.lastUpdate().StepOptions)
	}
	b.settle("STEP", "READY", nil)
	b.invoke(h).want(t, "SUCCEEDED", "2")
}

func TestStep_failsAtOnce(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		body func() (any, error)
		want string
	}{
		{"panic", func() (any, error) { panic("boom") }, "panic: boom"},
		{"result too large", func() (any, error) { return strings.Repeat("x", 1<<20), nil },
			`record the result of step "s": a result of 1048578 bytes: at most 1048576 can be recorded; keep it elsewhere and return where it is`},
		{"result without encoding", func() (any, error) { return make(chan int), nil },
			`record the result of step "s": json: unsupported type: chan int`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t, `null`)
			h := newHandler(b, func(ctx durable.Context, _ any) (any, error) {
				return durable.Step(ctx, "s", func(durable.StepContext) (any, error) { return c.body() }, durable.WithRetry(durable.NoRetry()))
			})
			b.invoke(h).want(t, "FAILED", c.want)
			if got := b.done(); got != "STEP START s, STEP FAIL s" {
				t.Errorf("recorded %s", got)
			}
		})
	}
}

func TestStep_returnsWhatReplayWillReturn(t *testing.T) {
	t.Parallel()
	b := newBackend(t, `null`)
	h := newHandler(b, func(ctx durable.Context, _ any) (bool, error) {
		at, err := durable.Step(ctx, "now", func(durable.StepContext) (time.Time, error) { return time.Now(), nil })
		return strings.Contains(at.String(), "m="), err // the monotonic clock is not recorded
	})
	b.invoke(h).want(t, "SUCCEEDED", "false")
	if b.lastUpdate().Payload == nil {
		t.Error("no result was recorded")
	}
}
