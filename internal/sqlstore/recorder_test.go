package sqlstore

import (
	"context"
	"database/sql"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/uptrace/bun"

	"countersign/internal/sqlstore/engine"
)

// recorder notes the text of every statement that a store runs.
type recorder struct {
	mu    sync.Mutex
	texts map[string]bool
}

func (r *recorder) note(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.texts[text] = true
}

// take returns what was noted since the last time.
func (r *recorder) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var texts []string
	for text := range r.texts {
		texts = append(texts, text)
	}
	clear(r.texts)
	slices.Sort(texts)
	return texts
}

// BeforeQuery is for bun.
func (r *recorder) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }

// AfterQuery is for bun.
func (r *recorder) AfterQuery(_ context.Context, e *bun.QueryEvent) { r.note(e.Query) }

type recordedStatements struct {
	engine.Statements
	recorder *recorder
}

func (s recordedStatements) Exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	s.recorder.note(text)
	return s.Statements.Exec(ctx, text, args)
}

func (s recordedStatements) Query(ctx context.Context, text string, args []any) (engine.Rows, error) {
	s.recorder.note(text)
	return s.Statements.Query(ctx, text, args)
}

func (s recordedStatements) Later(ctx context.Context, text string, args []any) error {
	s.recorder.note(text)
	return s.Statements.Later(ctx, text, args)
}

// recordedEngine notes what parts of the database run that have their statements in packages of
// their own.
type recordedEngine struct {
	engine.Engine
	recorder *recorder
}

func (e recordedEngine) Read(ctx context.Context, text string, args []any) (engine.Rows, error) {
	e.recorder.note(text)
	return e.Engine.Read(ctx, text, args)
}

func (e recordedEngine) DB() *bun.DB { return e.Engine.DB().WithQueryHook(e.recorder) }

func (e recordedEngine) Transact(ctx context.Context, rank engine.Rank, fn func(context.Context, engine.Statements) error) error {
	return e.Engine.Transact(ctx, rank, func(ctx context.Context, on engine.Statements) error {
		return fn(ctx, recordedStatements{on, e.recorder})
	})
}

func openRecorded(t *testing.T) (*Store, *recorder) {
	t.Helper()
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "desk.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	r := &recorder{texts: map[string]bool{}}
	s.engine = recordedEngine{s.engine, r}
	s.Tell(true)
	run := s.run
	s.db = s.db.WithQueryHook(r)
	read := s.read
	s.read = func(ctx context.Context, text string, args []any) (engine.Rows, error) {
		r.note(text)
		return read(ctx, text, args)
	}
	s.run = func(ctx context.Context, rank engine.Rank, fn func(context.Context, *tx) error) error {
		return run(ctx, rank, func(ctx context.Context, t *tx) error {
			recorded := *t
			recorded.statements = recordedStatements{t.statements, r}
			return fn(ctx, &recorded)
		})
	}
	return s, r
}
