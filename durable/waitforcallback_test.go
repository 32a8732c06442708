package durable_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/durable"
)

func waitFor[T any](submit func(string) error, opts ...durable.WaitForCallbackOption) durable.Handler[any, T] {
	return func(ctx durable.Context, _ any) (T, error) {
		return durable.WaitForCallback[T](ctx, "approval", func(_ durable.StepContext, id string) error { return submit(id) }, opts...)
	}
}

func accept(string) error { return nil }

func TestWaitForCallback(t *testing.T) {
	t.Parallel()
	b := newBackend(t, `null`)
	var submitted []string
	h := newHandler(b, waitFor[decision](func(id string) error { submitted = append(submitted, id); return nil },
		durable.WithCallbackTimeout(time.Hour)))
	b.invoke(h).want(t, "PENDING", "")
	b.succeed("CALLBACK", `{"approved":true,"by":"ann"}`)
	b.invoke(h).want(t, "SUCCEEDED", `{"approved":true,"by":"ann"}`)
	// Only the context has a name, as with AWS's SDKs for JavaScript and Go.
	if got, want := b.done(), "CONTEXT START approval, CALLBACK START, STEP START, STEP SUCCEED, CONTEXT SUCCEED approval"; got != want {
		t.Errorf("recorded %s, want %s", got, want)
	}
	if b.updates[0].SubType != "WaitForCallback" || b.updates[1].ParentID != b.updates[0].ID || b.updates[1].CallbackOptions.TimeoutSeconds != 3600 {
		t.Errorf("recorded %+v and %+v", b.updates[0], b.updates[1])
	}
	if len(submitted) != 1 {
		t.Errorf("submitted %q, want once", submitted)
	}
	b.invoke(h).want(t, "SUCCEEDED", `{"approved":true,"by":"ann"}`) // from the context's record
}

func TestWaitForCallback_results(t *testing.T) {
	t.Parallel()
	t.Run("none gives the zero value", func(t *testing.T) {
		t.Parallel()
		b := newBackend(t, `null`)
		h := newHandler(b, waitFor[decision](accept))
		b.invoke(h)
		b.settle("CALLBACK", "SUCCEEDED", nil)
		b.invoke(h).want(t, "SUCCEEDED", `{"approved":false,"by":""}`)
		b.invoke(h).want(t, "SUCCEEDED", `{"approved":false,"by":""}`)
	})
	t.Run("text stays as it was sent", func(t *testing.T) {
		t.Parallel()
		b := newBackend(t, `null`)
		h := newHandler(b, waitFor[string](accept))
		b.invoke(h)
		b.succeed("CALLBACK", `"yes"`)
		b.invoke(h).want(t, "SUCCEEDED", `"\"yes\""`)
	})
	t.Run("not decodable", func(t *testing.T) {
		t.Parallel()
		b := newBackend(t, `null`)
		h := newHandler(b, waitFor[int](accept))
		b.invoke(h)
		b.succeed("CALLBACK", `yes`)
		b.invoke(h).want(t, "FAILED", `decode the result of callback "approval": invalid character 'y' looking for beginning of value`)
	})
}

func TestWaitForCallback_submitterFails(t *testing.T) {
	t.Parallel()
	b := newBackend(t, `null`)
	var seen []error
	calls := 0
	fn := waitFor[string](func(string) error { calls++; return fmt.Errorf("desk is closed") }, durable.WithSubmitterRetry(twice))
	h := newHandler(b, func(ctx durable.Context, in any) (string, error) {
		_, err := fn(ctx, in)
		seen = append(seen, err)
		return "handled", pause(ctx)
	})
	b.invoke(h).want(t, "PENDING", "")
	b.settle("STEP", "READY", nil)
	b.invoke(h).want(t, "PENDING", "")
	b.settle("pause", "SUCCEEDED", nil)
	b.invoke(h).want(t, "SUCCEEDED", `"handled"`)
	if calls != 2 || len(seen) != 2 {
		t.Fatalf("submitted %d times, saw %v", calls, seen)
	}
	want := &durable.CallbackSubmitterError{Name: "approval", CallbackID: "Y2Ix+/ea66c06c1e1c05fa==",
		Err: &durable.StepError{Attempts: 2, ErrorType: "Error", Message: "desk is closed"}}
	for i, err := range seen {
		if diff := cmp.Diff(error(want), err); diff != "" {
			t.Errorf("error %d (-want +got):\n%s", i, diff)
		}
		if step := (*durable.StepError)(nil); !errors.As(err, &step) {
			t.Errorf("error %d: no step error in %v", i, err)
		}
	}
}

func TestWaitForCallback_failuresAreThoseOfTheCallback(t *testing.T) {
	t.Parallel()
	b := newBackend(t, `null`)
	var seen []error
	h := newHandler(b, func(ctx durable.Context, _ any) (string, error) {
		for _, name := range []string{"first", "second"} {
			_, err := durable.WaitForCallback[string](ctx, name, func(durable.StepContext, string) error { return nil })
			seen = append(seen, err)
		}
		return "", errors.Join(seen...)
	})
	b.invoke(h)
	b.settle("CALLBACK", "FAILED", map[string]any{"Error": errorObject{ErrorType: "Rejected", ErrorMessage: "no"}})
	b.invoke(h)
	b.mu.Lock()
	for _, rec := range b.records {
		if rec.Type == "CALLBACK" && rec.Status == "STARTED" {
			rec.Status = "TIMED_OUT"
			rec.CallbackDetails["Error"] = errorObject{ErrorType: "Callback.Heartbeat"}
		}
	}
	b.mu.Unlock()
	seen = nil
	a := b.invoke(h)
	want := []error{
		&durable.CallbackFailedError{Name: "first", CallbackID: "Y2Ix+/ea66c06c1e1c05fa==", ErrorType: "Rejected", Message: "no"},
		&durable.CallbackTimeoutError{Name: "second", CallbackID: "Y2Ix+/8fbdbf5573b18fae==", Heartbeat: true},
	}
	if diff := cmp.Diff(want, seen); diff != "" || a.Status != "FAILED" {
		t.Errorf("answer %s, errors (-want +got):\n%s", a.Status, diff)
	}
}
