package durable_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/durable"
)

func TestReplay_refusesAnotherOperation(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		changed func(durable.Context) error
		want    string
	}{
		{"type", func(ctx durable.Context) error { _, err := durable.CreateCallback[string](ctx, "charge"); return err }, `CALLBACK/Callback "charge"`},
		{"name", func(ctx durable.Context) error { return step(ctx, "refund") }, `STEP/Step "refund"`},
		{"no name", func(ctx durable.Context) error { return step(ctx, "") }, `STEP/Step ""`},
		{"subtype", nil, `CONTEXT/WaitForCallback "group"`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			recorded := func(ctx durable.Context) error { return step(ctx, "charge") }
			was := `STEP/Step "charge"`
			if c.changed == nil {
				was = `CONTEXT/RunInChildContext "group"`
				recorded = func(ctx durable.Context) error {
					_, err := durable.RunInChildContext(ctx, "group", func(durable.Context) (int, error) { return 1, nil })
					return err
				}
				c.changed = func(ctx durable.Context) error {
					_, err := durable.WaitForCallback[string](ctx, "group", func(durable.StepContext, string) error { return nil })
					return err
				}
			}
			b := newBackend(t, `null`)
			operation, swallowed := recorded, false
			h := newHandler(b, func(ctx durable.Context, _ any) (any, error) {
				if operation(ctx) != nil {
					swallowed = true
				}
				return nil, pause(ctx)
			})
			b.invoke(h).want(t, "PENDING", "")
			operation = c.changed
			a := b.invoke(h)
			want := fmt.Sprintf("non-deterministic replay: operation 1 was recorded as %s, but the code now runs %s: "+
				"deploy changed code as a new version, and keep clocks, random values and side effects in steps", was, c.want)
			a.want(t, "FAILED", want)
			if a.Error == nil || a.Error.ErrorType != "NonDeterministicReplayError" || swallowed {
				t.Errorf("error %+v, seen by the function: %t", a.Error, swallowed)
			}
		})
	}
}

func step(ctx durable.Context, name string) error {
	_, err := durable.Step(ctx, name, func(durable.StepContext) (int, error) { return 1, nil })
	return err
}

func TestReplay_readsTheStateInPages(t *testing.T) {
	t.Parallel()
	b := newBackend(t, `null`)
	runs := 0
	h := newHandler(b, func(ctx durable.Context, _ any) (int, error) {
		sum := 0
		for i := range 7 {
			n, err := durable.Step(ctx, "add", func(durable.StepContext) (int, error) { runs++; return i, nil })
			if err != nil {
				return 0, err
			}
			sum += n
		}
		return sum, pause(ctx)
	})
	b.invoke(h).want(t, "PENDING", "")
	b.settle("pause", "SUCCEEDED", nil)
	b.pageSize = 3
	b.invoke(h).want(t, "SUCCEEDED", "21")
	if runs != 7 || b.stateReads != 2 {
		t.Errorf("ran %d steps and read %d pages, want 7 and 2", runs, b.stateReads)
	}
}

// What changed during a step may be more than one answer carries.
func TestReplay_readsChangesInPages(t *testing.T) {
	t.Parallel()
	b := newBackend(t, `null`)
	b.pageSize = 1
	b.onCheckpoint = func(u update) {
		if u.String() == "STEP SUCCEED work" {
			b.settleLocked("first", "SUCCEEDED", map[string]any{"Result": "1"})
			b.settleLocked("second", "SUCCEEDED", map[string]any{"Result": "2"})
		}
	}
	b.invoke(newHandler(b, func(ctx durable.Context, _ any) (int, error) {
		first, second := create[int](ctx, "first"), create[int](ctx, "second")
		if err := step(ctx, "work"); err != nil {
			return 0, err
		}
		a, err := first.Get()
		if err != nil {
			return 0, err
		}
		z, err := second.Get()
		return a*10 + z, err
	})).want(t, "SUCCEEDED", "12")
	if b.stateReads != 2 {
		t.Errorf("read %d pages after the first, want 2", b.stateReads)
	}
}

// Every line is logged once, however often the code around it runs. Without
// the list of updates, lines before a callback's result may come twice.
func TestReplay_logsOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		tellChanges bool
		want        []string
	}{
		{"told what changed", true, []string{"begin", "step", "created", "waited", "one", "two", "end"}},
		{"not told", false, []string{"begin", "step", "created", "waited", "one", "waited", "one", "two", "end"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t, `null`)
			b.tellChanges = c.tellChanges
			var out bytes.Buffer
			var replaying []bool
			h := newHandler(b, func(ctx durable.Context, _ any) (any, error) {
				return nil, logging(ctx, &replaying)
			}, durable.WithLogger(slog.New(slog.NewTextHandler(&out, nil))))
			b.invoke(h).want(t, "PENDING", "") // waits
			b.succeed("one", "1")
			b.invoke(h).want(t, "PENDING", "") // still waits: a callback alone does not end that
			b.settle("pause", "SUCCEEDED", nil)
			b.invoke(h).want(t, "PENDING", "") // for two
			b.succeed("two", "2")
			b.invoke(h).want(t, "SUCCEEDED", "null")
			var got []string
			for line := range strings.Lines(out.String()) {
				_, rest, _ := strings.Cut(line, "msg=")
				message, _, _ := strings.Cut(rest, " ")
				got = append(got, message)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("logged (-want +got):\n%s", diff)
			}
			if want := []bool{false, true, true, true}; !cmp.Equal(replaying, want) {
				t.Errorf("IsReplaying at the start: %v, want %v", replaying, want)
			}
			if !strings.Contains(out.String(), "step=read attempt=1") ||
				!strings.Contains(out.String(), "durableExecutionArn="+testArn) {
				t.Errorf("the lines do not say where they come from:\n%s", out.String())
			}
		})
	}
}

func logging(ctx durable.Context, replaying *[]bool) error {
	*replaying = append(*replaying, ctx.IsReplaying())
	log := ctx.Logger().With("order", 7).WithGroup("g")
	log.Info("begin")
	_, err := durable.Step(ctx, "read", func(sc durable.StepContext) (int, error) { sc.Logger().Info("step"); return 1, nil })
	if err != nil {
		return err
	}
	one, err := durable.CreateCallback[string](ctx, "one")
	if err != nil {
		return err
	}
	two, err := durable.CreateCallback[string](ctx, "two")
	if err != nil {
		return err
	}
	log.Info("created")
	if err := pause(ctx); err != nil {
		return err
	}
	log.Info("waited")
	if _, err := one.Get(); err != nil {
		return err
	}
	log.Info("one")
	if _, err := two.Get(); err != nil {
		return err
	}
	log.Info("two")
	log.Info("end")
	return nil
}
