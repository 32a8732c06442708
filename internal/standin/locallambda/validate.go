package locallambda

import (
	"encoding/json"
	"regexp"
	"slices"
)

// The limits of an update, from the API reference.
const (
	maxDelay        = 31_622_400 // seconds, of waits and of a step's next attempt
	maxCallbackTime = 99_999_999 // seconds
)

// The forms of what a function's author chooses, from the API reference. A name is printable ASCII.
var (
	operationID   = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)
	operationName = regexp.MustCompile(`^[\x20-\x7E]{1,256}$`)
	subType       = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)
	invokedName   = regexp.MustCompile(`^(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9_.-]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9_-]+))?$`)
	tenantID      = regexp.MustCompile(`^[a-zA-Z0-9._:/=+\-@ ]{1,256}$`)
)

// transition says from which statuses an action is allowed, and to which it leads. The status "" stands for an operation
// that does not exist yet: a step or a context may begin and end with one update.
type transition struct {
	from []operationStatus
	to   operationStatus
}

// transitions are the actions that each type accepts. Callbacks accept START only: their ends come from outside.
var transitions = map[operationType]map[operationAction]transition{
	executionOperation: {
		succeedAction: {from: []operationStatus{opStarted}, to: opSucceeded},
		failAction:    {from: []operationStatus{opStarted}, to: opFailed},
	},
	contextOperation: {
		startAction:   {from: []operationStatus{""}, to: opStarted},
		succeedAction: {from: []operationStatus{"", opStarted}, to: opSucceeded},
		failAction:    {from: []operationStatus{"", opStarted}, to: opFailed},
	},
	stepOperation: {
		startAction:   {from: []operationStatus{"", opReady}, to: opStarted},
		succeedAction: {from: []operationStatus{"", opStarted, opReady}, to: opSucceeded},
		failAction:    {from: []operationStatus{"", opStarted, opReady}, to: opFailed},
		retryAction:   {from: []operationStatus{"", opStarted, opReady}, to: opPending},
	},
	waitOperation: {
		startAction:  {from: []operationStatus{""}, to: opStarted},
		cancelAction: {from: []operationStatus{opStarted}, to: opCancelled},
	},
	callbackOperation: {
		startAction: {from: []operationStatus{""}, to: opStarted},
	},
	chainedInvokeOperation: {
		startAction: {from: []operationStatus{""}, to: opStarted},
	},
}

// identity is what of an operation an update may not change.
type identity struct {
	kind                  operationType
	status                operationStatus
	parent, name, subType string
}

// validation checks updates one after the other, each against the operations as those before it would leave them.
type validation struct {
	execution *execution
	changed   map[string]identity
}

// validate checks all updates before any is applied. Error: InvalidParameterValueException.
func (x *execution) validate(updates []operationUpdate) error {
	if len(updates) > 0 && x.decided != nil {
		return invalidParameter("Cannot update operations after the EXECUTION update.")
	}
	v := validation{execution: x, changed: map[string]identity{}}
	for i, u := range updates {
		if u.Type == executionOperation && i != len(updates)-1 {
			return invalidParameter("EXECUTION checkpoint must be the last update, and the only one.")
		}
		if err := v.check(u); err != nil {
			return err
		}
	}
	return nil
}

// operation finds an operation as the updates so far leave it.
func (v *validation) operation(id string) (identity, bool) {
	if changed, ok := v.changed[id]; ok {
		return changed, true
	}
	op := v.execution.byID[id]
	if op == nil {
		return identity{}, false
	}
	return identity{op.kind, op.status, op.parent, op.name, op.subType}, true
}

// check checks one update and notes what it will have changed.
func (v *validation) check(u operationUpdate) error {
	actions, ok := transitions[u.Type]
	if !ok {
		return invalidParameter("Invalid operation type: %q.", u.Type)
	}
	step, ok := actions[u.Action]
	if !ok {
		return invalidParameter("Invalid action %q for an operation of type %s.", u.Action, u.Type)
	}
	if err := u.checkFields(v.execution.sync); err != nil {
		return err
	}
	current, exists := v.operation(u.ID)
	if u.Type == executionOperation {
		// SDKs name the execution operation in different ways, so its ID is not looked at.
		current, exists = v.operation(v.execution.root().id)
	}
	if !slices.Contains(step.from, current.status) {
		return invalidParameter("Cannot %s the %s operation %s: it is %s.", u.Action, u.Type, u.ID, orAbsent(current.status))
	}
	next := identity{u.Type, step.to, text(u.ParentID), text(u.Name), text(u.SubType)}
	if exists {
		if err := u.checkUnchanged(current); err != nil {
			return err
		}
		current.status, next = step.to, current
		next.status = step.to
	} else if err := v.checkParent(u); err != nil {
		return err
	}
	v.changed[u.ID] = next
	return nil
}

// orAbsent names the status of an operation, also of one that does not exist.
func orAbsent(s operationStatus) operationStatus {
	if s == "" {
		return "not started"
	}
	return s
}

// checkUnchanged refuses another identity. What an update leaves out it does not change.
func (u operationUpdate) checkUnchanged(current identity) error {
	differs := func(said *string, is string) bool { return said != nil && *said != is }
	switch {
	case u.Type != current.kind:
		return invalidParameter("Cannot change the type of operation %s.", u.ID)
	case differs(u.ParentID, current.parent):
		return invalidParameter("Cannot change the parent of operation %s.", u.ID)
	case differs(u.Name, current.name):
		return invalidParameter("Cannot change the name of operation %s.", u.ID)
	case differs(u.SubType, current.subType):
		return invalidParameter("Cannot change the subtype of operation %s.", u.ID)
	}
	return nil
}

// checkParent accepts a context that exists, or that an earlier update of the same checkpoint starts.
func (v *validation) checkParent(u operationUpdate) error {
	if u.ParentID == nil {
		return nil
	}
	parent, ok := v.operation(*u.ParentID)
	if !ok || parent.kind != contextOperation {
		return invalidParameter("Invalid parent operation id: %s.", *u.ParentID)
	}
	return nil
}

// checkFields checks what can be said of an update by itself.
func (u operationUpdate) checkFields(sync bool) error {
	limit := maxPayload
	if sync && u.Type == executionOperation {
		limit = maxSyncPayload
	}
	switch {
	case !operationID.MatchString(u.ID):
		return invalidParameter("Operation ids match %s.", operationID)
	case u.ParentID != nil && !operationID.MatchString(*u.ParentID):
		return invalidParameter("Parent operation ids match %s.", operationID)
	case u.Name != nil && !operationName.MatchString(*u.Name):
		return invalidParameter("Operation names are 1 to 256 printable ASCII characters: they match %s.", operationName)
	case u.SubType != nil && !subType.MatchString(*u.SubType):
		return invalidParameter("Operation subtypes match %s.", subType)
	case len(text(u.Payload)) > limit:
		return invalidParameter("Payload of operation %s is larger than %d bytes.", u.ID, limit)
	case u.Error.size() > maxPayload:
		return invalidParameter("Error of operation %s is larger than %d bytes.", u.ID, maxPayload)
	case u.Action == failAction && u.Payload != nil:
		return invalidParameter("Cannot provide a Payload for FAIL action.")
	case u.Action == succeedAction && u.Error != nil:
		return invalidParameter("Cannot provide an Error for SUCCEED action.")
	case u.Action == retryAction && u.Error != nil && u.Payload != nil:
		return invalidParameter("Cannot provide both Error and Payload to RETRY a STEP.")
	}
	return u.checkOptions()
}

// checkOptions checks the options that the type and action need.
func (u operationUpdate) checkOptions() error {
	outside := func(seconds, least, most int32) bool { return seconds < least || seconds > most }
	switch {
	case u.Action == retryAction && (u.StepOptions == nil || outside(u.StepOptions.NextAttemptDelaySeconds, 1, maxDelay)):
		return invalidParameter("RETRY needs StepOptions.NextAttemptDelaySeconds from 1 to %d.", maxDelay)
	case u.Type == waitOperation && u.Action == startAction && (u.WaitOptions == nil || outside(u.WaitOptions.WaitSeconds, 1, maxDelay)):
		return invalidParameter("A WAIT needs WaitOptions.WaitSeconds from 1 to %d.", maxDelay)
	case u.CallbackOptions != nil && (outside(u.CallbackOptions.TimeoutSeconds, 0, maxCallbackTime) ||
		outside(u.CallbackOptions.HeartbeatTimeoutSeconds, 0, maxCallbackTime)):
		return invalidParameter("Callback timeouts are from 0 to %d seconds.", maxCallbackTime)
	case u.Type == chainedInvokeOperation && (u.ChainedInvokeOptions == nil || u.ChainedInvokeOptions.FunctionName == ""):
		return invalidParameter("A CHAINED_INVOKE needs ChainedInvokeOptions.FunctionName.")
	case u.ChainedInvokeOptions != nil && !invokedName.MatchString(u.ChainedInvokeOptions.FunctionName):
		return invalidParameter("The function of a CHAINED_INVOKE is a name or an ARN: %s.", invokedName)
	case u.ChainedInvokeOptions != nil && u.ChainedInvokeOptions.TenantID != nil && !tenantID.MatchString(*u.ChainedInvokeOptions.TenantID):
		return invalidParameter("Tenant ids match %s.", tenantID)
	case u.Type == chainedInvokeOperation && u.Payload != nil && !json.Valid([]byte(*u.Payload)):
		return invalidParameter("The payload of a CHAINED_INVOKE must be JSON.")
	}
	return nil
}
