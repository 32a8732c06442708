package locallambda

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"countersign/internal/standin/locallambda/protocol"
	"countersign/internal/standin/locallambda/wire"
)

// The statuses that a function may answer with.
const (
	outcomeSucceeded = "SUCCEEDED"
	outcomeFailed    = "FAILED"
	outcomePending   = "PENDING"
)

// outcome is a function's answer to an invocation.
type outcome struct {
	Status string            `json:"Status"`
	Result *string           `json:"Result"`
	Error  *wire.ErrorObject `json:"Error"`
}

// problem is why an invocation counts as failed: the function threw, or its answer is invalid.
type problem struct{ wire.ErrorObject }

// object returns the error for observers and for the execution; nil if there is no problem.
func (p *problem) object() *wire.ErrorObject {
	if p == nil {
		return nil
	}
	return &p.ErrorObject
}

// failure returns the error for the history; nil if there is no problem.
func (p *problem) failure() *failure {
	if p == nil {
		return nil
	}
	return &failure{Payload: &p.ErrorObject}
}

// invalidOutput is the problem of a function whose answer is not allowed.
func invalidOutput(format string, args ...any) *problem {
	return &problem{wire.ErrorObject{ErrorType: "InvalidParameterValueException", ErrorMessage: fmt.Sprintf(format, args...)}}
}

// thrown describes an error that a function returned. Its type is the name of the Go type, as
// aws-lambda-go reports it.
func thrown(err error) *problem {
	if o, ok := errors.AsType[*wire.ErrorObject](err); ok {
		return &problem{*o}
	}
	t := reflect.TypeOf(err)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return &problem{wire.ErrorObject{ErrorType: t.Name(), ErrorMessage: err.Error()}}
}

// outcome reads the function's answer and checks it against the rules of the durable invocation
// format.
func (x *execution) outcome(answer []byte, err error) (outcome, *problem) {
	if err != nil {
		return outcome{}, thrown(err)
	}
	var o outcome
	if err := json.Unmarshal(answer, &o); err != nil {
		return outcome{}, invalidOutput("The function's answer is not in the durable invocation format.")
	}
	if problem := x.checkOutcome(o); problem != nil {
		return outcome{}, problem
	}
	// A result too large for an answer was sent in a checkpoint before; the answer's result is then
	// empty.
	if x.decided != nil && text(o.Result) == "" {
		o.Result, o.Error = x.decided.Result, x.decided.Error
	}
	return o, nil
}

// checkOutcome applies the rules of Lambda's emulator. An answer must also not contradict what the
// function checkpointed.
func (x *execution) checkOutcome(o outcome) *problem {
	limit := protocol.MaxPayload
	if x.sync {
		limit = protocol.MaxSyncPayload
	}
	switch {
	case o.Status != outcomeSucceeded && o.Status != outcomeFailed && o.Status != outcomePending:
		return invalidOutput("Unexpected invocation status: %q.", o.Status)
	case o.Status == outcomeSucceeded && o.Error != nil:
		return invalidOutput("Cannot provide an Error for SUCCEEDED status.")
	case o.Status == outcomeFailed && o.Result != nil:
		return invalidOutput("Cannot provide a Result for FAILED status.")
	case o.Status == outcomePending && (o.Result != nil || o.Error != nil):
		return invalidOutput("Cannot provide a Result or an Error for PENDING status.")
	case o.Status == outcomePending && !x.waits():
		return invalidOutput("Cannot return PENDING status with no pending operations.")
	case len(text(o.Result)) > limit:
		return invalidOutput("The result is larger than %d bytes.", limit)
	case o.Error.Size() > protocol.MaxPayload:
		return invalidOutput("The error is larger than %d bytes.", protocol.MaxPayload)
	case x.decided != nil && o.Status != x.decided.Status:
		return invalidOutput("Status %s contradicts the checkpointed EXECUTION update.", o.Status)
	}
	return nil
}

// waits reports whether anything will wake the execution, or just has.
func (x *execution) waits() bool {
	if x.woken {
		return true
	}
	for _, op := range x.operations {
		if op.pending() {
			return true
		}
	}
	return false
}
