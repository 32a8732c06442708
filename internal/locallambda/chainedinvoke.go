package locallambda

import "time"

// chainedInvokeEnded names the event that each final status of the invoked execution leaves with its caller.
var chainedInvokeEnded = map[executionStatus]eventType{
	succeeded: "ChainedInvokeSucceeded",
	failed:    "ChainedInvokeFailed",
	timedOut:  "ChainedInvokeTimedOut",
	stopped:   "ChainedInvokeStopped",
}

// startChainedInvoke starts an execution of another function, whose end ends the operation. An unknown function fails the
// operation rather than the checkpoint, so that the program can catch it.
func (op *operation) startChainedInvoke(u operationUpdate, now time.Time) {
	x := op.execution
	e := x.engine
	name := u.ChainedInvokeOptions.FunctionName
	input := text(u.Payload)
	f, err := e.function(name, "")
	if err != nil {
		x.record(now, chainedInvokeStarted, op, chainedInvokeStart{FunctionName: name, Input: payload{Payload: u.Payload}})
		op.endChainedInvoke(now, failed, nil, &ErrorObject{ErrorType: "ResourceNotFoundException", ErrorMessage: "Function not found: " + name})
		return
	}
	if input == "" {
		input = "{}"
	}
	invoked := e.newExecution(f, startRequest{payload: []byte(input)}, now)
	invoked.caller = op
	op.invoked = invoked.arn
	x.record(now, chainedInvokeStarted, op, chainedInvokeStart{
		FunctionName: name, ExecutedVersion: invoked.version, ARN: invoked.arn, Input: payload{Payload: u.Payload},
	})
}

// endChainedInvoke ends the operation as the invoked execution did, unless its own execution has ended before.
func (op *operation) endChainedInvoke(now time.Time, status executionStatus, result *string, err *ErrorObject) {
	x := op.execution
	if x.status != running {
		return
	}
	op.end(now, operationStatus(status), result, err)
	x.record(now, chainedInvokeEnded[status], op, endDetails(status, result, err))
	x.wake()
}
