package locallambda

import "time"

// apply changes the execution as a validated update asks.
func (x *execution) apply(u operationUpdate, now time.Time) {
	if u.Type == executionOperation {
		x.decide(u)
		return
	}
	op, exists := x.byID[u.ID]
	if !exists {
		op = x.add(&operation{
			id: u.ID, kind: u.Type, status: opStarted, startedAt: now,
			parent: text(u.ParentID), name: text(u.Name), subType: text(u.SubType),
		})
	}
	switch u.Type {
	case contextOperation:
		op.applyContext(u, now, !exists)
	case stepOperation:
		op.applyStep(u, now, !exists)
	case waitOperation:
		op.applyWait(u, now)
	case callbackOperation:
		op.startCallback(u, now)
	case chainedInvokeOperation:
		op.startChainedInvoke(u, now)
	}
	x.touch(op)
}

// decide keeps the outcome of an EXECUTION update until the invocation answers the same.
func (x *execution) decide(u operationUpdate) {
	x.decided = &outcome{Status: outcomeSucceeded, Result: u.Payload}
	if u.Action == failAction {
		x.decided = &outcome{Status: outcomeFailed, Error: u.Error}
	}
}

// applyContext starts or ends a child context. ReplayChildren comes with the update that ends it.
func (op *operation) applyContext(u operationUpdate, now time.Time, isNew bool) {
	x := op.execution
	if isNew {
		x.record(now, contextStarted, op, plainStart{})
	}
	if u.ContextOptions != nil && u.ContextOptions.ReplayChildren != nil {
		op.replayChildren = u.ContextOptions.ReplayChildren
	}
	switch u.Action {
	case succeedAction:
		op.end(now, opSucceeded, u.Payload, nil)
		x.record(now, contextSucceeded, op, success{Result: payload{Payload: u.Payload}})
	case failAction:
		op.end(now, opFailed, nil, u.Error)
		x.record(now, contextFailed, op, unsuccessful{Error: &failure{Payload: u.Error}})
	}
}

// applyStep starts, ends or retries a step. An at-least-once step that was interrupted runs again without a second START,
// and SDKs may send START and the end in one checkpoint.
func (op *operation) applyStep(u operationUpdate, now time.Time, isNew bool) {
	x := op.execution
	if isNew || u.Action == startAction {
		op.status, op.due = opStarted, time.Time{}
		x.record(now, stepStarted, op, plainStart{})
	}
	tries := &retryDetails{CurrentAttempt: op.attempt + 1}
	switch u.Action {
	case succeedAction:
		op.end(now, opSucceeded, u.Payload, nil)
		x.record(now, stepSucceeded, op, success{payload{Payload: u.Payload}, tries})
	case failAction:
		op.end(now, opFailed, nil, u.Error)
		x.record(now, stepFailed, op, unsuccessful{&failure{Payload: u.Error}, tries})
	case retryAction:
		op.retryStep(u, now, tries)
	}
}

// retryStep lets the step wait for its next attempt. A retry with a payload is a success that goes on, as the SDKs'
// waitForCondition sends it; one without is a failed attempt. Attempt counts the attempts that are over: SDKs add one.
func (op *operation) retryStep(u operationUpdate, now time.Time, tries *retryDetails) {
	delay := u.StepOptions.NextAttemptDelaySeconds
	tries.NextAttemptDelaySeconds = &delay
	op.attempt++
	op.status, op.result, op.err = opPending, u.Payload, u.Error
	op.due = now.Add(time.Duration(delay) * time.Second)
	op.arm()
	if u.Payload != nil {
		op.execution.record(now, stepSucceeded, op, success{payload{Payload: u.Payload}, tries})
		return
	}
	op.execution.record(now, stepFailed, op, unsuccessful{&failure{Payload: u.Error}, tries})
}

// applyWait starts or cancels a wait; only its alarm ends it.
func (op *operation) applyWait(u operationUpdate, now time.Time) {
	x := op.execution
	if u.Action == cancelAction {
		op.end(now, opCancelled, nil, u.Error)
		var reason *failure
		if u.Error != nil {
			reason = &failure{Payload: u.Error}
		}
		x.record(now, waitCancelled, op, unsuccessful{Error: reason})
		return
	}
	op.due = now.Add(time.Duration(u.WaitOptions.WaitSeconds) * time.Second)
	op.arm()
	x.record(now, waitStarted, op, waitStart{Duration: u.WaitOptions.WaitSeconds, ScheduledEndTimestamp: epochSeconds(op.due)})
}

// arm sets the operation's alarm for its next own moment, replacing an earlier one. It serves new operations, changed ones
// and those that were loaded from a file.
func (op *operation) arm() {
	alarms := &op.execution.engine.alarms
	alarms.cancel(op.alarm)
	op.alarm = nil
	switch {
	case op.kind == stepOperation && op.status == opPending:
		op.alarm = alarms.set(op.due, op.retryDue)
	case op.kind == waitOperation && op.status == opStarted:
		op.alarm = alarms.set(op.due, op.waitDue)
	case op.kind == callbackOperation && op.status == opStarted:
		if at, _ := op.callback.deadline(); !at.IsZero() {
			op.alarm = alarms.set(at, op.callbackDue)
		}
	}
}

// retryDue makes the step ready. The history has no event for that.
func (op *operation) retryDue(time.Time) {
	op.status, op.due = opReady, time.Time{}
	op.execution.touch(op)
	op.execution.wake()
}

// waitDue ends a wait.
func (op *operation) waitDue(now time.Time) {
	x := op.execution
	op.end(now, opSucceeded, nil, nil)
	x.record(now, waitSucceeded, op, waitEnd{Duration: seconds(op.due.Sub(op.startedAt))})
	x.wake()
}
