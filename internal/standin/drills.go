package standin

import (
	"time"

	"countersign/internal/standin/locallambda"
)

// drill makes the local Lambda misbehave for the next calls, so that a visitor sees what the desk
// makes of it.
type drill struct {
	name, title string
	operations  []string          // that the fault strikes
	fault       locallambda.Fault // none puts everything right
}

// drills are all that people can start. Each ends by itself.
var drills = []drill{
	{
		"throttle", "Lambda throttles 3 calls", completing,
		locallambda.Fault{Kind: locallambda.FaultThrottled, Count: 3, RetryAfter: 4 * time.Second},
	},
	{
		"fail", "Lambda fails 3 calls", completing,
		locallambda.Fault{Kind: locallambda.FaultService, Count: 3},
	},
	{
		"lose", "Lambda's next answer is lost", completing,
		locallambda.Fault{Kind: locallambda.FaultAnswerLost, Count: 1},
	},
	{
		"deny", "Permission is missing for 4 calls", completing,
		locallambda.Fault{Kind: locallambda.FaultAccessDenied, Count: 4},
	},
	{
		"key", "The KMS key is disabled for 2 calls", completing,
		locallambda.Fault{Kind: locallambda.FaultKMSDisabled, Count: 2},
	},
	{
		"slow", "Lambda takes 5 s for 3 calls", completing,
		locallambda.Fault{Kind: locallambda.FaultSlow, Count: 3, Delay: 5 * time.Second},
	},
	{
		"beats", "Lambda takes none of 7 heartbeats", beating,
		locallambda.Fault{Kind: locallambda.FaultThrottled, Count: 7},
	},
	{"well", "Lambda works again", nil, locallambda.Fault{}},
}

// completing are the operations that a decision needs, beating those that a review does.
var (
	completing = []string{"SendDurableExecutionCallbackSuccess", "SendDurableExecutionCallbackFailure"}
	beating    = []string{"SendDurableExecutionCallbackHeartbeat"}
)

// start replaces the faults of the engine.
func (d drill) start(engine *locallambda.Engine) {
	var faults []locallambda.Fault
	for _, operation := range d.operations {
		fault := d.fault
		fault.Operation = operation
		faults = append(faults, fault)
	}
	engine.SetFaults(nil, faults...)
}
