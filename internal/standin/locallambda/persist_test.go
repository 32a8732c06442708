package locallambda_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/locallambdatest"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go/middleware"
)

// reopen opens an engine on a file with a clock at the given time.
func reopen(t *testing.T, path string, at time.Time) *bench {
	t.Helper()
	clock := locallambdatest.NewClock(at)
	engine, err := locallambda.Open(path, locallambda.Config{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	return attach(t, engine, clock)
}

// describe is get without what differs with every call.
func (b *bench) describe(arn string) *lambda.GetDurableExecutionOutput {
	b.t.Helper()
	out := b.get(arn)
	out.ResultMetadata = middleware.Metadata{}
	return out
}

func TestOpen_ContinuesEverything(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lambda.db")
	before := reopen(t, path, begin)
	program := func(r *run) answer {
		r.step(op("s"), func() string { return `"mailed"` })
		return contextResult(r.waitForCallback("1", "approval", timeouts(3600, 600), submitted))
	}
	arn, id := before.startSuspended(program)
	before.clock.Advance(5 * time.Minute)
	before.must(before.heartbeat(id))
	ended, other := before.startSuspended(program)
	before.must(before.fail(other, rejected))
	before.wantEnd("FAILED")
	histories := [][]types.Event{before.history(arn), before.history(ended)}
	description := before.describe(ended)
	before.must(before.engine.Close())

	after := reopen(t, path, begin.Add(6*time.Minute))
	for i, arn := range []string{arn, ended} {
		if got := after.history(arn); !reflect.DeepEqual(got, histories[i]) {
			t.Errorf("history %d changed:\n%+v\n%+v", i, histories[i], got)
		}
	}
	if got := after.describe(ended); !reflect.DeepEqual(got, description) {
		t.Errorf("execution changed:\n%+v\n%+v", description, got)
	}
	after.wantClosed(other, false)

	after.register("f", program)
	after.must(after.succeed(id, `"yes"`))
	if got := after.next(locallambda.ExecutionEnded); got.ExecutionARN != arn || got.Payload != `"yes"` {
		t.Errorf("ended: %+v", got)
	}
	again, err := after.engine.Start(t.Context(), "f", *description.DurableExecutionName, []byte(`{"order":7}`))
	if err != nil || again != ended {
		t.Errorf("the name of an earlier execution gives %s, error %v", again, err)
	}
	if next := after.start("f"); next == arn || next == ended {
		t.Errorf("a new execution has the ARN of an old one")
	}
}

func TestOpen_FiresWhatFellDue(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		program program
		down    time.Duration
		want    types.EventType
	}{
		"timeout":           {one(types.OperationUpdate{Id: ptr("1"), CallbackOptions: timeouts(60, 0)}), time.Hour, "CallbackTimedOut"},
		"heartbeat timeout": {one(types.OperationUpdate{Id: ptr("1"), CallbackOptions: timeouts(0, 60)}), time.Hour, "CallbackTimedOut"},
		"execution timeout": {one(op("1")), 25 * time.Hour, "ExecutionTimedOut"},
		"wait":              {func(r *run) answer { r.callback(op("1")); r.wait("2", time.Minute); return answer{} }, time.Hour, "WaitSucceeded"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "lambda.db")
			before := reopen(t, path, begin)
			arn, _ := before.startSuspended(c.program)
			before.must(before.engine.Close())
			after := reopen(t, path, begin.Add(c.down))
			events := after.history(arn)
			if got := events[len(events)-1]; got.EventType != c.want || !got.EventTimestamp.Equal(begin.Add(c.down)) {
				t.Errorf("last event %s at %v", got.EventType, got.EventTimestamp)
			}
		})
	}
}

// The heartbeat that came before the stop counts after it, though it left no event.
func TestOpen_RemembersHeartbeats(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lambda.db")
	before := reopen(t, path, begin)
	_, id := before.startSuspended(one(types.OperationUpdate{Id: ptr("1"), CallbackOptions: timeouts(0, 60)}))
	before.clock.Advance(50 * time.Second)
	before.must(before.heartbeat(id))
	before.must(before.engine.Close())
	after := reopen(t, path, begin.Add(109*time.Second))
	after.must(after.heartbeat(id))
}

func TestOpen_StepRetrySurvives(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lambda.db")
	before := reopen(t, path, begin)
	p := before.puppet("f")
	before.start("f")
	s := p.invoked()
	s.must(update(step, begins, "1"))
	s.must(update(step, retries, "1"))
	s.pending()
	before.suspended()
	before.must(before.engine.Close())
	after := reopen(t, path, begin.Add(time.Second))
	p = after.puppet("f")
	after.clock.Advance(4 * time.Second)
	if got := p.invoked().InitialExecutionState.Operations[1]; got.Status != "READY" || got.StepDetails.Attempt != 1 {
		t.Errorf("step %+v", got)
	}
}

// An invocation that was cut off is made again, once the function is there.
func TestOpen_InvokesAgainWhatWasCutOff(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lambda.db")
	before := reopen(t, path, begin)
	p := before.puppet("f")
	arn := before.start("f")
	p.invoked().must(update(callback, begins, "1"))
	before.must(before.engine.Close())
	after := reopen(t, path, begin)
	s := after.puppet("f").invoked()
	if s.DurableExecutionArn != arn || len(s.InitialExecutionState.Operations) != 2 {
		t.Errorf("invoked with %+v", s.input)
	}
	s.succeed(`1`)
	after.wantEnd("SUCCEEDED")
}

func TestOpen_RetentionDeletes(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lambda.db")
	before := reopen(t, path, begin)
	arn, id := before.startSuspended(one(op("1")))
	before.must(before.succeed(id, `1`))
	before.wantEnd("SUCCEEDED")
	before.must(before.engine.Close())
	for range 2 { // the second time there is nothing left to delete
		after := reopen(t, path, begin.Add(31*24*time.Hour))
		_, err := after.client.GetDurableExecution(t.Context(), &lambda.GetDurableExecutionInput{DurableExecutionArn: &arn})
		wantError[*types.ResourceNotFoundException](t, err)
		after.must(after.engine.Close())
	}
}

func TestOpen_Errors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	junk := filepath.Join(dir, "junk")
	if err := os.WriteFile(junk, []byte(strings.Repeat("this is no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"no database": junk, "no folder": filepath.Join(dir, "none", "x.db")} {
		if e, err := locallambda.Open(path, locallambda.Config{}); err == nil {
			e.Close()
			t.Errorf("%s: opened", name)
		}
	}
}

func TestOpen_OneEngineAtATime(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lambda.db")
	first := reopen(t, path, begin)
	if second, err := locallambda.Open(path, locallambda.Config{}); err == nil {
		second.Close()
		t.Error("two engines use one file")
	}
	first.must(first.engine.Close())
	reopen(t, path, begin)
}

// childFile, when set, makes this test binary run as the engine that TestOpen_SurvivesKill kills.
const childFile = "LOCALLAMBDA_TEST_CHILD_FILE"

// runChild starts executions on the file until it is killed, and prints the callback ID of each
// that hangs.
func runChild(path string) {
	engine, err := locallambda.Open(path, locallambda.Config{})
	if err != nil {
		panic(err)
	}
	server := httptest.NewServer(engine.Handler())
	client := lambda.New(lambda.Options{Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")})
	started := make(chan string, 1)
	engine.Observe(func(o locallambda.Observation) {
		if o.Kind == locallambda.CallbackStarted {
			started <- o.ExecutionARN + " " + o.CallbackID
		}
	})
	engine.Register("f", &programFunction{client, one(types.OperationUpdate{Id: ptr("1"), CallbackOptions: timeouts(3600, 0)})}, versionOne)
	for {
		if _, err := engine.Start(context.Background(), "f", "", []byte(`{"order":7}`)); err != nil {
			panic(err)
		}
		fmt.Println(<-started)
	}
}

func TestOpen_SurvivesKill(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lambda.db")
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	patience, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	child := exec.CommandContext(patience, executable)
	child.Env = append(os.Environ(), childFile+"="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var told []string
	lines := bufio.NewScanner(out)
	for len(told) < 20 && lines.Scan() {
		told = append(told, lines.Text())
	}
	if err := child.Process.Kill(); err != nil { // SIGKILL, in the middle of its work
		t.Fatal(err)
	}
	_ = child.Wait()
	if len(told) < 20 {
		t.Fatalf("the child said %q", told)
	}

	b := reopen(t, path, time.Now())
	b.register("f", one(types.OperationUpdate{Id: ptr("1"), CallbackOptions: timeouts(3600, 0)}))
	for _, line := range told {
		arn, id, _ := strings.Cut(line, " ")
		if got := b.history(arn); len(got) < 2 || *got[1].CallbackStartedDetails.CallbackId != id {
			t.Fatalf("history after the kill: %+v", got)
		}
		b.must(b.succeed(id, `"yes"`))
	}
	for range told {
		b.wantEnd("SUCCEEDED")
	}
}
