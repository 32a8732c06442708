package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"

	"countersign/internal/callbacks"
	"countersign/internal/sqlstore/engine"
)

// tracedStatements counts what is run, and fails where a test wants it to.
type tracedStatements struct {
	engine.Statements
	ran  map[string]int
	fail map[string]error
}

func (s *tracedStatements) Exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	s.ran[text]++
	if err := s.fail[text]; err != nil {
		return nil, err
	}
	return s.Statements.Exec(ctx, text, args)
}

// bench is a writer over a table of notes. Everything in it belongs to the test's bubble, so that
// synctest.Wait tells when nothing moves any more.
type bench struct {
	*writer
	db     *bun.DB
	traced *tracedStatements
}

func newBench(t *testing.T) *bench {
	t.Helper()
	conn, err := sql.Open("sqlite", dsn(filepath.Join(t.TempDir(), "notes.db")))
	if err != nil {
		t.Fatal(err)
	}
	conn.SetMaxOpenConns(1)
	if _, err := conn.ExecContext(t.Context(), "create table notes (text text primary key)"); err != nil {
		t.Fatal(err)
	}
	db := bun.NewDB(conn, sqlitedialect.New())
	prepared := newPreparedStatements(conn)
	traced := &tracedStatements{Statements: prepared, ran: map[string]int{}, fail: map[string]error{}}
	b := &bench{writer: newWriter(traced), db: db, traced: traced}
	t.Cleanup(func() { _ = prepared.close() })
	return b
}

func note(text string) func(context.Context, engine.Statements) error {
	return func(ctx context.Context, on engine.Statements) error {
		_, err := on.Exec(ctx, "insert into notes values (?)", []any{text})
		return err
	}
}

// hold keeps the writer inside a request until the returned function is called. What becomes of
// that request is not looked at.
func (b *bench) hold(t *testing.T) (release func()) {
	t.Helper()
	gate := make(chan struct{})
	b.start(t.Context(), func(context.Context, engine.Statements) error {
		<-gate
		return nil
	})
	return func() { close(gate) }
}

// start hands over a request and waits until it waits for the writer.
func (b *bench) start(ctx context.Context, fn func(context.Context, engine.Statements) error) <-chan error {
	return b.startAs(ctx, engine.First, fn)
}

func (b *bench) startAs(ctx context.Context, rank engine.Rank, fn func(context.Context, engine.Statements) error) <-chan error {
	reply := make(chan error, 1)
	go func() { reply <- b.transact(ctx, rank, fn) }()
	synctest.Wait()
	return reply
}

// notes are the texts in the table, after the writer has stopped.
func (b *bench) notes(t *testing.T) []string {
	t.Helper()
	var texts []string
	if err := b.db.NewRaw("select text from notes order by text").Scan(t.Context(), &texts); err != nil {
		t.Fatal(err)
	}
	return texts
}

func TestWriterCommitsTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		release := b.hold(t)
		replies := map[string]<-chan error{}
		// the second a is refused and undoes nothing else
		for _, text := range []string{"a", "b", "c", "a"} {
			replies[fmt.Sprint(text, len(replies))] = b.start(t.Context(), note(text))
		}
		release()
		for name, reply := range replies {
			if err := <-reply; (name == "a3") != duplicate(err) || name != "a3" && err != nil {
				t.Errorf("%s got %v", name, err)
			}
		}
		b.close()
		if got := b.notes(t); !slices.Equal(got, []string{"a", "b", "c"}) {
			t.Errorf("notes are %v, want a, b, c", got)
		}
		if n := b.traced.ran["commit"]; n != 1 {
			t.Errorf("%d commits, want 1", n)
		}
	})
}

// TestWriterFailure: what a request did before it failed is undone, whichever of its batch it is,
// and nothing of the others.
func TestWriterFailure(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	for failing := range 3 {
		t.Run(fmt.Sprint(failing), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				release := b.hold(t)
				var replies []<-chan error
				for i, text := range []string{"a", "b", "c"} {
					replies = append(replies, b.start(t.Context(), func(ctx context.Context, x engine.Statements) error {
						if err := note(text)(ctx, x); i != failing {
							return err
						}
						return refused
					}))
				}
				release()
				want := []string{"a", "b", "c"}
				for i, reply := range replies {
					if err := <-reply; (i == failing) != errors.Is(err, refused) || i != failing && err != nil {
						t.Errorf("%s got %v", want[i], err)
					}
				}
				b.close()
				if got := b.notes(t); !slices.Equal(got, slices.Delete(want, failing, failing+1)) {
					t.Errorf("notes are %v, want all but one", got)
				}
			})
		})
	}
}

// TestWriterFailsAlone: a request that fails runs once if it has no others with it.
func TestWriterFailsAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		ran := 0
		refused := errors.New("refused")
		err := b.transact(t.Context(), engine.First, func(context.Context, engine.Statements) error {
			ran++
			return refused
		})
		if !errors.Is(err, refused) || ran != 1 {
			t.Errorf("got %v after %d runs, want refused after one", err, ran)
		}
		b.close()
	})
}

// TestWriterPanic: a panic is raised where the request was made, and undoes nothing of the others.
func TestWriterPanic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		release := b.hold(t)
		kept := b.start(t.Context(), note("kept"))
		raised := make(chan any, 1)
		go func() {
			defer func() { raised <- recover() }()
			_ = b.transact(t.Context(), engine.First, func(ctx context.Context, x engine.Statements) error {
				_ = note("undone")(ctx, x)
				panic("a fault")
			})
		}()
		synctest.Wait()
		release()
		if err := <-kept; err != nil {
			t.Errorf("the other got %v", err)
		}
		if value := fmt.Sprint(<-raised); !strings.HasPrefix(value, "a fault") {
			t.Errorf("the panic is %s", value)
		}
		b.close()
		if got := b.notes(t); !slices.Equal(got, []string{"kept"}) {
			t.Errorf("notes are %v, want the other's alone", got)
		}
	})
}

func TestWriterCommitsAtOnceWhenNobodyWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		for _, text := range []string{"a", "b"} {
			if err := b.transact(t.Context(), engine.First, note(text)); err != nil {
				t.Fatal(err)
			}
		}
		b.close()
		if n := b.traced.ran["commit"]; n != 2 {
			t.Errorf("%d commits, want one each", n)
		}
	})
}

func TestWriterBoundsABatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		release := b.hold(t) // the first of the first batch
		var replies []<-chan error
		for i := range maxBatch {
			replies = append(replies, b.start(t.Context(), note(fmt.Sprint(i))))
		}
		release()
		for _, reply := range replies {
			if err := <-reply; err != nil {
				t.Error(err)
			}
		}
		b.close()
		if n := b.traced.ran["commit"]; n != 2 {
			t.Errorf("%d commits, want 2", n)
		}
	})
}

// TestWriterRanks: what somebody waits for goes first, and keeps nothing else waiting for ever.
func TestWriterRanks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &writer{stop: make(chan struct{})}
		var order []engine.Rank
		for rank := range w.waiting {
			w.waiting[rank] = make(chan *request)
			for range 6 {
				go func() { w.waiting[rank] <- &request{rank: engine.Rank(rank)} }()
			}
		}
		for range 12 {
			synctest.Wait()
			order = append(order, w.take().rank)
		}
		want := []engine.Rank{engine.First, engine.First, engine.First, engine.First, engine.Behind, engine.First, engine.First}
		if !slices.Equal(order[:len(want)], want) {
			t.Errorf("the order is %v, want %v", order, want)
		}
	})
}

// TestWriterBatchesHaveOneRank: a decision is not committed later because of what it does not need.
func TestWriterBatchesHaveOneRank(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		release := b.hold(t) // the first of the first batch
		b.startAs(t.Context(), engine.Behind, note("behind"))
		first := b.start(t.Context(), note("first"))
		release()
		if err := <-first; err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if n := b.traced.ran["commit"]; n != 2 {
			t.Errorf("%d commits, want 2", n)
		}
		b.close()
	})
}

func TestWriterCloses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		release := b.hold(t)
		closed := make(chan struct{})
		go func() {
			b.close()
			close(closed)
		}()
		synctest.Wait()
		if err := b.transact(t.Context(), engine.First, note("late")); !errors.Is(err, callbacks.ErrUnavailable) {
			t.Errorf("a request after close gives %v, want ErrUnavailable", err)
		}
		release()
		<-closed
		if got := b.notes(t); len(got) != 0 {
			t.Errorf("notes are %v, want none", got)
		}
	})
}
