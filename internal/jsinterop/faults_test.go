package jsinterop

import (
	"strings"
	"testing"

	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/fault"
)

// The SDK repeats a checkpoint that got no answer, under the same client token. It must cost the
// execution neither its checkpoint token nor anything done twice: the history is that of case 4-7
// without faults.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, kind := range []fault.Kind{
		fault.AnswerLost, fault.ConnectionReset, fault.Throttled, fault.Service,
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			run := startConformance(t, "4-7", fault.Fault{Kind: kind, Operation: "CheckpointDurableExecution", Count: 2})
			run.suspended()
			reject(run)
			run.log.Next(t, locallambda.ExecutionEnded)
			run.check(conformanceCase{status: "FAILED", outcome: "not approved", history: `
				CallbackStarted 1 Callback cb
				StepStarted 2 Step
				StepSucceeded 2 Step 1
				InvocationCompleted
				CallbackFailed 1 Callback cb Rejected: not approved`})
		})
	}
}

// An exceeded quota ends the execution, not only the invocation: nobody moves the clock to the next
// one.
func TestQuotaExceeded(t *testing.T) {
	t.Parallel()
	run := startOn(t, locallambda.Config{Quotas: locallambda.Quotas{Operations: 1}}, functions, "4-7", `"input"`)
	end := run.log.Next(t, locallambda.ExecutionEnded)
	if end.Status != "FAILED" || !strings.Contains(end.Error.ErrorMessage, "the quota of 1 durable operations") {
		t.Errorf("ended %s, %+v", end.Status, end.Error)
	}
}
