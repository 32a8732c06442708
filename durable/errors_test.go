package durable_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"countersign/durable"
)

// throughChild runs body in a child context and returns the error that comes
// out, live and after replay. Settle acts on the backend between invocations.
func throughChild(t *testing.T, body func(durable.Context) error, settle ...func(*backend)) (live, replayed error) {
	t.Helper()
	b := newBackend(t, `null`)
	var seen []error
	h := newHandler(b, func(ctx durable.Context, _ any) (any, error) {
		_, err := durable.RunInChildContext(ctx, "child", func(ctx durable.Context) (int, error) { return 0, body(ctx) })
		seen = append(seen, err)
		return nil, pause(ctx)
	})
	for _, act := range settle {
		b.invoke(h).want(t, "PENDING", "")
		act(b)
	}
	b.invoke(h).want(t, "PENDING", "")
	b.settle("pause", "SUCCEEDED", nil)
	b.invoke(h).want(t, "SUCCEEDED", "null")
	if len(seen) != 2 {
		t.Fatalf("the child ended %d times, want once live and once replayed", len(seen))
	}
	return seen[0], seen[1]
}

func failingStep(err error) func(durable.Context) error {
	return func(ctx durable.Context) error {
		_, stepErr := durable.Step(ctx, "charge", func(durable.StepContext) (int, error) { return 0, err }, durable.WithRetry(durable.NoRetry()))
		return stepErr
	}
}

func awaitApproval(ctx durable.Context) error {
	_, err := durable.WaitForCallback[string](ctx, "approval", func(durable.StepContext, string) error { return nil })
	return err
}

func unsubmitted(err error) func(durable.Context) error {
	return func(ctx durable.Context) error {
		_, waitErr := durable.WaitForCallback[string](ctx, "approval", func(durable.StepContext, string) error { return err },
			durable.WithSubmitterRetry(durable.NoRetry()))
		return waitErr
	}
}

func TestErrors_throughAChildContext(t *testing.T) {
	t.Parallel()
	const id = "Y2Ix+/2f221a18eb863803=="
	const leftOut = " (error data and stack trace left out: too long to record)"
	long := strings.Repeat("long", 10_000)
	cut := strings.Repeat("long", 256) + "…" + leftOut
	child := func(errorType, message string) *durable.ChildContextError {
		return &durable.ChildContextError{Name: "child", ErrorType: errorType, Message: message}
	}
	notSubmitted := func(message string) string {
		return `callback "approval" was not submitted after 1 attempt(s): ` + message
	}
	cases := []struct {
		name   string
		body   func(durable.Context) error
		settle []func(*backend)
		want   *durable.ChildContextError
		cause  error // found in it
	}{
		{"error of the user's", func(durable.Context) error { return &CardDeclined{Code: 5} }, nil, child("CardDeclined", "declined: 5"), nil},
		{"step", failingStep(&CardDeclined{Code: 5}), nil, child("CardDeclined", "declined: 5"),
			&durable.StepError{Name: "charge", Attempts: 1, ErrorType: "CardDeclined", Message: "declined: 5"}},
		{"wrapped step", func(ctx durable.Context) error { return fmt.Errorf("pay: %w", failingStep(errors.New("no"))(ctx)) }, nil,
			child("Error", `pay: step "charge" failed after 1 attempt(s): no`),
			&durable.StepError{Name: "charge", Attempts: 1, ErrorType: "Error", Message: "no"}},
		{"step with a long text", failingStep(errors.New(long)), nil, child("Error", cut),
			&durable.StepError{Name: "charge", Attempts: 1, ErrorType: "Error", Message: cut}},
		{"timeout", awaitApproval, []func(*backend){func(b *backend) {
			b.settle("CALLBACK", "TIMED_OUT", map[string]any{"Error": errorObject{ErrorType: "Callback.Timeout"}})
		}}, child("Callback.Timeout", `callback "approval" timed out: not completed within its timeout`),
			&durable.CallbackTimeoutError{Name: "approval", CallbackID: id}},
		{"not submitted", unsubmitted(errors.New("closed")), nil, child("CallbackSubmitterError", notSubmitted("closed")),
			&durable.CallbackSubmitterError{Name: "approval", CallbackID: id,
				Err: &durable.StepError{Attempts: 1, ErrorType: "Error", Message: "closed"}}},
		{"not submitted, long text", unsubmitted(errors.New(long)), nil, child("CallbackSubmitterError", notSubmitted(cut)),
			&durable.CallbackSubmitterError{Name: "approval", CallbackID: id,
				Err: &durable.StepError{Attempts: 1, ErrorType: "Error", Message: cut}}},
		{"stack trace goes with it", func(ctx durable.Context) error {
			_, err := durable.Step(ctx, "s", func(durable.StepContext) (int, error) { panic("boom") }, durable.WithRetry(durable.NoRetry()))
			return err
		}, nil, child("panic", "panic: boom"), &durable.StepError{Name: "s", Attempts: 1, ErrorType: "panic", Message: "panic: boom"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			live, replayed := throughChild(t, c.body, c.settle...)
			for when, err := range map[string]error{"live": live, "replayed": replayed} {
				stacks := cmpopts.IgnoreFields(durable.StepError{}, "StackTrace")
				if diff := cmp.Diff(error(c.want), err, cmpopts.IgnoreUnexported(durable.ChildContextError{}),
					cmpopts.IgnoreFields(durable.ChildContextError{}, "StackTrace")); diff != "" {
					t.Errorf("%s (-want +got):\n%s", when, diff)
				}
				if c.cause != nil && !cmp.Equal(c.cause, sameType(c.cause, err), stacks) {
					t.Errorf("%s: the cause %v is not in %v", when, c.cause, err)
				}
			}
		})
	}
}

// sameType is the error in err that has the type of like, by [errors.As].
func sameType(like, err error) error {
	switch like.(type) { //nolint:errorlint // the type itself is asked for
	case *durable.StepError:
		return as[*durable.StepError](err)
	case *durable.CallbackTimeoutError:
		return as[*durable.CallbackTimeoutError](err)
	case *durable.CallbackSubmitterError:
		return as[*durable.CallbackSubmitterError](err)
	}
	return nil
}

func as[E error](err error) error {
	var found E
	if !errors.As(err, &found) {
		return nil
	}
	return found
}

// A record that another SDK wrote has type and message, if nothing else.
func TestErrors_recordedByAnotherSDK(t *testing.T) {
	t.Parallel()
	b := newBackend(t, `null`)
	name := "approval"
	b.records = append(b.records, &record{ID: "c4ca4238a0b92382", Type: "CONTEXT", SubType: "WaitForCallback", Name: &name, Status: "FAILED",
		ContextDetails: map[string]any{"Error": errorObject{ErrorType: "CallbackExternalError", ErrorMessage: "no", ErrorData: "by ann"}}})
	var got error
	b.invoke(newHandler(b, func(ctx durable.Context, _ any) (any, error) {
		got = awaitApproval(ctx)
		return nil, nil
	})).want(t, "SUCCEEDED", "null")
	want := &durable.CallbackExternalError{Name: "approval", ErrorType: "CallbackExternalError", Message: "no"}
	if diff := cmp.Diff(error(want), got); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
}
