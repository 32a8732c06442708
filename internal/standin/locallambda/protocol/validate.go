package protocol

import (
	"encoding/json"
	"regexp"
	"slices"

	"countersign/internal/standin/locallambda/wire"
)

// The limits of an update, from the API reference.
const (
	maxDelay        = 31_622_400 // seconds, for waits and for a step's next attempt
	maxCallbackTime = 99_999_999 // seconds
)

// The formats of names and IDs that a function's author chooses, from the API reference. A name is
// printable ASCII.
var (
	operationID   = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)
	operationName = regexp.MustCompile(`^[\x20-\x7E]{1,256}$`)
	subType       = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)
	invokedName   = regexp.MustCompile(`^(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9_.-]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9_-]+))?$`)
	tenantID      = regexp.MustCompile(`^[a-zA-Z0-9._:/=+\-@ ]{1,256}$`)
)

// transition says from which statuses an action is allowed, and which status it leads to. The
// status "" stands for an operation that does not exist yet: a step or a context may begin and end
// in one update.
type transition struct {
	from []Status
	to   Status
}

// transitions are the actions that each type accepts. Callbacks accept only START: their ends come
// from outside.
var transitions = map[Type]map[Action]transition{
	Execution: {
		Succeed: {from: []Status{Started}, to: Succeeded},
		Fail:    {from: []Status{Started}, to: Failed},
	},
	Context: {
		Start:   {from: []Status{""}, to: Started},
		Succeed: {from: []Status{"", Started}, to: Succeeded},
		Fail:    {from: []Status{"", Started}, to: Failed},
	},
	Step: {
		Start:   {from: []Status{"", Ready}, to: Started},
		Succeed: {from: []Status{"", Started, Ready}, to: Succeeded},
		Fail:    {from: []Status{"", Started, Ready}, to: Failed},
		Retry:   {from: []Status{"", Started, Ready}, to: Pending},
	},
	Wait: {
		Start:  {from: []Status{""}, to: Started},
		Cancel: {from: []Status{Started}, to: Cancelled},
	},
	Callback: {
		Start: {from: []Status{""}, to: Started},
	},
	ChainedInvoke: {
		Start: {from: []Status{""}, to: Started},
	},
}

// Operation is what validation needs to know of an operation. An update may change only its status.
type Operation struct {
	Type                  Type
	Status                Status
	Parent, Name, Subtype string
}

// State is what validation needs to know of an execution.
type State struct {
	Sync      bool   // started by a synchronous call, which allows larger results
	Decided   bool   // by an EXECUTION update
	Root      string // the ID of the EXECUTION operation
	Operation func(id string) (op Operation, exists bool)
}

// validation checks updates one after the other. Each is checked against the operations as the
// updates before it would leave them.
type validation struct {
	State
	changed map[string]Operation
}

// Validate checks all updates of a checkpoint before any is applied. Error:
// InvalidParameterValueException.
func (x State) Validate(updates []Update) error {
	if len(updates) > 0 && x.Decided {
		return wire.InvalidParameter("Cannot update operations after the EXECUTION update.")
	}
	v := validation{State: x, changed: map[string]Operation{}}
	for i, u := range updates {
		if u.Type == Execution && i != len(updates)-1 {
			return wire.InvalidParameter("EXECUTION checkpoint must be the last update, and the only one.")
		}
		if err := v.check(u); err != nil {
			return err
		}
	}
	return nil
}

// operation finds an operation as the updates so far leave it.
func (v *validation) operation(id string) (Operation, bool) {
	if changed, ok := v.changed[id]; ok {
		return changed, true
	}
	return v.Operation(id)
}

// check checks one update and notes its changes.
func (v *validation) check(u Update) error {
	actions, ok := transitions[u.Type]
	if !ok {
		return wire.InvalidParameter("Invalid operation type: %q.", u.Type)
	}
	step, ok := actions[u.Action]
	if !ok {
		return wire.InvalidParameter("Invalid action %q for an operation of type %s.", u.Action, u.Type)
	}
	if err := u.checkFields(v.Sync); err != nil {
		return err
	}
	current, exists := v.operation(u.ID)
	if u.Type == Execution {
		// SDKs give the execution operation different IDs, so its ID is not checked.
		current, exists = v.operation(v.Root)
	}
	if !slices.Contains(step.from, current.Status) {
		return wire.InvalidParameter("Cannot %s the %s operation %s: it is %s.",
			u.Action, u.Type, u.ID, orAbsent(current.Status))
	}
	next := Operation{u.Type, step.to, text(u.ParentID), text(u.Name), text(u.SubType)}
	if exists {
		if err := u.checkUnchanged(current); err != nil {
			return err
		}
		current.Status, next = step.to, current
		next.Status = step.to
	} else if err := v.checkParent(u); err != nil {
		return err
	}
	v.changed[u.ID] = next
	return nil
}

// orAbsent names the status of an operation, including one that does not exist.
func orAbsent(s Status) Status {
	if s == "" {
		return "not started"
	}
	return s
}

// checkUnchanged refuses an update that contradicts the operation. Fields that an update omits stay
// unchanged.
func (u Update) checkUnchanged(current Operation) error {
	differs := func(said *string, is string) bool { return said != nil && *said != is }
	switch {
	case u.Type != current.Type:
		return wire.InvalidParameter("Cannot change the type of operation %s.", u.ID)
	case differs(u.ParentID, current.Parent):
		return wire.InvalidParameter("Cannot change the parent of operation %s.", u.ID)
	case differs(u.Name, current.Name):
		return wire.InvalidParameter("Cannot change the name of operation %s.", u.ID)
	case differs(u.SubType, current.Subtype):
		return wire.InvalidParameter("Cannot change the subtype of operation %s.", u.ID)
	}
	return nil
}

// checkParent accepts a context that exists, or that an earlier update of the same checkpoint
// starts.
func (v *validation) checkParent(u Update) error {
	if u.ParentID == nil {
		return nil
	}
	parent, ok := v.operation(*u.ParentID)
	if !ok || parent.Type != Context {
		return wire.InvalidParameter("Invalid parent operation id: %s.", *u.ParentID)
	}
	return nil
}

// checkFields checks an update as far as that is possible without its operation.
func (u Update) checkFields(sync bool) error {
	limit := MaxPayload
	if sync && u.Type == Execution {
		limit = MaxSyncPayload
	}
	switch {
	case !operationID.MatchString(u.ID):
		return wire.InvalidParameter("Operation ids match %s.", operationID)
	case u.ParentID != nil && !operationID.MatchString(*u.ParentID):
		return wire.InvalidParameter("Parent operation ids match %s.", operationID)
	case u.Name != nil && !operationName.MatchString(*u.Name):
		return wire.InvalidParameter("Operation names are 1 to 256 printable ASCII characters: they match %s.",
			operationName)
	case u.SubType != nil && !subType.MatchString(*u.SubType):
		return wire.InvalidParameter("Operation subtypes match %s.", subType)
	case len(text(u.Payload)) > limit:
		return wire.InvalidParameter("Payload of operation %s is larger than %d bytes.", u.ID, limit)
	case u.Error.Size() > MaxPayload:
		return wire.InvalidParameter("Error of operation %s is larger than %d bytes.", u.ID, MaxPayload)
	case u.Action == Fail && u.Payload != nil:
		return wire.InvalidParameter("Cannot provide a Payload for FAIL action.")
	case u.Action == Succeed && u.Error != nil:
		return wire.InvalidParameter("Cannot provide an Error for SUCCEED action.")
	case u.Action == Retry && u.Error != nil && u.Payload != nil:
		return wire.InvalidParameter("Cannot provide both Error and Payload to RETRY a STEP.")
	}
	return u.checkOptions()
}

// checkOptions checks the options that the type and action need.
func (u Update) checkOptions() error {
	outside := func(seconds, least, most int32) bool { return seconds < least || seconds > most }
	step, wait, callback := u.StepOptions, u.WaitOptions, u.CallbackOptions
	switch {
	case u.Action == Retry && (step == nil || outside(step.NextAttemptDelaySeconds, 1, maxDelay)):
		return wire.InvalidParameter("RETRY needs StepOptions.NextAttemptDelaySeconds from 1 to %d.", maxDelay)
	case u.Type == Wait && u.Action == Start && (wait == nil || outside(wait.WaitSeconds, 1, maxDelay)):
		return wire.InvalidParameter("A WAIT needs WaitOptions.WaitSeconds from 1 to %d.", maxDelay)
	case callback != nil && (outside(callback.TimeoutSeconds, 0, maxCallbackTime) ||
		outside(callback.HeartbeatTimeoutSeconds, 0, maxCallbackTime)):
		return wire.InvalidParameter("Callback timeouts are from 0 to %d seconds.", maxCallbackTime)
	}
	return u.checkChainedInvoke()
}

// checkChainedInvoke checks the name of the function to invoke, and its input.
func (u Update) checkChainedInvoke() error {
	invoke := u.ChainedInvokeOptions
	switch {
	case u.Type == ChainedInvoke && (invoke == nil || invoke.FunctionName == ""):
		return wire.InvalidParameter("A CHAINED_INVOKE needs ChainedInvokeOptions.FunctionName.")
	case invoke != nil && !invokedName.MatchString(invoke.FunctionName):
		return wire.InvalidParameter("The function of a CHAINED_INVOKE is a name or an ARN: %s.", invokedName)
	case invoke != nil && invoke.TenantID != nil && !tenantID.MatchString(*invoke.TenantID):
		return wire.InvalidParameter("Tenant ids match %s.", tenantID)
	case u.Type == ChainedInvoke && u.Payload != nil && !json.Valid([]byte(*u.Payload)):
		return wire.InvalidParameter("The payload of a CHAINED_INVOKE must be JSON.")
	}
	return nil
}

// text returns the string, or "" if it is nil.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
