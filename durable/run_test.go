package durable_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"countersign/durable"
)

func TestSuspend_runsDeferredCallsAndPassesRecover(t *testing.T) {
	t.Parallel()
	b := newBackend(t, `null`)
	var caught []any
	deferred := 0
	h := newHandler(b, func(ctx durable.Context, _ any) (out string, err error) {
		defer func() {
			deferred++
			if v := recover(); v != nil { // a handler that swallows whatever it can
				caught = append(caught, v)
				out, err = "swallowed", nil
			}
		}()
		return "waited", pause(ctx)
	})
	b.invoke(h).want(t, "PENDING", "")
	b.settle("pause", "SUCCEEDED", nil)
	b.invoke(h).want(t, "SUCCEEDED", `"waited"`)
	if caught != nil || deferred != 2 {
		t.Errorf("recovered %v, ran the deferred call %d times; want nothing and once per invocation", caught, deferred)
	}
}

func TestSuspend_operationInADeferredCallDoesNothing(t *testing.T) {
	t.Parallel()
	b := newBackend(t, `null`)
	cleaned := 0
	h := newHandler(b, func(ctx durable.Context, _ any) (any, error) {
		defer func() {
			_, _ = durable.Step(ctx, "clean up", func(durable.StepContext) (int, error) { cleaned++; return 0, nil })
		}()
		return nil, pause(ctx)
	})
	b.invoke(h).want(t, "PENDING", "")
	if got := b.done(); got != "WAIT START pause" || cleaned != 0 {
		t.Errorf("recorded %s while suspending", got)
	}
	b.settle("pause", "SUCCEEDED", nil)
	b.invoke(h).want(t, "SUCCEEDED", "null")
	if cleaned != 1 {
		t.Errorf("cleaned up %d times, want once, at the end", cleaned)
	}
}

// A function that awaits in a goroutine of its own breaks the rules, but it
// must not be taken for finished.
func TestSuspend_inAnotherGoroutine(t *testing.T) {
	t.Parallel()
	b := newBackend(t, `null`)
	h := newHandler(b, func(ctx durable.Context, _ any) (string, error) {
		cb, err := durable.CreateCallback[string](ctx, "approval")
		if err != nil {
			return "", err
		}
		text := "no result"
		done := make(chan struct{})
		go func() {
			defer close(done)
			if got, err := cb.Get(); err == nil {
				text = got
			}
		}()
		<-done
		return text, nil
	})
	b.invoke(h).want(t, "PENDING", "")
	b.succeed("approval", "yes")
	b.invoke(h).want(t, "SUCCEEDED", `"yes"`)
}

func TestRun_contextEndsWithTheInvocation(t *testing.T) {
	t.Parallel()
	b := newBackend(t, `null`)
	var kept durable.Context
	var deadline time.Time
	h := newHandler(b, func(ctx durable.Context, _ any) (string, error) {
		kept = ctx
		deadline, _ = ctx.Deadline()
		return ctx.ExecutionArn(), ctx.Err()
	})
	want := time.Now().Add(time.Hour)
	ctx, cancel := context.WithDeadline(t.Context(), want)
	defer cancel()
	out, err := h.Invoke(ctx, b.envelope())
	if err != nil || !strings.Contains(string(out), testArn) {
		t.Fatalf("answer %s, %v", out, err)
	}
	if !deadline.Equal(want) || !errors.Is(kept.Err(), context.Canceled) {
		t.Errorf("deadline %v, want that of the invocation; afterwards %v, want cancelled", deadline, kept.Err())
	}
}

func TestRun_misuseFailsTheExecution(t *testing.T) {
	t.Parallel()
	cases := map[string]func(ctx durable.Context) error{
		"operation in a step": func(ctx durable.Context) error {
			_, err := durable.Step(ctx, "outer", func(durable.StepContext) (int, error) { return 0, step(ctx, "inner") })
			return err
		},
		"outer context in a child": func(ctx durable.Context) error {
			_, err := durable.RunInChildContext(ctx, "child", func(durable.Context) (int, error) { return 0, step(ctx, "inner") })
			return err
		},
		"callback awaited in a step": func(ctx durable.Context) error {
			cb, err := durable.CreateCallback[string](ctx, "inner")
			if err != nil {
				return err
			}
			_, err = durable.Step(ctx, "outer", func(durable.StepContext) (string, error) { return cb.Get() })
			return err
		},
	}
	for name, misuse := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t, `null`)
			a := b.invoke(newHandler(b, func(ctx durable.Context, _ any) (any, error) { _ = misuse(ctx); return nil, nil }))
			if a.Status != "FAILED" || !strings.Contains(a.Error.ErrorMessage, `"inner" was used inside a step, or with a context other than that of the running child context`) {
				t.Errorf("answer %s %+v", a.Status, a.Error)
			}
		})
	}
}

// A callback of the handler may be awaited in a child context.
func TestRun_outerCallbackAwaitedInAChild(t *testing.T) {
	t.Parallel()
	b := newBackend(t, `null`)
	h := newHandler(b, func(ctx durable.Context, _ any) (string, error) {
		cb, err := durable.CreateCallback[string](ctx, "approval")
		if err != nil {
			return "", err
		}
		return durable.RunInChildContext(ctx, "group", func(durable.Context) (string, error) { return cb.Get() })
	})
	b.invoke(h).want(t, "PENDING", "")
	b.succeed("approval", "yes")
	b.invoke(h).want(t, "SUCCEEDED", `"yes"`)
}

func TestRun_panicFailsTheExecution(t *testing.T) {
	t.Parallel()
	cases := map[string]func(durable.Context){
		"in the handler":                   func(durable.Context) { panic("boom") },
		"in a deferred call of suspension": func(ctx durable.Context) { defer panic("boom"); _ = pause(ctx) },
	}
	for name, fn := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t, `null`)
			a := b.invoke(newHandler(b, func(ctx durable.Context, _ any) (any, error) { fn(ctx); return nil, nil }))
			a.want(t, "FAILED", "panic: boom")
			if a.Error.ErrorType != "panic" || !strings.Contains(strings.Join(a.Error.StackTrace, "\n"), "run_test.go") {
				t.Errorf("error %+v, want where it happened", a.Error)
			}
		})
	}
}

// What Lambda will not record however often it is asked fails the execution at once.
func TestRun_refusedForGood(t *testing.T) {
	t.Parallel()
	cases := map[string]func(durable.Context) (string, error){
		"operation":    func(ctx durable.Context) (string, error) { return "", step(ctx, "charge") },
		"large result": func(durable.Context) (string, error) { return strings.Repeat("x", 6<<20), nil },
	}
	for name, fn := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t, `null`)
			b.refuse = "InvalidParameterValueException"
			a := b.invoke(newHandler(b, func(ctx durable.Context, _ any) (string, error) { return fn(ctx) }))
			if a.Status != "FAILED" || !strings.Contains(a.Error.ErrorMessage, "InvalidParameterValueException: refused") {
				t.Errorf("answer %s %+v", a.Status, a.Error)
			}
		})
	}
}

// What is not the workflow's fault ends the invocation with an error, so that
// Lambda repeats it, and the workflow does not see it.
func TestRun_faultsAreRetriedByLambda(t *testing.T) {
	t.Parallel()
	t.Run("checkpoint refused", func(t *testing.T) {
		t.Parallel()
		b := newBackend(t, `null`)
		b.refuse = "ServiceException"
		saw := false
		h := newHandler(b, func(ctx durable.Context, _ any) (any, error) {
			_ = step(ctx, "charge")
			saw = true
			return nil, nil
		})
		_, err := b.tryInvoke(h)
		var refused *types.ServiceException
		if !errors.As(err, &refused) || saw {
			t.Errorf("Invoke: %v, seen by the function: %t", err, saw)
		}
		b.refuseNext("")
		b.invoke(h).want(t, "SUCCEEDED", "null")
	})
	t.Run("stale token", func(t *testing.T) {
		t.Parallel()
		b := newBackend(t, `null`)
		h := newHandler(b, func(ctx durable.Context, _ any) (any, error) {
			b.envelope() // a newer invocation takes over
			return nil, step(ctx, "charge")
		})
		var refused *types.InvalidParameterValueException
		if _, err := b.tryInvoke(h); !errors.As(err, &refused) {
			t.Errorf("Invoke: %v, want the refusal", err)
		}
	})
	t.Run("state unreadable", func(t *testing.T) {
		t.Parallel()
		b := newBackend(t, `null`)
		h := newHandler(b, func(ctx durable.Context, _ any) (any, error) { return nil, pause(ctx) })
		b.invoke(h)
		b.pageSize = 1
		payload := b.envelope()
		b.envelope()
		var refused *types.InvalidParameterValueException
		if _, err := h.Invoke(t.Context(), payload); !errors.As(err, &refused) {
			t.Errorf("Invoke: %v, want the refusal", err)
		}
	})
	t.Run("handler leaves its goroutine", func(t *testing.T) {
		t.Parallel()
		b := newBackend(t, `null`)
		_, err := b.tryInvoke(newHandler(b, func(durable.Context, any) (any, error) { runtime.Goexit(); return nil, nil }))
		if err == nil || err.Error() != "durable: the handler called runtime.Goexit" {
			t.Errorf("Invoke: %v", err)
		}
	})
	t.Run("no ID for a callback", func(t *testing.T) {
		t.Parallel()
		b := newBackend(t, `null`)
		b.records = append(b.records, &record{ID: "c4ca4238a0b92382", Type: "CALLBACK", SubType: "Callback", Status: "STARTED"})
		_, err := b.tryInvoke(newHandler(b, func(ctx durable.Context, _ any) (any, error) {
			_, err := durable.CreateCallback[string](ctx, "")
			return nil, err
		}))
		if err == nil || !strings.Contains(err.Error(), `Lambda gave no ID for CALLBACK/Callback ""`) {
			t.Errorf("Invoke: %v", err)
		}
	})
}
