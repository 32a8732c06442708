package durable_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"countersign/durable"
)

type order struct {
	ID    string
	Total int
}

func TestHandler_inputAndOutput(t *testing.T) {
	t.Parallel()
	b := newBackend(t, `{"ID":"7","Total":12}`)
	h := newHandler(b, func(_ durable.Context, in order) (*order, error) { in.Total++; return &in, nil })
	b.invoke(h).want(t, "SUCCEEDED", `{"ID":"7","Total":13}`)
}

func TestHandler_failures(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, input string
		fn          func() (any, error)
		want        string
		errorType   string
	}{
		{"plain error", `{}`, func() (any, error) { return nil, errors.New("out of stock") }, "out of stock", "Error"},
		{"typed error", `{}`, func() (any, error) { return nil, &CardDeclined{Code: 5} }, "declined: 5", "CardDeclined"},
		{"wrapped error", `{}`, func() (any, error) { return nil, fmt.Errorf("charge: %w", &CardDeclined{Code: 5}) }, "charge: declined: 5", "Error"},
		{"input of another shape", `"text"`, nil,
			"decode the input of the execution: json: cannot unmarshal string into Go value of type durable_test.order", "Error"},
		{"output without encoding", `{}`, func() (any, error) { return func() {}, nil },
			"encode the output of the execution: json: unsupported type: func()", "Error"},
		{"very long text", `{}`, func() (any, error) { return nil, errors.New(strings.Repeat("long", 10_000)) },
			strings.Repeat("long", 256) + "… (error data and stack trace left out: too long to record)", "Error"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t, c.input)
			a := b.invoke(newHandler(b, func(durable.Context, order) (any, error) { return c.fn() }))
			a.want(t, "FAILED", c.want)
			if a.Result != nil || a.Error == nil || a.Error.ErrorType != c.errorType {
				t.Errorf("result %v, error %+v; want no result and type %s", a.Result, a.Error, c.errorType)
			}
		})
	}
}

func TestHandler_noInput(t *testing.T) {
	t.Parallel()
	b := newBackend(t, ``)
	b.invoke(newHandler(b, func(_ durable.Context, in order) (string, error) { return in.ID, nil })).want(t, "SUCCEEDED", `""`)
}

func TestHandler_largeResultIsRecordedFirst(t *testing.T) {
	t.Parallel()
	for name, n := range map[string]int{"fits": 6<<20 - 50 - 6, "does not fit": 6<<20 - 50 - 5} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t, `null`)
			a := b.invoke(newHandler(b, func(durable.Context, any) (string, error) { return strings.Repeat("x", n), nil }))
			if a.Status != "SUCCEEDED" || a.Result == nil {
				t.Fatalf("answer %s without a result", a.Status)
			}
			if name == "fits" {
				if len(*a.Result) != n+2 || b.done() != "" {
					t.Errorf("answered %d bytes, recorded %s", len(*a.Result), b.done())
				}
				return
			}
			if u := b.lastUpdate(); *a.Result != "" || u.String() != "EXECUTION SUCCEED" || u.ID != "execution-1" || len(*u.Payload) != n+2 {
				t.Errorf("answered %d bytes, recorded %s", len(*a.Result), u)
			}
		})
	}
	t.Run("not recorded", func(t *testing.T) {
		t.Parallel()
		b := newBackend(t, `null`)
		b.refuse = "ServiceException"
		_, err := b.tryInvoke(newHandler(b, func(durable.Context, any) (string, error) { return strings.Repeat("x", 6<<20), nil }))
		if refused := (*types.ServiceException)(nil); !errors.As(err, &refused) {
			t.Errorf("Invoke: %v, want the refusal", err)
		}
	})
}

func TestHandler_payloadWithoutAnExecution(t *testing.T) {
	t.Parallel()
	b := newBackend(t, `null`)
	h := newHandler(b, func(durable.Context, any) (any, error) { return nil, nil })
	for payload, want := range map[string]string{
		`{"ID":"7"}`: "durable: the payload carries no durable execution: invoke a function that was created with a DurableConfig, by a version or alias",
		`not JSON`:   "durable: decode the invocation: invalid character 'o' in literal null (expecting 'u')",
	} {
		if _, err := h.Invoke(t.Context(), []byte(payload)); err == nil || err.Error() != want {
			t.Errorf("Invoke(%s): %v, want %s", payload, err, want)
		}
	}
}

func TestName_onlyWhatLambdaTakes(t *testing.T) {
	t.Parallel()
	operations := map[string]func(durable.Context, string) error{
		"step": step,
		"wait": func(ctx durable.Context, name string) error { return durable.Wait(ctx, name, 1e9) },
		"callback": func(ctx durable.Context, name string) error {
			_, err := durable.CreateCallback[string](ctx, name)
			return err
		},
		"child": func(ctx durable.Context, name string) error {
			_, err := durable.RunInChildContext(ctx, name, func(durable.Context) (int, error) { return 0, nil })
			return err
		},
		"wait for callback": func(ctx durable.Context, name string) error {
			_, err := durable.WaitForCallback[string](ctx, name, func(durable.StepContext, string) error { return nil })
			return err
		},
	}
	for kind, operation := range operations {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			for name, want := range map[string]string{
				"Prüfung":                `durable: operation name "Prüfung": only printable ASCII characters are allowed`,
				strings.Repeat("n", 257): "durable: an operation name of 257 characters: at most 256 are allowed",
			} {
				b := newBackend(t, `null`)
				b.invoke(newHandler(b, func(ctx durable.Context, _ any) (any, error) { return nil, operation(ctx, name) })).want(t, "FAILED", want)
				if b.done() != "" {
					t.Errorf("recorded %s", b.done())
				}
			}
		})
	}
}
