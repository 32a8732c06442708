package protocol

// Type is the type of an operation.
type Type string

// The types of operations.
const (
	Execution     Type = "EXECUTION"
	Context       Type = "CONTEXT"
	Step          Type = "STEP"
	Wait          Type = "WAIT"
	Callback      Type = "CALLBACK"
	ChainedInvoke Type = "CHAINED_INVOKE"
)

// Status is the status of an operation.
type Status string

// The statuses of operations.
const (
	Started   Status = "STARTED"
	Pending   Status = "PENDING" // a step that waits for its next attempt
	Ready     Status = "READY"   // a step whose next attempt is due
	Succeeded Status = "SUCCEEDED"
	Failed    Status = "FAILED"
	Cancelled Status = "CANCELLED"
	TimedOut  Status = "TIMED_OUT"
)

// Action is what an update does to its operation.
type Action string

// The actions of updates.
const (
	Start   Action = "START"
	Succeed Action = "SUCCEED"
	Fail    Action = "FAIL"
	Retry   Action = "RETRY"
	Cancel  Action = "CANCEL"
)

// The largest sizes of a payload or an error, in bytes.
const (
	MaxPayload     = 1 << 20
	MaxSyncPayload = 6 << 20 // of a synchronous execution's input and result
)
