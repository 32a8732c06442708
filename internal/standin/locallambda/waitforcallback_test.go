package locallambda_test

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// waitForCallback is how the SDKs build it: a context around a callback and the step that hands out
// its ID. A submitter that fails is tried again after a second, three times in all. name may be
// empty.
func (r *run) waitForCallback(id, name string, options *types.CallbackOptions, submit func(callbackID string) bool) types.Operation {
	scope := types.OperationUpdate{Id: &id, Type: types.OperationTypeContext, SubType: aws.String("WaitForCallback")}
	if name != "" {
		scope.Name = &name
	}
	if known, ok := r.known[id]; !ok {
		r.checkpoint(with(scope, types.OperationActionStart))
	} else if known.Status != types.OperationStatusStarted {
		return known
	}
	callback := op(id + "-1")
	callback.ParentId, callback.CallbackOptions = &id, options
	callbackID := r.callback(callback)
	if problem := r.submit(id, callbackID, submit); problem != nil {
		return r.close(scope, nil, problem)
	}
	done := r.await(id + "-1")
	return r.close(scope, done.CallbackDetails.Result, done.CallbackDetails.Error)
}

// close ends a context with a result or an error.
func (r *run) close(scope types.OperationUpdate, result *string, problem *types.ErrorObject) types.Operation {
	end := with(scope, types.OperationActionSucceed)
	if end.Payload = result; problem != nil {
		end = with(scope, types.OperationActionFail)
		end.Error = problem
	}
	r.checkpoint(end)
	return r.known[*scope.Id]
}

// submit runs the submitter's step; it gives the error of the last attempt, or suspends until the
// next.
func (r *run) submit(parent, callbackID string, work func(string) bool) *types.ErrorObject {
	const attempts = 3
	id := parent + "-2"
	step := types.OperationUpdate{Id: &id, ParentId: &parent, Type: types.OperationTypeStep, SubType: aws.String("Step")}
	known := r.known[id]
	switch known.Status {
	case types.OperationStatusSucceeded:
		return nil
	case types.OperationStatusPending:
		panic(suspension{})
	}
	r.checkpoint(with(step, types.OperationActionStart))
	if work(callbackID) {
		r.checkpoint(with(step, types.OperationActionSucceed))
		return nil
	}
	end := with(step, types.OperationActionFail)
	end.Error = &types.ErrorObject{ErrorType: aws.String("SubmitError"), ErrorMessage: aws.String("mail server down")}
	over := int32(0) // attempts before this one
	if d := r.known[id].StepDetails; d != nil {
		over = d.Attempt
	}
	if over+1 < attempts {
		end.Action, end.StepOptions = types.OperationActionRetry, &types.StepOptions{NextAttemptDelaySeconds: aws.Int32(1)}
		r.checkpoint(end)
		panic(suspension{})
	}
	r.checkpoint(end)
	return end.Error
}

func with(u types.OperationUpdate, action types.OperationAction) types.OperationUpdate {
	u.Action = action
	return u
}

// submitted is a submitter that works.
func submitted(string) bool { return true }

// contextResult ends a program with the outcome of a context.
func contextResult(op types.Operation) answer {
	if op.Status == types.OperationStatusSucceeded {
		return answer{Status: "SUCCEEDED", Result: op.ContextDetails.Result}
	}
	e := op.ContextDetails.Error
	return answer{Status: "FAILED", Error: &errorObject{ErrorType: aws.ToString(e.ErrorType), ErrorMessage: aws.ToString(e.ErrorMessage)}}
}
