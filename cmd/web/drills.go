package main

import (
	"time"

	"countersign/internal/locallambda"
)

// drill makes the local Lambda misbehave for the next calls, so that a visitor sees what the desk makes of it.
type drill struct {
	name, title string
	fault       locallambda.Fault // none puts everything right
}

// drills are what the menu offers. Each ends by itself.
var drills = []drill{
	{"throttle", "Lambda throttles 3 calls", locallambda.Fault{Kind: locallambda.FaultThrottled, Count: 3, RetryAfter: 4 * time.Second}},
	{"fail", "Lambda fails 3 calls", locallambda.Fault{Kind: locallambda.FaultService, Count: 3}},
	{"lose", "Lambda's next answer is lost", locallambda.Fault{Kind: locallambda.FaultAnswerLost, Count: 1}},
	{"deny", "Permission is missing for 4 calls", locallambda.Fault{Kind: locallambda.FaultAccessDenied, Count: 4}},
	{"key", "The KMS key is disabled for 2 calls", locallambda.Fault{Kind: locallambda.FaultKMSDisabled, Count: 2}},
	{"slow", "Lambda takes 5 s for 3 calls", locallambda.Fault{Kind: locallambda.FaultSlow, Count: 3, Delay: 5 * time.Second}},
	{"well", "Lambda works again", locallambda.Fault{}},
}

// completing are the operations that a drill strikes: those that a decision needs.
var completing = []string{"SendDurableExecutionCallbackSuccess", "SendDurableExecutionCallbackFailure"}

// start replaces the faults of the engine.
func (d drill) start(engine *locallambda.Engine) {
	var faults []locallambda.Fault
	if d.fault.Kind != "" {
		for _, operation := range completing {
			fault := d.fault
			fault.Operation = operation
			faults = append(faults, fault)
		}
	}
	engine.SetFaults(nil, faults...)
}
