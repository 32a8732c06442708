package locallambda

// operationAction is what an update does to its operation.
type operationAction string

const (
	startAction   operationAction = "START"
	succeedAction operationAction = "SUCCEED"
	failAction    operationAction = "FAIL"
	retryAction   operationAction = "RETRY"
	cancelAction  operationAction = "CANCEL"
)

// operationUpdate is one change that a checkpoint asks for. Pointers tell what is absent from what is empty.
type operationUpdate struct {
	ID       string          `json:"Id"`
	ParentID *string         `json:"ParentId"`
	Name     *string         `json:"Name"`
	Type     operationType   `json:"Type"`
	SubType  *string         `json:"SubType"`
	Action   operationAction `json:"Action"`
	Payload  *string         `json:"Payload"`
	Error    *ErrorObject    `json:"Error"`

	// One of these, by the type of the operation.
	ContextOptions *struct {
		ReplayChildren *bool `json:"ReplayChildren"`
	} `json:"ContextOptions"`
	StepOptions *struct {
		NextAttemptDelaySeconds int32 `json:"NextAttemptDelaySeconds"`
	} `json:"StepOptions"`
	WaitOptions *struct {
		WaitSeconds int32 `json:"WaitSeconds"`
	} `json:"WaitOptions"`
	CallbackOptions *struct {
		TimeoutSeconds          int32 `json:"TimeoutSeconds"`
		HeartbeatTimeoutSeconds int32 `json:"HeartbeatTimeoutSeconds"`
	} `json:"CallbackOptions"`
	ChainedInvokeOptions *struct {
		FunctionName string  `json:"FunctionName"`
		TenantID     *string `json:"TenantId"`
	} `json:"ChainedInvokeOptions"`
}
