package durable_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	awslambda "github.com/aws/aws-lambda-go/lambda"
	"github.com/google/go-cmp/cmp"

	"countersign/durable"
	"countersign/durable/aesgcm"
)

func TestCallback_defaultDecoding(t *testing.T) {
	t.Parallel()
	t.Run("string", decodes(`{"approved":true}`, `{"approved":true}`))
	t.Run("string keeps quotes", decodes(`"yes"`, `"yes"`))
	t.Run("bytes", decodes(`yes`, []byte("yes")))
	t.Run("raw JSON", decodes(`{"a":1}`, json.RawMessage(`{"a":1}`)))
	t.Run("struct", decodes(`{"approved":true,"by":"ann"}`, decision{Approved: true, By: "ann"}))
	t.Run("pointer", decodes(`{"by":"ann"}`, &decision{By: "ann"}))
	t.Run("number", decodes(`42`, 42))
	t.Run("time", decodes(`"2026-11-22T10:00:00Z"`, time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)))
	t.Run("null", decodes(`null`, decision{}))
	t.Run("no result, struct", decodes("", decision{}))
	t.Run("no result, pointer", decodes("", (*decision)(nil)))
	t.Run("no result, string", decodes("", ""))
}

func decodes[T any](sent string, want T, opts ...durable.CallbackOption) func(*testing.T) {
	return func(t *testing.T) {
		t.Parallel()
		b := newBackend(t, `null`)
		var got T
		h := newHandler(b, func(ctx durable.Context, _ any) (any, error) {
			cb, err := durable.CreateCallback[T](ctx, "c", opts...)
			if err != nil {
				return nil, err
			}
			got, err = cb.Get()
			return nil, err
		})
		b.invoke(h).want(t, "PENDING", "")
		if b.succeed("c", sent); sent == "" {
			b.settle("c", "SUCCEEDED", map[string]any{"Result": nil})
		}
		b.invoke(h).want(t, "SUCCEEDED", "null")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("decoded (-want +got):\n%s", diff)
		}
	}
}

// spy is a serdes that knows what it was asked, and fails if told to.
type spy struct {
	seen *[]durable.SerdesContext
	err  error
}

func (s spy) Marshal(_ context.Context, meta durable.SerdesContext, v any) ([]byte, error) {
	*s.seen = append(*s.seen, meta)
	text, err := json.Marshal(v)
	return []byte("<" + string(text) + ">"), errors.Join(err, s.err)
}

func (s spy) Unmarshal(_ context.Context, meta durable.SerdesContext, data []byte, v any) error {
	*s.seen = append(*s.seen, meta)
	return errors.Join(json.Unmarshal([]byte(strings.Trim(string(data), "<>")), v), s.err)
}

func TestSerdes_ofStepsAndChildren(t *testing.T) {
	t.Parallel()
	b := newBackend(t, `null`)
	var all, own []durable.SerdesContext
	h := newHandler(b, func(ctx durable.Context, _ any) (int, error) {
		return durable.RunInChildContext(ctx, "child", func(ctx durable.Context) (int, error) {
			n, err := durable.Step(ctx, "one", func(durable.StepContext) (int, error) { return 1, nil })
			if err != nil {
				return 0, err
			}
			m, err := durable.Step(ctx, "two", func(durable.StepContext) (int, error) { return 2, nil }, durable.WithStepSerdes(spy{seen: &own}))
			return n + m, err
		})
	}, durable.WithSerdes(spy{seen: &all}))
	b.invoke(h).want(t, "SUCCEEDED", "3")
	at := func(position string) durable.SerdesContext {
		return durable.SerdesContext{OperationID: position, DurableExecutionArn: testArn}
	}
	if want := []durable.SerdesContext{at("1-1"), at("1-1"), at("1"), at("1")}; !cmp.Equal(all, want) {
		t.Errorf("serdes of the handler: %v, want %v", all, want)
	}
	if want := []durable.SerdesContext{at("1-2"), at("1-2")}; !cmp.Equal(own, want) {
		t.Errorf("serdes of the step: %v, want %v", own, want)
	}
	if got := *b.lastUpdate().Payload; got != "<3>" {
		t.Errorf("recorded %s", got)
	}
}

func TestSerdes_ofCallbacks(t *testing.T) {
	t.Parallel()
	var seen []durable.SerdesContext
	t.Run("own decoding", decodes("<7>", 7, durable.WithCallbackSerdes(spy{seen: &seen})))
	var unasked []durable.SerdesContext
	t.Run("not asked about no result", decodes("", 0, durable.WithCallbackSerdes(spy{seen: &unasked, err: errors.New("asked")})))
	t.Run("refusal reaches the function", func(t *testing.T) {
		t.Parallel()
		b := newBackend(t, `null`)
		refusal := errors.New("not for you")
		var got error
		h := newHandler(b, func(ctx durable.Context, _ any) (int, error) {
			_, got = durable.WaitForCallback[int](ctx, "c", func(durable.StepContext, string) error { return nil },
				durable.WithCallbackSerdes(spy{seen: new([]durable.SerdesContext), err: refusal}))
			return 0, nil
		})
		b.invoke(h)
		b.succeed("CALLBACK", "<7>")
		b.invoke(h).want(t, "SUCCEEDED", "0")
		if !errors.Is(got, refusal) {
			t.Errorf("error %v, want the serdes's own in it", got)
		}
	})
}

// A result that came encrypted is recorded encrypted, also for the context
// around the callback.
func TestSerdes_encryptedResultIsNeverRecordedInTheClear(t *testing.T) {
	t.Parallel()
	s, err := aesgcm.New([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	b := newBackend(t, `null`)
	h := newHandler(b, func(ctx durable.Context, _ any) (int, error) {
		d, err := durable.WaitForCallback[decision](ctx, "approval", func(durable.StepContext, string) error { return nil },
			durable.WithCallbackSerdes(s))
		if err != nil {
			return 0, err
		}
		return len(d.By), nil
	}, durable.WithSerdes(s))
	b.invoke(h)
	sealed, err := s.Marshal(t.Context(), durable.SerdesContext{DurableExecutionArn: testArn}, decision{By: "ann of accounts"})
	if err != nil {
		t.Fatal(err)
	}
	b.succeed("CALLBACK", string(sealed))
	b.invoke(h).want(t, "SUCCEEDED", "15")
	b.invoke(h).want(t, "SUCCEEDED", "15") // from the context's record
	for _, u := range b.updates {
		if u.Payload != nil && strings.Contains(*u.Payload, "ann") {
			t.Errorf("%s recorded %s", u, *u.Payload)
		}
	}
}

// TestSerdes_unavailable: a serdes that cannot work at the moment ends the invocation, and nothing of
// the execution; the next invocation goes on.
func TestSerdes_unavailable(t *testing.T) {
	t.Parallel()
	away := fmt.Errorf("the key is disabled: %w", durable.ErrUnavailable)
	down := spy{seen: new([]durable.SerdesContext), err: away}
	nothing := func(durable.StepContext) (int, error) { return 7, nil }
	for name, fn := range map[string]func(durable.Context) error{
		"step": func(ctx durable.Context) error {
			_, err := durable.Step(ctx, "s", nothing, durable.WithStepSerdes(down))
			return err
		},
		"child context": func(ctx durable.Context) error {
			_, err := durable.RunInChildContext(ctx, "c", func(durable.Context) (int, error) { return 1, nil })
			return err
		},
		"callback": func(ctx durable.Context) error {
			_, err := durable.WaitForCallback[int](ctx, "c", func(durable.StepContext, string) error { return nil }, durable.WithCallbackSerdes(down))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t, `null`)
			h := func() awslambda.Handler {
				return newHandler(b, func(ctx durable.Context, _ any) (string, error) { return "done", fn(ctx) }, durable.WithSerdes(down))
			}
			if name == "callback" {
				b.invoke(h()).want(t, "PENDING", "")
				b.succeed("CALLBACK", "<7>")
			}
			if _, err := b.tryInvoke(h()); !errors.Is(err, durable.ErrUnavailable) {
				t.Fatalf("the invocation ended with %v", err)
			}
			if slices.ContainsFunc(b.updates, func(u update) bool { return u.Action == "FAIL" }) {
				t.Errorf("recorded %v", b.updates)
			}
		})
	}
}
