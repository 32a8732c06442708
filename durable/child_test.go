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

// stop makes a function suspend, so that the next invocation replays what was
// before it.
func pause(ctx durable.Context) error { return durable.Wait(ctx, "pause", time.Second) }

func TestChild_operationsAreItsOwn(t *testing.T) {
	t.Parallel()
	b := newBackend(t, `null`)
	runs := 0
	h := newHandler(b, func(ctx durable.Context, _ any) (string, error) {
		text, err := durable.RunInChildContext(ctx, "outer", func(ctx durable.Context) (string, error) {
			runs++
			return durable.RunInChildContext(ctx, "inner", func(ctx durable.Context) (string, error) {
				return durable.Step(ctx, "work", func(durable.StepContext) (string, error) { return "done", nil })
			})
		})
		if err != nil {
			return "", err
		}
		return text, pause(ctx)
	})
	b.invoke(h).want(t, "PENDING", "")
	// First 16 digits of the MD5 of "1", "1-1", "1-1-1" and "2".
	type shape struct{ What, ID, ParentID, SubType string }
	var got []shape
	for _, u := range b.updates {
		got = append(got, shape{u.String(), u.ID, u.ParentID, u.SubType})
	}
	outer, inner, work := "c4ca4238a0b92382", "ea66c06c1e1c05fa", "2f221a18eb863803"
	want := []shape{
		{"CONTEXT START outer", outer, "", "RunInChildContext"},
		{"CONTEXT START inner", inner, outer, "RunInChildContext"},
		{"STEP START work", work, inner, "Step"},
		{"STEP SUCCEED work", work, inner, "Step"},
		{"CONTEXT SUCCEED inner", inner, outer, "RunInChildContext"},
		{"CONTEXT SUCCEED outer", outer, "", "RunInChildContext"},
		{"WAIT START pause", "c81e728d9d4c2f63", "", "Wait"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("recorded (-want +got):\n%s", diff)
	}
	b.settle("pause", "SUCCEEDED", nil)
	b.invoke(h).want(t, "SUCCEEDED", `"done"`)
	if runs != 1 {
		t.Errorf("the child ran %d times, want once", runs)
	}
}

// The errors of this package are found through child contexts, when they
// happen and after replay, and they are the same.
func TestChild_errorsCanBeFound(t *testing.T) {
	t.Parallel()
	b := newBackend(t, `null`)
	var seen []error
	h := newHandler(b, func(ctx durable.Context, _ any) (string, error) {
		_, err := durable.RunInChildContext(ctx, "outer", func(ctx durable.Context) (string, error) {
			return durable.RunInChildContext(ctx, "inner", func(ctx durable.Context) (string, error) {
				cb, err := durable.CreateCallback[string](ctx, "approval")
				if err != nil {
					return "", err
				}
				if _, err := cb.Get(); err != nil {
					return "", fmt.Errorf("ask the desk: %w", err)
				}
				return "", nil
			})
		})
		seen = append(seen, err)
		return "handled", pause(ctx)
	})
	b.invoke(h).want(t, "PENDING", "")
	b.settle("approval", "FAILED", map[string]any{"Error": errorObject{ErrorType: "Rejected", ErrorMessage: "no", ErrorData: `{"by":"ann"}`}})
	b.invoke(h).want(t, "PENDING", "")
	b.settle("pause", "SUCCEEDED", nil)
	b.invoke(h).want(t, "SUCCEEDED", `"handled"`)

	if len(seen) != 2 || seen[0].Error() != seen[1].Error() {
		t.Fatalf("errors %v, want the same live and after replay", seen)
	}
	for i, err := range seen {
		var failed *durable.CallbackFailedError
		if !errors.As(err, &failed) || failed.ErrorType != "Rejected" || failed.ErrorData != `{"by":"ann"}` || failed.Name != "approval" {
			t.Errorf("error %d: found %+v in %v", i, failed, err)
		}
		var child *durable.ChildContextError
		if !errors.As(err, &child) || child.Name != "outer" || child.ErrorData != `{"by":"ann"}` ||
			child.Message != `ask the desk: callback "approval" failed: Rejected: no` {
			t.Errorf("error %d: child context error %+v", i, child)
		}
		if timeout := (*durable.CallbackTimeoutError)(nil); errors.As(err, &timeout) {
			t.Errorf("error %d: found a timeout %v, there was none", i, timeout)
		}
	}
}

func TestChild_largeResultIsBuiltAgain(t *testing.T) {
	t.Parallel()
	b := newBackend(t, `null`)
	runs, steps := 0, 0
	h := newHandler(b, func(ctx durable.Context, _ any) (int, error) {
		text, err := durable.RunInChildContext(ctx, "report", func(ctx durable.Context) (string, error) {
			runs++
			part, err := durable.Step(ctx, "read", func(durable.StepContext) (string, error) { steps++; return "row,", nil })
			return strings.Repeat(part, 100_000), err
		})
		if err != nil {
			return 0, err
		}
		return len(text), pause(ctx)
	})
	b.invoke(h).want(t, "PENDING", "")
	for _, u := range b.updates {
		if u.String() == "CONTEXT SUCCEED report" && (u.Payload != nil || u.ContextOptions == nil || !u.ContextOptions.ReplayChildren) {
			t.Errorf("recorded %d bytes, options %+v; want no payload and ReplayChildren", len(*u.Payload), u.ContextOptions)
		}
	}
	b.settle("pause", "SUCCEEDED", nil)
	b.invoke(h).want(t, "SUCCEEDED", "400000")
	if runs != 2 || steps != 1 {
		t.Errorf("child ran %d times, its step %d times; want 2 and 1", runs, steps)
	}
}

func TestChild_rebuiltMustNotChange(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		body func(durable.Context) (string, error)
		want string
	}{
		{"new operation", func(ctx durable.Context) (string, error) { return "", pause(ctx) },
			`non-deterministic replay: operation 1-1 is not recorded, but the code now runs WAIT/Wait "pause" in a child context that has finished: ` +
				"deploy changed code as a new version, and keep side effects in steps"},
		{"new failure", func(durable.Context) (string, error) { return "", errors.New("out of paper") },
			`non-deterministic replay: operation 1 was recorded as CONTEXT/RunInChildContext "report" that succeeded, ` +
				`but the code now runs CONTEXT/RunInChildContext "report" that failed: out of paper: ` +
				"deploy changed code as a new version, and keep clocks, random values and side effects in steps"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t, `null`)
			name := "report"
			b.records = append(b.records, &record{ID: "c4ca4238a0b92382", Type: "CONTEXT", SubType: "RunInChildContext", Name: &name,
				Status: "SUCCEEDED", ContextDetails: map[string]any{"ReplayChildren": true}})
			b.invoke(newHandler(b, func(ctx durable.Context, _ any) (string, error) {
				return durable.RunInChildContext(ctx, "report", c.body)
			})).want(t, "FAILED", c.want)
		})
	}
}

// A failure is recorded whatever its size: otherwise the invocation would be
// repeated for ever.
func TestChild_largeFailure(t *testing.T) {
	t.Parallel()
	b := newBackend(t, `null`)
	h := newHandler(b, func(ctx durable.Context, _ any) (string, error) {
		return durable.RunInChildContext(ctx, "c", func(ctx durable.Context) (string, error) {
			cb, err := durable.CreateCallback[string](ctx, "approval")
			if err != nil {
				return "", err
			}
			return cb.Get()
		})
	})
	b.invoke(h).want(t, "PENDING", "")
	b.settle("approval", "FAILED", map[string]any{"Error": errorObject{ErrorType: "Rejected", ErrorMessage: "no", ErrorData: strings.Repeat("x", 40<<10)}})
	b.invoke(h).want(t, "FAILED", "no (error data and stack trace left out: too long to record)")
	if n := len(b.lastUpdate().Error.ErrorData); n > 32<<10 {
		t.Errorf("recorded error data of %d bytes", n)
	}
}
