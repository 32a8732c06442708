package protocol

import "countersign/internal/standin/locallambda/wire"

// Update is one change that a checkpoint asks for. Its pointers distinguish absent from empty.
type Update struct {
	ID       string            `json:"Id"`
	ParentID *string           `json:"ParentId"`
	Name     *string           `json:"Name"`
	Type     Type              `json:"Type"`
	SubType  *string           `json:"SubType"`
	Action   Action            `json:"Action"`
	Payload  *string           `json:"Payload"`
	Error    *wire.ErrorObject `json:"Error"`

	// At most one of these is set, depending on the type of the operation.
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
