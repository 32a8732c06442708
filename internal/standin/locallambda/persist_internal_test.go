package locallambda

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"path/filepath"
	"slices"
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

// Whoever gets the lock makes the changes of those who wait too, and saves them together; each gets
// its own answer.
func TestUpdate_SavesTogether(t *testing.T) {
	t.Parallel()
	e, err := Open(filepath.Join(t.TempDir(), "lambda.db"), Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	e.Register("f", unreachable{}, FunctionConfig{})
	refused := errors.New("refused")
	var unsaved []int // before each change
	start := func(name string, answer error) *request {
		return &request{change: func(now time.Time) error {
			unsaved = append(unsaved, len(e.unsaved))
			f, err := e.function("f", "")
			if err != nil {
				return err
			}
			e.newExecution(f, startRequest{function: "f", name: name}, now)
			return answer
		}}
	}
	first, second := start("first", nil), start("second", refused)
	e.waiting.add(first)
	e.waiting.add(second)
	if err := e.update(start("third", nil).change); err != nil {
		t.Errorf("the third got %v", err)
	}
	if !slices.Equal(unsaved, []int{0, 1, 2}) {
		t.Errorf("unsaved before each change: %v, want 0, 1, 2", unsaved)
	}
	if !first.made || first.err != nil || !second.made || !errors.Is(second.err, refused) {
		t.Errorf("the others got %v and %v", first.err, second.err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.unsaved) != 0 {
		t.Errorf("%d executions are not saved", len(e.unsaved))
	}
}

// A file that lost a change of an execution is refused, not half believed.
func TestOpen_IncompleteFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lambda.db")
	e, err := Open(path, Config{})
	if err != nil {
		t.Fatal(err)
	}
	e.Register("f", unreachable{}, FunctionConfig{})
	arn, err := e.Start(t.Context(), "f", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	touchOften(t, e, arn, 1)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "delete from changes where number = 1"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, Config{}); !errors.Is(err, errIncomplete) {
		t.Errorf("error %v", err)
	}
}

// touchOften changes an execution without adding to its operations or events, as heartbeats do.
func touchOften(t *testing.T, e *Engine, arn string, times int) {
	t.Helper()
	for range times {
		err := e.update(func(time.Time) error {
			x, err := e.executions.get(arn)
			if err == nil {
				x.touch(x.root())
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Changes without end do not make the file grow without end, and nothing of the execution is lost
// when they are replaced.
func TestSave_KeepsFewChanges(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lambda.db")
	e, err := Open(path, Config{})
	if err != nil {
		t.Fatal(err)
	}
	e.Register("f", unreachable{}, FunctionConfig{})
	arn, err := e.Start(t.Context(), "f", "", []byte(`{"order":7}`))
	if err != nil {
		t.Fatal(err)
	}
	const times = 100
	touchOften(t, e, arn, times)
	kept := 0
	count := func(int64, []byte) error {
		kept++
		return nil
	}
	e.mu.Lock()
	x := e.executions.byARN[arn]
	records := len(x.operations) + len(x.events)
	err = e.store.Changes(count)
	e.mu.Unlock()
	if most := maxChanges*records + 1; err != nil || kept > most {
		t.Errorf("%d changes in the file, want at most %d; %v", kept, most, err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(path, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	back := again.executions.byARN[arn]
	if back == nil || *back.input != `{"order":7}` || back.revision != x.revision || len(back.events) != len(x.events) {
		t.Errorf("read back as %+v", back)
	}
}
