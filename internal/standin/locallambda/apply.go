package locallambda

import (
	"time"

	"countersign/internal/standin/locallambda/protocol"
	"countersign/internal/standin/locallambda/wire"
)

// apply makes the changes that a validated update asks for.
func (x *execution) apply(u protocol.Update, now time.Time) {
	if u.Type == protocol.Execution {
		x.decide(u)
		return
	}
	op, exists := x.byID[u.ID]
	if !exists {
		op = x.add(&operation{
			id: u.ID, kind: u.Type, status: protocol.Started, startedAt: now,
			parent: text(u.ParentID), name: text(u.Name), subType: text(u.SubType),
		})
	}
	switch u.Type {
	case protocol.Context:
		op.applyContext(u, now, !exists)
	case protocol.Step:
		op.applyStep(u, now, !exists)
	case protocol.Wait:
		op.applyWait(u, now)
	case protocol.Callback:
		op.startCallback(u, now)
	case protocol.ChainedInvoke:
		op.startChainedInvoke(u, now)
	}
	x.touch(op)
}

// decide keeps the outcome of an EXECUTION update until the invocation answers with the same
// outcome.
func (x *execution) decide(u protocol.Update) {
	x.decided = &outcome{Status: outcomeSucceeded, Result: u.Payload}
	if u.Action == protocol.Fail {
		x.decided = &outcome{Status: outcomeFailed, Error: u.Error}
	}
}

// applyContext starts or ends a child context. The update that ends it carries ReplayChildren.
func (op *operation) applyContext(u protocol.Update, now time.Time, isNew bool) {
	x := op.execution
	if isNew {
		x.record(now, contextStarted, op, plainStart{})
	}
	if u.ContextOptions != nil && u.ContextOptions.ReplayChildren != nil {
		op.replayChildren = u.ContextOptions.ReplayChildren
	}
	switch u.Action {
	case protocol.Succeed:
		op.end(now, protocol.Succeeded, u.Payload, nil)
		x.record(now, contextSucceeded, op, success{Result: payload{Payload: u.Payload}})
	case protocol.Fail:
		op.end(now, protocol.Failed, nil, u.Error)
		x.record(now, contextFailed, op, unsuccessful{Error: &failure{Payload: u.Error}})
	}
}

// applyStep starts, ends or retries a step. An interrupted at-least-once step runs again without a
// second START. SDKs may send START and the end in one checkpoint.
func (op *operation) applyStep(u protocol.Update, now time.Time, isNew bool) {
	x := op.execution
	if isNew || u.Action == protocol.Start {
		op.status, op.due = protocol.Started, time.Time{}
		x.record(now, stepStarted, op, plainStart{})
	}
	tries := &retryDetails{CurrentAttempt: op.attempt + 1}
	switch u.Action {
	case protocol.Succeed:
		op.end(now, protocol.Succeeded, u.Payload, nil)
		x.record(now, stepSucceeded, op, success{payload{Payload: u.Payload}, tries})
	case protocol.Fail:
		op.end(now, protocol.Failed, nil, u.Error)
		x.record(now, stepFailed, op, unsuccessful{&failure{Payload: u.Error}, tries})
	case protocol.Retry:
		op.retryStep(u, now, tries)
	}
}

// retryStep makes the step wait for its next attempt. A retry with a payload is a success that
// continues, as the SDKs' waitForCondition sends it; a retry without a payload is a failed attempt.
// Attempt counts the finished attempts: SDKs add one.
func (op *operation) retryStep(u protocol.Update, now time.Time, tries *retryDetails) {
	delay := u.StepOptions.NextAttemptDelaySeconds
	tries.NextAttemptDelaySeconds = &delay
	op.attempt++
	op.status, op.result, op.err = protocol.Pending, u.Payload, u.Error
	op.due = now.Add(time.Duration(delay) * time.Second)
	op.arm()
	if u.Payload != nil {
		op.execution.record(now, stepSucceeded, op, success{payload{Payload: u.Payload}, tries})
		return
	}
	op.execution.record(now, stepFailed, op, unsuccessful{&failure{Payload: u.Error}, tries})
}

// applyWait starts or cancels a wait. Only its alarm completes it.
func (op *operation) applyWait(u protocol.Update, now time.Time) {
	x := op.execution
	if u.Action == protocol.Cancel {
		op.end(now, protocol.Cancelled, nil, u.Error)
		var reason *failure
		if u.Error != nil {
			reason = &failure{Payload: u.Error}
		}
		x.record(now, waitCancelled, op, unsuccessful{Error: reason})
		return
	}
	op.due = now.Add(time.Duration(u.WaitOptions.WaitSeconds) * time.Second)
	op.arm()
	x.record(now, waitStarted, op, waitStart{
		Duration: u.WaitOptions.WaitSeconds, ScheduledEndTimestamp: wire.EpochSeconds(op.due),
	})
}

// arm sets the alarm for the next moment at which the operation changes by itself, and replaces an
// earlier alarm. It serves new and changed operations and those loaded from a file.
func (op *operation) arm() {
	alarms := &op.execution.engine.alarms
	alarms.Cancel(op.alarm)
	op.alarm = nil
	switch {
	case op.kind == protocol.Step && op.status == protocol.Pending:
		op.alarm = alarms.Set(op.due, op.retryDue)
	case op.kind == protocol.Wait && op.status == protocol.Started:
		op.alarm = alarms.Set(op.due, op.waitDue)
	case op.kind == protocol.Callback && op.status == protocol.Started:
		if at, _ := op.callback.deadline(); !at.IsZero() {
			op.alarm = alarms.Set(at, op.callbackDue)
		}
	}
}

// retryDue makes the step ready. The history has no event for that.
func (op *operation) retryDue(time.Time) {
	op.status, op.due = protocol.Ready, time.Time{}
	op.execution.touch(op)
	op.execution.wake()
}

// waitDue ends a wait.
func (op *operation) waitDue(now time.Time) {
	x := op.execution
	op.end(now, protocol.Succeeded, nil, nil)
	x.record(now, waitSucceeded, op, waitEnd{Duration: seconds(op.due.Sub(op.startedAt))})
	x.wake()
}
