package durable_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/durable"
)

type decision struct {
	Approved bool   `json:"approved"`
	By       string `json:"by"`
}

// approval is the function of AWS's guide: create, tell somebody, wait.
func approval[T any](sent *[]string, opts ...durable.CallbackOption) durable.Handler[string, T] {
	return func(ctx durable.Context, order string) (T, error) {
		var none T
		cb, err := durable.CreateCallback[T](ctx, "approval", opts...)
		if err != nil {
			return none, err
		}
		_, err = durable.Step(ctx, "send", func(durable.StepContext) (string, error) {
			*sent = append(*sent, order+" "+cb.CallbackID())
			return "sent", nil
		})
		if err != nil {
			return none, err
		}
		return cb.Get()
	}
}

func TestCallback_suspendsThenReturnsTheResult(t *testing.T) {
	t.Parallel()
	b := newBackend(t, `"order-7"`)
	var sent []string
	h := newHandler(b, approval[decision](&sent, durable.WithCallbackTimeout(48*time.Hour), durable.WithCallbackHeartbeatTimeout(time.Minute)))

	b.invoke(h).want(t, "PENDING", "")
	if got, want := b.done(), "CALLBACK START approval, STEP START send, STEP SUCCEED send"; got != want {
		t.Errorf("recorded %s, want %s", got, want)
	}
	if options := b.updates[0].CallbackOptions; options == nil || options.TimeoutSeconds != 172800 || options.HeartbeatTimeoutSeconds != 60 {
		t.Errorf("callback options %+v", options)
	}
	b.invoke(h).want(t, "PENDING", "") // invoked for something else: it waits on

	b.succeed("approval", `{"approved":true,"by":"ann"}`)
	b.invoke(h).want(t, "SUCCEEDED", `{"approved":true,"by":"ann"}`)
	if want := []string{"order-7 Y2Ix+/c4ca4238a0b92382=="}; !cmp.Equal(sent, want) {
		t.Errorf("sent %q, want it once: %q", sent, want)
	}
}

func TestCallback_completedBeforeItIsAwaited(t *testing.T) {
	t.Parallel()
	b := newBackend(t, `"order-7"`)
	b.onCheckpoint = func(u update) {
		if u.String() == "STEP SUCCEED send" {
			b.settleLocked("approval", "SUCCEEDED", map[string]any{"Result": "fine"})
		}
	}
	var sent []string
	b.invoke(newHandler(b, approval[string](&sent))).want(t, "SUCCEEDED", `"fine"`)
}

func TestCallback_failures(t *testing.T) {
	t.Parallel()
	const id = "Y2Ix+/c4ca4238a0b92382=="
	cases := []struct {
		name, status string
		object       map[string]any
		want         error
		message      string // of the execution's error, if nobody catches it
		text         string
	}{
		{"failure", "FAILED", map[string]any{"ErrorType": "Rejected", "ErrorMessage": "not approved", "ErrorData": `{"by":"ann"}`, "StackTrace": []string{"desk"}},
			&durable.CallbackFailedError{Name: "approval", CallbackID: id, ErrorType: "Rejected", Message: "not approved", ErrorData: `{"by":"ann"}`, StackTrace: []string{"desk"}},
			"not approved", `callback "approval" failed: Rejected: not approved`},
		{"empty failure", "FAILED", nil, &durable.CallbackFailedError{Name: "approval", CallbackID: id}, "", `callback "approval" failed`},
		{"timeout", "TIMED_OUT", map[string]any{"ErrorType": "Callback.Timeout"}, &durable.CallbackTimeoutError{Name: "approval", CallbackID: id},
			`callback "approval" timed out: not completed within its timeout`, `callback "approval" timed out: not completed within its timeout`},
		{"heartbeat", "TIMED_OUT", map[string]any{"ErrorType": "Callback.Heartbeat"}, &durable.CallbackTimeoutError{Name: "approval", CallbackID: id, Heartbeat: true},
			`callback "approval" timed out: no heartbeat within its heartbeat timeout`, `callback "approval" timed out: no heartbeat within its heartbeat timeout`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t, `"order-7"`)
			var sent []string
			var got error
			fn := approval[string](&sent)
			h := newHandler(b, func(ctx durable.Context, order string) (string, error) {
				out, err := fn(ctx, order)
				got = err
				return out, err
			})
			b.invoke(h).want(t, "PENDING", "")
			details := map[string]any{}
			if c.object != nil {
				details["Error"] = c.object
			}
			b.settle("approval", c.status, details)
			b.invoke(h).want(t, "FAILED", c.message)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if got == nil || got.Error() != c.text {
				t.Errorf("text %v, want %s", got, c.text)
			}
		})
	}
}

func TestCallback_twoAtOnceInEitherOrder(t *testing.T) {
	t.Parallel()
	for _, first := range []string{"a", "b"} {
		t.Run(first+" first", func(t *testing.T) {
			t.Parallel()
			b := newBackend(t, `null`)
			h := newHandler(b, func(ctx durable.Context, _ any) (string, error) {
				one, err := durable.CreateCallback[string](ctx, "a")
				if err != nil {
					return "", err
				}
				two, err := durable.CreateCallback[string](ctx, "b")
				if err != nil {
					return "", err
				}
				text, err := two.Get()
				if err != nil {
					return "", err
				}
				rest, err := one.Get()
				return text + rest, err
			})
			b.invoke(h).want(t, "PENDING", "")
			b.succeed(first, first)
			b.invoke(h).want(t, "PENDING", "")
			b.succeed(map[string]string{"a": "b", "b": "a"}[first], "x")
			b.invoke(h).want(t, "SUCCEEDED", map[string]string{"a": `"xa"`, "b": `"bx"`}[first])
		})
	}
}

func TestCallback_optionsThatLambdaWouldRefuse(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		option durable.CallbackOption
		want   string
	}{
		{"zero", durable.WithCallbackTimeout(0), "callback timeout of 0s: give whole seconds, from 1 to 99999999"},
		{"below a second", durable.WithCallbackTimeout(999 * time.Millisecond), "callback timeout of 999ms"},
		{"part of a second", durable.WithCallbackTimeout(1500 * time.Millisecond), "callback timeout of 1.5s"},
		{"negative heartbeat", durable.WithCallbackHeartbeatTimeout(-time.Second), "callback heartbeat timeout of -1s"},
		{"too long", durable.WithCallbackTimeout(100_000_000 * time.Second), "give whole seconds, from 1 to 99999999"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t, `"order-7"`)
			var sent []string
			a := b.invoke(newHandler(b, approval[string](&sent, c.option)))
			if a.Status != "FAILED" || !strings.Contains(a.Error.ErrorMessage, c.want) {
				t.Errorf("answer %s %+v, want FAILED with %q", a.Status, a.Error, c.want)
			}
			if b.done() != "" {
				t.Errorf("recorded %s, want nothing", b.done())
			}
		})
	}
}

func TestCallback_getAgain(t *testing.T) {
	t.Parallel()
	b := newBackend(t, `null`)
	h := newHandler(b, func(ctx durable.Context, _ any) (string, error) {
		cb, err := durable.CreateCallback[string](ctx, "")
		if err != nil {
			return "", err
		}
		first, err := cb.Get()
		second, again := cb.Result()
		if cb.ID() != cb.CallbackID() {
			return "", errors.New("two IDs")
		}
		return first + second, errors.Join(err, again)
	})
	b.invoke(h).want(t, "PENDING", "")
	b.succeed("CALLBACK", "ok")
	b.invoke(h).want(t, "SUCCEEDED", `"okok"`)
	if b.updates[0].Name != nil {
		t.Errorf("name %q on the wire, want none", *b.updates[0].Name)
	}
}
