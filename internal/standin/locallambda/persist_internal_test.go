package locallambda

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"countersign/internal/standin/locallambda/store"
	"countersign/internal/standin/locallambda/wire"
)

// stillClock is a clock whose timers the test fires by hand.
type stillClock struct {
	now  time.Time
	wake func()
}

func (c *stillClock) Now() time.Time { return c.now }

func (c *stillClock) AfterFunc(_ time.Duration, f func()) func() bool {
	c.wake = f
	return func() bool { return true }
}

// unreachable is a function that cannot be invoked.
type unreachable struct{}

func (unreachable) Invoke(context.Context, []byte) ([]byte, error) {
	return nil, errors.New("connection refused")
}

// While the file cannot be written the engine answers with faults and tells nobody; afterwards it
// saves by itself what it could not.
func TestSave_FailureIsRetried(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lambda.db")
	clock := &stillClock{now: time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)}
	e, err := Open(path, Config{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	e.Register("f", unreachable{}, FunctionConfig{})
	told := make(chan Observation, 10)
	e.Observe(func(o Observation) { told <- o })

	if err := e.store.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = e.Start(t.Context(), "f", "order-7", nil)
	if failure, ok := errors.AsType[*wire.Error](err); !ok || failure.Status != http.StatusInternalServerError {
		t.Errorf("error %v", err)
	}
	if len(told) != 0 {
		t.Error("observers know what is not saved")
	}
	mended, err := store.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	e.mu.Lock()
	e.store = mended
	e.mu.Unlock()
	clock.now = clock.now.Add(saveRetryDelay)
	clock.wake()
	if got := <-told; got.Kind != ExecutionStarted {
		t.Errorf("observed %+v", got)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(path, Config{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if n := len(again.executions.of("f")); n != 1 {
		t.Errorf("%d executions in the file", n)
	}
}

// A file that lost records of an execution is refused, not half believed.
func TestOpen_IncompleteFile(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"executions", "operations", "events"} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "lambda.db")
			e, err := Open(path, Config{})
			if err != nil {
				t.Fatal(err)
			}
			e.Register("f", unreachable{}, FunctionConfig{})
			if _, err := e.Start(t.Context(), "f", "", nil); err != nil {
				t.Fatal(err)
			}
			if err := e.Close(); err != nil {
				t.Fatal(err)
			}
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.ExecContext(t.Context(), "delete from "+table); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(path, Config{}); !errors.Is(err, errIncomplete) {
				t.Errorf("error %v", err)
			}
		})
	}
}
