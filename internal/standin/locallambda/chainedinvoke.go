package locallambda

import (
	"time"

	"countersign/internal/standin/locallambda/protocol"
	"countersign/internal/standin/locallambda/wire"
)

// chainedInvokeEnded maps each final status of the invoked execution to the event in its caller's
// history.
var chainedInvokeEnded = map[executionStatus]eventType{
	succeeded: "ChainedInvokeSucceeded",
	failed:    "ChainedInvokeFailed",
	timedOut:  "ChainedInvokeTimedOut",
	stopped:   "ChainedInvokeStopped",
}

// startChainedInvoke starts an execution of another function; when that ends, so does the
// operation. If the function is unknown, or named without version or alias, the operation fails and
// not the checkpoint, so that the program can catch the failure.
func (op *operation) startChainedInvoke(u protocol.Update, now time.Time) {
	x := op.execution
	e := x.engine
	name := u.ChainedInvokeOptions.FunctionName
	input := text(u.Payload)
	start := chainedInvokeStart{FunctionName: name, TenantID: text(u.ChainedInvokeOptions.TenantID), Input: payload{Payload: u.Payload}}
	f, problem := e.invocable(name)
	if problem != nil {
		x.record(now, chainedInvokeStarted, op, start)
		op.endChainedInvoke(now, failed, nil, problem)
		return
	}
	if input == "" {
		input = "{}"
	}
	invoked := e.newExecution(f, startRequest{payload: []byte(input)}, now)
	invoked.caller = op
	op.invoked = invoked.arn
	start.ExecutedVersion, start.ARN = invoked.version, invoked.arn
	x.record(now, chainedInvokeStarted, op, start)
}

// invocable finds the function of a chained invoke. Lambda invokes durable functions only by
// version or alias.
func (e *Engine) invocable(name string) (*function, *wire.ErrorObject) {
	f, err := e.function(name, "")
	if err != nil {
		return nil, &wire.ErrorObject{ErrorType: "ResourceNotFoundException", ErrorMessage: "Function not found: " + name}
	}
	if _, qualifier := splitName(name); qualifier == "" {
		return nil, &wire.ErrorObject{
			ErrorType:    "InvalidParameterValueException",
			ErrorMessage: "A durable function is invoked by version or alias: " + name + ":" + f.config.Version + ", not " + name,
		}
	}
	return f, nil
}

// endChainedInvoke ends the operation with the result of the invoked execution. While the caller
// runs, the end waits until the caller asks or its invocation is over. As at Lambda, a caller that
// suspends at once has therefore always suspended before it learns of the end.
func (op *operation) endChainedInvoke(now time.Time, status executionStatus, result *string, err *wire.ErrorObject) {
	x := op.execution
	x.arrived = append(x.arrived, func(now time.Time) {
		op.end(now, protocol.Status(status), result, err)
		x.record(now, chainedInvokeEnded[status], op, endDetails(status, result, err))
		x.wake()
	})
	if x.invocation == nil {
		x.takeArrived(now)
	}
}

// takeArrived ends the chained invokes whose executions have ended meanwhile, unless this execution
// has ended too.
func (x *execution) takeArrived(now time.Time) {
	for _, end := range x.arrived {
		if x.status == running {
			end(now)
		}
	}
	x.arrived = nil
}
