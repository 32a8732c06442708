package sqlstore

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
)

// TestReadingsAreShared: what was asked before is not read again until something was written, or a
// second is over where the time matters.
func TestReadingsAreShared(t *testing.T) {
	t.Parallel()
	s, r := openRecorded(t)
	c := callbackstest.NewCallback()
	if err := announce(t, s, c, nil); err != nil {
		t.Fatal(err)
	}
	q := desk.Query{Filter: desk.Filter{Scope: desk.ScopeAvailable, Limit: 10}, AllQueues: true, Now: callbackstest.T0}
	ask := func(q desk.Query) (page desk.Page, statements int) {
		t.Helper()
		r.take()
		page, err := s.List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		n, err := s.Count(t.Context(), q, 100)
		if err != nil || n != len(page.Rows) {
			t.Fatalf("counted %d, %v; the list has %d", n, err, len(page.Rows))
		}
		if _, err := s.Functions(t.Context(), q, 10); err != nil {
			t.Fatal(err)
		}
		return page, len(r.take())
	}
	if page, n := ask(q); len(page.Rows) != 1 || n == 0 {
		t.Fatalf("the first reading finds %d with %d statements", len(page.Rows), n)
	}
	page, n := ask(q)
	if len(page.Rows) != 1 || n != 0 {
		t.Errorf("the second finds %d with %d statements, want none", len(page.Rows), n)
	}
	page.Rows[0].Title = "changed by its reader"
	if page, _ := ask(q); page.Rows[0].Title != c.Title {
		t.Error("a reader changed what others read")
	}
	q.Now = q.Now.Add(time.Second)
	if _, n := ask(q); n == 0 {
		t.Error("who is reviewing is not asked anew a second later")
	}
	if err := announce(t, s, callbackstest.NewCallback(), nil); err != nil {
		t.Fatal(err)
	}
	if page, n := ask(q); len(page.Rows) != 2 || n == 0 {
		t.Errorf("after a write it finds %d with %d statements", len(page.Rows), n)
	}
}

// TestReadingIsSharedWhileItLasts: many who ask at once wait for one reading, and one that was
// begun before a write is not kept.
func TestReadingIsSharedWhileItLasts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &readings{}
		ask := func(read func() int) int {
			t.Helper()
			found, err := share(t.Context(), r, "key", func(context.Context) (int, error) { return read(), nil })
			if err != nil {
				t.Error(err)
			}
			return found
		}
		var times atomic.Int64
		finish := make(chan struct{})
		for range 20 {
			go func() {
				if found := ask(func() int { times.Add(1); <-finish; return 1 }); found != 1 {
					t.Errorf("got %d", found)
				}
			}()
		}
		synctest.Wait()
		r.invalidate()
		if found := ask(func() int { return 2 }); found != 2 {
			t.Errorf("after the write: %d, want what is there now", found)
		}
		close(finish)
		synctest.Wait()
		if found := ask(func() int { return 3 }); found != 2 {
			t.Errorf("kept %d, want what was read after the write", found)
		}
		if n := times.Load(); n != 1 {
			t.Errorf("read %d times for 20 who asked at once", n)
		}
	})
}

// TestReadingFails: what cannot be read is asked for again, and does not end with the first who
// asked.
func TestReadingFails(t *testing.T) {
	t.Parallel()
	r := &readings{}
	gone := errors.New("gone")
	if _, err := share(t.Context(), r, "key", func(context.Context) (int, error) { return 0, gone }); !errors.Is(err, gone) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	found, err := share(ctx, r, "key", func(ctx context.Context) (int, error) {
		cancel() // the first who asked goes; others may be waiting
		return 1, ctx.Err()
	})
	if err != nil || found != 1 {
		t.Errorf("got %d, %v", found, err)
	}
	if _, err := share(ctx, r, "key", func(context.Context) (int, error) { return 1, nil }); !errors.Is(err, callbacks.ErrUnavailable) {
		t.Errorf("who has gone already gets %v", err)
	}
}

// TestReadingsAreBounded: what is kept does not grow with what is asked.
func TestReadingsAreBounded(t *testing.T) {
	t.Parallel()
	r := &readings{}
	for i := range 3 * maxReadings {
		if _, err := share(t.Context(), r, time.Duration(i).String(), func(context.Context) (int, error) { return i, nil }); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.kept) > maxReadings {
		t.Errorf("%d are kept, want at most %d", len(r.kept), maxReadings)
	}
}

// TestGreatNumbersAreShared: while much changes, a great number is counted a few times in a second, for
// all who ask; a small one each time.
func TestGreatNumbersAreShared(t *testing.T) {
	t.Parallel()
	s, r := openRecorded(t)
	add := func(n int) {
		for range n {
			callbackstest.Must(t, announce(t, s, callbackstest.NewCallback(), nil))
		}
	}
	q := desk.Query{Filter: desk.Filter{Scope: desk.ScopeAvailable}, AllQueues: true, Now: callbackstest.T0}
	count := func() (n, statements int) {
		r.take()
		n, err := s.Count(t.Context(), q, 10_001)
		callbackstest.Must(t, err)
		return n, len(r.take())
	}
	add(fewCounted - 1)
	for range 10 {
		if n, _ := count(); n != fewCounted-1 {
			t.Fatalf("%d, want %d", n, fewCounted-1)
		}
	}
	add(1)
	for i := range 10 {
		n, statements := count()
		want, of := fewCounted+i, 2
		if i >= maxCounted {
			want, of = fewCounted+maxCounted-1, 1 // only whether it is great
		}
		if n != want || statements != of {
			t.Errorf("after %d changes: %d by %d statements, want %d by %d", i, n, statements, want, of)
		}
		add(1)
	}
	q.Now = q.Now.Add(time.Second)
	if n, _ := count(); n != fewCounted+10 {
		t.Errorf("a second later: %d", n)
	}
}
