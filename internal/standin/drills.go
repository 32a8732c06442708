package standin

import (
	"time"

	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/fault"
)

// drill makes the local Lambda misbehave for the next calls, so that a visitor can see how the desk
// reacts.
type drill struct {
	name, title string
	operations  []string    // the operations that the fault affects
	fault       fault.Fault // the zero Fault removes all faults
}

// drills are all the drills that people can start. Each ends by itself.
var drills = []drill{
	{
		"throttle", "Lambda throttles 3 calls", completing,
		fault.Fault{Kind: fault.Throttled, Count: 3, RetryAfter: 4 * time.Second},
	},
	{
		"fail", "Lambda fails 3 calls", completing,
		fault.Fault{Kind: fault.Service, Count: 3},
	},
	{
		"lose", "Lambda's next answer is lost", completing,
		fault.Fault{Kind: fault.AnswerLost, Count: 1},
	},
	{
		"deny", "Permission is missing for 4 calls", completing,
		fault.Fault{Kind: fault.AccessDenied, Count: 4},
	},
	{
		"key", "The KMS key is disabled for 2 calls", completing,
		fault.Fault{Kind: fault.KMSDisabled, Count: 2},
	},
	{
		"slow", "Lambda takes 5 s for 3 calls", completing,
		fault.Fault{Kind: fault.Slow, Count: 3, Delay: 5 * time.Second},
	},
	{
		"beats", "Lambda takes none of 7 heartbeats", beating,
		fault.Fault{Kind: fault.Throttled, Count: 7},
	},
	{"well", "Lambda works again", nil, fault.Fault{}},
}

// completing are the operations that deliver a decision, beating those that send heartbeats.
var (
	completing = []string{"SendDurableExecutionCallbackSuccess", "SendDurableExecutionCallbackFailure"}
	beating    = []string{"SendDurableExecutionCallbackHeartbeat"}
)

// start replaces the engine's faults by those of the drill.
func (d drill) start(engine *locallambda.Engine) {
	var faults []fault.Fault
	for _, operation := range d.operations {
		fault := d.fault
		fault.Operation = operation
		faults = append(faults, fault)
	}
	engine.SetFaults(nil, faults...)
}
