package e2e_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"countersign/internal/standin/locallambda"
)

// TestInteropAWSCommandLine: what somebody does to an execution with AWS's command line arrives as
// from the desk.
func TestInteropAWSCommandLine(t *testing.T) {
	t.Parallel()
	path, version := installed(t, "aws")
	t.Run(version, func(t *testing.T) {
		knowsDurableFunctions(t, path)
		w := newWorld(t)
		c := commandLine{t: t, path: path, endpoint: w.settings["LAMBDA_ENDPOINT"]}
		started := c.invoke(expense())
		a := w.asked.await(t, patience, "the request", func(a asked) bool { return a.executionARN == started })
		t.Run("lists executions", func(t *testing.T) {
			var running struct {
				DurableExecutions []struct{ DurableExecutionArn string }
			}
			c.says(&running, "list-durable-executions-by-function", "--function-name", function, "--statuses", "RUNNING")
			if len(running.DurableExecutions) != 1 || running.DurableExecutions[0].DurableExecutionArn != started {
				t.Errorf("it lists %+v, want %s", running, started)
			}
		})
		callback := c.callback(started)
		t.Run("sends a heartbeat", func(t *testing.T) {
			c.says(nil, "send-durable-execution-callback-heartbeat", "--callback-id", callback)
			w.await(t, locallambda.HeartbeatReceived, started)
		})
		t.Run("completes a callback, once", func(t *testing.T) {
			const result = `{"approved":true}`
			complete := []string{"send-durable-execution-callback-success", "--callback-id", callback, "--result", c.file(result)}
			c.says(nil, complete...)
			if got := w.result(t, a); got.Result != result {
				t.Errorf("the function got %q, want %s", got.Result, result)
			}
			if out, err := c.run(complete...); err == nil || !strings.Contains(string(out), "CallbackTimeoutException") {
				t.Errorf("a second time it says %s %v, want CallbackTimeoutException", out, err)
			}
		})
		t.Run("stops an execution", func(t *testing.T) {
			second := c.invoke(expense())
			w.asked.await(t, patience, "the second request", func(a asked) bool { return a.executionARN == second })
			c.says(nil, "stop-durable-execution", "--durable-execution-arn", second)
			var got struct{ Status string }
			c.says(&got, "get-durable-execution", "--durable-execution-arn", second)
			if got.Status != "STOPPED" {
				t.Errorf("the execution is %s, want STOPPED", got.Status)
			}
		})
	})
}

// knowsDurableFunctions ends the test where the command line is too old. Asked without a function
// it wants one, or does not know the command.
func knowsDurableFunctions(t *testing.T, path string) {
	t.Helper()
	out, err := commandLine{t: t, path: path}.run("list-durable-executions-by-function")
	if err == nil || !strings.Contains(string(out), "--function-name") {
		t.Fatalf("%s is older than durable functions: install a newer one from AWS, or by pip install --upgrade awscli\n%s", path, out)
	}
}

// commandLine is AWS's command line, whose Lambda is the local one.
type commandLine struct {
	t              *testing.T
	path, endpoint string
}

// run runs a command and returns what it printed.
func (c commandLine) run(args ...string) ([]byte, error) {
	cmd := exec.Command(c.path, append([]string{"lambda", "--output", "json"}, args...)...)
	cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL_LAMBDA="+c.endpoint, "AWS_REGION="+region, "AWS_DEFAULT_REGION="+region,
		"AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local", "AWS_PAGER=")
	return cmd.CombinedOutput()
}

// says runs a command that has to work, and reads its answer.
func (c commandLine) says(reply any, args ...string) {
	c.t.Helper()
	out, err := c.run(args...)
	if err != nil {
		c.t.Fatalf("%s: %v\n%s", args[0], err, out)
	}
	if reply == nil {
		return
	}
	if err := json.Unmarshal(out, reply); err != nil {
		c.t.Fatalf("%s: %v\n%s", args[0], err, out)
	}
}

// file is a text as both versions of the command line take it for bytes: from a file.
func (c commandLine) file(text string) string {
	c.t.Helper()
	return "fileb://" + fileOf(c.t, c.t.TempDir(), "text", text)
}

// invoke starts an execution.
func (c commandLine) invoke(input any) (executionARN string) {
	c.t.Helper()
	text, err := json.Marshal(input)
	if err != nil {
		c.t.Fatal(err)
	}
	var started struct{ DurableExecutionArn string }
	c.says(&started, "invoke", "--function-name", function, "--invocation-type", "Event", "--payload", c.file(string(text)), os.DevNull)
	return started.DurableExecutionArn
}

// callback is the ID of the callback of an execution, from its history.
func (c commandLine) callback(executionARN string) string {
	c.t.Helper()
	type event struct {
		EventType              string
		CallbackStartedDetails struct{ CallbackID string }
	}
	var history struct{ Events []event }
	c.says(&history, "get-durable-execution-history", "--durable-execution-arn", executionARN)
	i := slices.IndexFunc(history.Events, func(e event) bool { return e.EventType == "CallbackStarted" })
	if i < 0 {
		c.t.Fatalf("the history has no callback: %+v", history)
	}
	return history.Events[i].CallbackStartedDetails.CallbackID
}
