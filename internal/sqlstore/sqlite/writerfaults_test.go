package sqlite

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"countersign/internal/callbacks"
	"countersign/internal/sqlstore/engine"
)

func TestWriterContextEndsWhileWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		release := b.hold(t)
		ctx, cancel := context.WithCancel(t.Context())
		reply := b.start(ctx, note("withdrawn"))
		cancel()
		if err := <-reply; !errors.Is(err, context.Canceled) || !errors.Is(err, callbacks.ErrUnavailable) {
			t.Errorf("got %v, want Canceled and ErrUnavailable", err)
		}
		release()
		b.close()
		if got := b.notes(t); len(got) != 0 {
			t.Errorf("notes are %v: a request that said it was not done was done", got)
		}
	})
}

// TestWriterContextEndsAfterBegin: once a request is taken its answer is that of the commit.
func TestWriterContextEndsAfterBegin(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]error{"Committed": nil, "Failed": errors.New("disk full")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				b.traced.fail["commit"] = fail
				ctx, cancel := context.WithCancel(t.Context())
				reply := b.start(ctx, func(ctx context.Context, x engine.Statements) error {
					cancel()
					return note("taken")(ctx, x)
				})
				if err := <-reply; !errors.Is(err, fail) {
					t.Errorf("got %v, want the commit's %v", err, fail)
				}
				b.close()
				if done := len(b.notes(t)) == 1; done != (fail == nil) {
					t.Errorf("the note is there: %t, and the answer was %v", done, fail)
				}
			})
		})
	}
}

func TestWriterCommitFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		full := errors.New("disk full")
		b.traced.fail["commit"] = full
		release := b.hold(t)
		first, second := b.start(t.Context(), note("a")), b.start(t.Context(), note("b"))
		release()
		for _, reply := range []<-chan error{first, second} {
			if err := <-reply; !errors.Is(err, callbacks.ErrUnavailable) || !errors.Is(err, full) {
				t.Errorf("got %v, want ErrUnavailable with its cause", err)
			}
		}
		delete(b.traced.fail, "commit")
		if err := b.transact(t.Context(), engine.First, note("c")); err != nil {
			t.Errorf("after the disk has room again: %v", err)
		}
		b.close()
		if got := b.notes(t); !slices.Equal(got, []string{"c"}) {
			t.Errorf("notes are %v, want c", got)
		}
	})
}

// TestWriterNoRollback: if a failed batch cannot be rolled back, none of it is done, and the answers
// say so.
func TestWriterNoRollback(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.traced.fail["rollback"] = errors.New("a fault of the disk")
		release := b.hold(t)
		first, second := b.start(t.Context(), note("a")), b.start(t.Context(), note("a"))
		release()
		for _, reply := range []<-chan error{first, second} {
			if err := <-reply; !errors.Is(err, callbacks.ErrUnavailable) {
				t.Errorf("got %v, want ErrUnavailable", err)
			}
		}
		delete(b.traced.fail, "rollback")
		if err := b.transact(t.Context(), engine.First, note("b")); !errors.Is(err, callbacks.ErrUnavailable) {
			t.Errorf("in the transaction that is still open: %v, want ErrUnavailable", err)
		}
		if err := b.transact(t.Context(), engine.First, note("c")); err != nil {
			t.Errorf("after it is rolled back: %v", err)
		}
		b.close()
		if got := b.notes(t); !slices.Equal(got, []string{"c"}) {
			t.Errorf("notes are %v, want c", got)
		}
	})
}
