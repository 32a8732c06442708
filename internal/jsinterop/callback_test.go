package jsinterop

import (
	"testing"
	"time"
)

const (
	seconds = time.Second
	// The SDK hands on the engine's own words.
	timeoutText   = "Callback timed out."
	heartbeatText = "Callback timed out: no heartbeat arrived in time."
)

func succeed(c *conformance)  { c.succeed(1, "yes") }
func reject(c *conformance)   { c.reject(1) }
func timedOut(c *conformance) { c.pass(5 * seconds) }

// inTime beats before the heartbeat timeout, and succeeds after the time at which it would have run
// out without.
func inTime(c *conformance) { c.pass(4 * seconds); c.beat(1); c.pass(4 * seconds); c.succeed(1, "yes") }

// inTurn completes two callbacks, each after the function has suspended.
func inTurn(c *conformance) { c.succeed(1, "A"); c.suspended(); c.succeed(2, "B") }

// callbackCases are those of the suite about callbacks, in its order.
var callbackCases = []conformanceCase{
	{"4-1", "success", succeed, "SUCCEEDED", `"yes"`, `
		CallbackStarted 1 Callback
		InvocationCompleted
		CallbackSucceeded 1 Callback yes`},
	{"4-2", "name", succeed, "SUCCEEDED", `"yes"`, `
		CallbackStarted 1 Callback cb
		InvocationCompleted
		CallbackSucceeded 1 Callback cb yes`},
	{"4-3", "timeout", timedOut, "FAILED", timeoutText, `
		CallbackStarted 1 Callback cb timeout=5
		InvocationCompleted
		CallbackTimedOut 1 Callback cb Callback.Timeout`},
	{"4-4", "heartbeat timeout", timedOut, "FAILED", heartbeatText, `
		CallbackStarted 1 Callback cb heartbeat=5
		InvocationCompleted
		CallbackTimedOut 1 Callback cb Callback.Heartbeat`},
	{"4-5", "heartbeat then success", inTime, "SUCCEEDED", `"yes"`, `
		CallbackStarted 1 Callback cb heartbeat=5
		InvocationCompleted
		CallbackSucceeded 1 Callback cb yes`},
	{"4-6", "failure", reject, "FAILED", "not approved", `
		CallbackStarted 1 Callback cb
		InvocationCompleted
		CallbackFailed 1 Callback cb Rejected: not approved`},
	{"4-7", "step, failure", reject, "FAILED", "not approved", `
		CallbackStarted 1 Callback cb
		StepStarted 2 Step
		StepSucceeded 2 Step 1
		InvocationCompleted
		CallbackFailed 1 Callback cb Rejected: not approved`},
	{"4-8", "step, timeout", timedOut, "FAILED", timeoutText, `
		CallbackStarted 1 Callback cb timeout=5
		StepStarted 2 Step
		StepSucceeded 2 Step 1
		InvocationCompleted
		CallbackTimedOut 1 Callback cb Callback.Timeout`},
	{"4-9", "success during a wait", func(c *conformance) { c.succeed(1, "yes"); c.suspended(); c.pass(5 * seconds) },
		"SUCCEEDED", `"yes"`, `
		CallbackStarted 1 Callback cb
		WaitStarted 2 Wait 5s
		InvocationCompleted
		CallbackSucceeded 1 Callback cb yes
		InvocationCompleted
		WaitSucceeded 2 Wait`},
	{"4-10", "failure during a wait", func(c *conformance) { c.reject(1); c.suspended(); c.pass(5 * seconds) },
		"FAILED", "not approved", `
		CallbackStarted 1 Callback cb
		WaitStarted 2 Wait 5s
		InvocationCompleted
		CallbackFailed 1 Callback cb Rejected: not approved
		InvocationCompleted
		WaitSucceeded 2 Wait`},
	{"4-11", "timeout during a wait", func(c *conformance) { c.pass(3 * seconds); c.suspended(); c.pass(2 * seconds) },
		"FAILED", timeoutText, `
		CallbackStarted 1 Callback cb timeout=3
		WaitStarted 2 Wait 5s
		InvocationCompleted
		CallbackTimedOut 1 Callback cb Callback.Timeout
		InvocationCompleted
		WaitSucceeded 2 Wait`},
	{"4-12", "success, then a wait", func(c *conformance) { c.succeed(1, "yes"); c.suspended(); c.pass(5 * seconds) },
		"SUCCEEDED", `"yes"`, `
		CallbackStarted 1 Callback cb
		InvocationCompleted
		CallbackSucceeded 1 Callback cb yes
		WaitStarted 2 Wait 5s
		InvocationCompleted
		WaitSucceeded 2 Wait`},
	{"4-13", "failure caught, then a wait", func(c *conformance) { c.reject(1); c.suspended(); c.pass(2 * seconds) },
		"SUCCEEDED", `"caught"`, `
		CallbackStarted 1 Callback cb
		InvocationCompleted
		CallbackFailed 1 Callback cb Rejected: not approved
		WaitStarted 2 Wait 2s
		InvocationCompleted
		WaitSucceeded 2 Wait`},
	{"4-14", "timeout caught, then a wait", func(c *conformance) { c.pass(3 * seconds); c.suspended(); c.pass(2 * seconds) },
		"SUCCEEDED", `"caught"`, `
		CallbackStarted 1 Callback cb timeout=3
		InvocationCompleted
		CallbackTimedOut 1 Callback cb Callback.Timeout
		WaitStarted 2 Wait 2s
		InvocationCompleted
		WaitSucceeded 2 Wait`},
	{"4-15", "serdes, object with a date", func(c *conformance) { c.succeed(1, `{"id":"7","timestamp":"2026-01-01T00:00:00.000Z"}`) },
		"SUCCEEDED", `{"id":"7","timestamp":1767225600}`, `
		CallbackStarted 1 Callback cb
		InvocationCompleted
		CallbackSucceeded 1 Callback cb {"id":"7","timestamp":"2026-01-01T00:00:00.000Z"}`},
	{"4-16", "serdes, number", func(c *conformance) { c.succeed(1, "42") }, "SUCCEEDED", "42", `
		CallbackStarted 1 Callback cb
		InvocationCompleted
		CallbackSucceeded 1 Callback cb 42`},
	{"4-17", "two, one after the other", inTurn, "SUCCEEDED", `"AB"`, `
		CallbackStarted 1 Callback a
		InvocationCompleted
		CallbackSucceeded 1 Callback a A
		CallbackStarted 2 Callback b
		InvocationCompleted
		CallbackSucceeded 2 Callback b B`},
	{"4-18", "two at once, in order", inTurn, "SUCCEEDED", `"AB"`, `
		CallbackStarted 1 Callback a
		CallbackStarted 2 Callback b
		InvocationCompleted
		CallbackSucceeded 1 Callback a A
		InvocationCompleted
		CallbackSucceeded 2 Callback b B`},
	{"4-19", "two at once, in reverse order", inTurn, "SUCCEEDED", `"BA"`, `
		CallbackStarted 1 Callback a
		CallbackStarted 2 Callback b
		InvocationCompleted
		CallbackSucceeded 1 Callback a A
		InvocationCompleted
		CallbackSucceeded 2 Callback b B`},
}

func TestConformance_callback(t *testing.T) {
	t.Parallel()
	runConformance(t, callbackCases)
}
