package jsinterop

import "testing"

// begin is how each history of this table begins.
const begin = `
		ContextStarted 1 WaitForCallback cb
		CallbackStarted 1-1 Callback
		StepStarted 1-2 Step
		StepSucceeded 1-2 Step
		InvocationCompleted
		`

// waitForCallbackCases are those of the suite about waiting for a callback, in its order.
var waitForCallbackCases = []conformanceCase{
	{"7-1", "success", succeed, "SUCCEEDED", `"yes"`, begin +
		`CallbackSucceeded 1-1 Callback yes
		ContextSucceeded 1 WaitForCallback cb "yes"`},
	{"7-2", "fixed name", succeed, "SUCCEEDED", `"yes"`, `
		ContextStarted 1 WaitForCallback fixed
		CallbackStarted 1-1 Callback
		StepStarted 1-2 Step
		StepSucceeded 1-2 Step
		InvocationCompleted
		CallbackSucceeded 1-1 Callback yes
		ContextSucceeded 1 WaitForCallback fixed "yes"`},
	{"7-3", "no name", succeed, "SUCCEEDED", `"yes"`, `
		ContextStarted 1 WaitForCallback
		CallbackStarted 1-1 Callback
		StepStarted 1-2 Step
		StepSucceeded 1-2 Step
		InvocationCompleted
		CallbackSucceeded 1-1 Callback yes
		ContextSucceeded 1 WaitForCallback "yes"`},
	{"7-4", "failure", reject, "FAILED", "not approved", begin +
		`CallbackFailed 1-1 Callback Rejected: not approved
		ContextFailed 1 WaitForCallback cb CallbackExternalError: not approved`},
	{"7-5", "timeout", timedOut, "FAILED", timeoutText, `
		ContextStarted 1 WaitForCallback cb
		CallbackStarted 1-1 Callback timeout=5
		StepStarted 1-2 Step
		StepSucceeded 1-2 Step
		InvocationCompleted
		CallbackTimedOut 1-1 Callback Callback.Timeout
		ContextFailed 1 WaitForCallback cb CallbackTimeoutError: Callback timed out.`},
	{"7-6", "failure caught", reject, "SUCCEEDED", `{"type":"CallbackExternalError","message":"not approved","data":"{\"by\":\"ann\"}"}`, begin +
		`CallbackFailed 1-1 Callback Rejected: not approved
		ContextFailed 1 WaitForCallback cb CallbackExternalError: not approved`},
	{"7-7", "submitter fails for good", func(c *conformance) { c.pass(seconds) }, "FAILED", "desk is closed", `
		ContextStarted 1 WaitForCallback cb
		CallbackStarted 1-1 Callback
		StepStarted 1-2 Step
		StepFailed 1-2 Step Error: desk is closed
		InvocationCompleted
		StepStarted 1-2 Step
		StepFailed 1-2 Step Error: desk is closed
		ContextFailed 1 WaitForCallback cb StepError: desk is closed`},
	{"7-8", "in a child context", succeed, "SUCCEEDED", `"yes"`, `
		ContextStarted 1 RunInChildContext child
		ContextStarted 1-1 WaitForCallback cb
		CallbackStarted 1-1-1 Callback
		StepStarted 1-1-2 Step
		StepSucceeded 1-1-2 Step
		InvocationCompleted
		CallbackSucceeded 1-1-1 Callback yes
		ContextSucceeded 1-1 WaitForCallback cb "yes"
		ContextSucceeded 1 RunInChildContext child "yes"`},
	{"7-9", "two, one after the other", inTurn, "SUCCEEDED", `"AB"`, `
		ContextStarted 1 WaitForCallback a
		CallbackStarted 1-1 Callback
		StepStarted 1-2 Step
		StepSucceeded 1-2 Step
		InvocationCompleted
		CallbackSucceeded 1-1 Callback A
		ContextSucceeded 1 WaitForCallback a "A"
		ContextStarted 2 WaitForCallback b
		CallbackStarted 2-1 Callback
		StepStarted 2-2 Step
		StepSucceeded 2-2 Step
		InvocationCompleted
		CallbackSucceeded 2-1 Callback B
		ContextSucceeded 2 WaitForCallback b "B"`},
	{"7-10", "after a wait and a step", func(c *conformance) { c.pass(seconds); c.suspended(); c.succeed(1, "yes") }, "SUCCEEDED", `"yes"`, `
		WaitStarted 1 Wait 1s
		InvocationCompleted
		WaitSucceeded 1 Wait
		StepStarted 2 Step
		StepSucceeded 2 Step 1
		ContextStarted 3 WaitForCallback cb
		CallbackStarted 3-1 Callback
		StepStarted 3-2 Step
		StepSucceeded 3-2 Step
		InvocationCompleted
		CallbackSucceeded 3-1 Callback yes
		ContextSucceeded 3 WaitForCallback cb "yes"`},
	{"7-11", "JSON", func(c *conformance) { c.succeed(1, `{"status": "approved"}`) }, "SUCCEEDED", `"approved"`, begin +
		`CallbackSucceeded 1-1 Callback {"status": "approved"}
		ContextSucceeded 1 WaitForCallback cb "{\"status\": \"approved\"}"`},
	{"7-12", "heartbeat timeout", timedOut, "FAILED", heartbeatText, `
		ContextStarted 1 WaitForCallback cb
		CallbackStarted 1-1 Callback heartbeat=5
		StepStarted 1-2 Step
		StepSucceeded 1-2 Step
		InvocationCompleted
		CallbackTimedOut 1-1 Callback Callback.Heartbeat
		ContextFailed 1 WaitForCallback cb CallbackTimeoutError: Callback timed out: no heartbeat arrived in time.`},
	{"7-13", "heartbeat then success", inTime, "SUCCEEDED", `"yes"`, `
		ContextStarted 1 WaitForCallback cb
		CallbackStarted 1-1 Callback heartbeat=5
		StepStarted 1-2 Step
		StepSucceeded 1-2 Step
		InvocationCompleted
		CallbackSucceeded 1-1 Callback yes
		ContextSucceeded 1 WaitForCallback cb "yes"`},
	{"7-14", "timeout caught", func(c *conformance) { c.pass(3 * seconds) }, "SUCCEEDED", `"caught"`, `
		ContextStarted 1 WaitForCallback cb
		CallbackStarted 1-1 Callback timeout=3
		StepStarted 1-2 Step
		StepSucceeded 1-2 Step
		InvocationCompleted
		CallbackTimedOut 1-1 Callback Callback.Timeout
		ContextFailed 1 WaitForCallback cb CallbackTimeoutError: Callback timed out.`},
	{"7-15", "success without a payload", func(c *conformance) { c.succeed(1, "") }, "SUCCEEDED", `"nothing"`, begin +
		`CallbackSucceeded 1-1 Callback
		ContextSucceeded 1 WaitForCallback cb`},
}

// The names of errors are those that the SDK gives them in JavaScript; it records a callback's text
// as JSON.
func TestConformance_waitForCallback(t *testing.T) {
	t.Parallel()
	runConformance(t, waitForCallbackCases)
}
