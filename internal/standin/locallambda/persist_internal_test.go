package locallambda

import (
	"errors"
	"net/http"
	"path/filepath"
	"testing"
	"time"
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

// While the file cannot be written the engine answers with faults and tells nobody; afterwards it saves by itself what it
// could not.
func TestSave_FailureIsRetried(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lambda.db")
	clock := &stillClock{now: time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)}
	e, err := Open(path, Config{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	e.Register("f", HTTPFunction("http://127.0.0.1:0"), FunctionConfig{})
	told := make(chan Observation, 10)
	e.Observe(func(o Observation) { told <- o })

	if err := e.store.close(); err != nil {
		t.Fatal(err)
	}
	_, err = e.Start(t.Context(), "f", "order-7", nil)
	if failure, ok := errors.AsType[*APIError](err); !ok || failure.Status != http.StatusInternalServerError {
		t.Errorf("error %v", err)
	}
	if len(told) != 0 {
		t.Error("observers know what is not saved")
	}
	mended, err := openStore(path)
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
			e.Register("f", HTTPFunction("http://127.0.0.1:0"), FunctionConfig{})
			if _, err := e.Start(t.Context(), "f", "", nil); err != nil {
				t.Fatal(err)
			}
			if err := e.Close(); err != nil {
				t.Fatal(err)
			}
			s, err := openStore(path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.db.ExecContext(t.Context(), "delete from "+table); err != nil {
				t.Fatal(err)
			}
			if err := s.close(); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(path, Config{}); !errors.Is(err, errIncomplete) {
				t.Errorf("error %v", err)
			}
		})
	}
}
