package callbacks

import (
	"cmp"

	"countersign/internal/arn"
)

// Permission is what IAM has to allow for a call to succeed.
type Permission struct {
	Action   string // e.g. lambda:SendDurableExecutionCallbackSuccess
	Resource string // an ARN; * stands for its unknown parts
}

// DeliveryPermission is the permission needed to send the callback's decision.
func (c *Callback) DeliveryPermission() Permission {
	action := "lambda:SendDurableExecutionCallbackSuccess"
	if c.Decision != nil && c.Decision.Kind == Failure {
		action = "lambda:SendDurableExecutionCallbackFailure"
	}
	return Permission{action, c.grantable()}
}

// HeartbeatPermission is the permission needed to keep the callback alive.
func (c *Callback) HeartbeatPermission() Permission {
	return Permission{"lambda:SendDurableExecutionCallbackHeartbeat", c.grantable()}
}

// grantable is the resource to which IAM must grant calls about the callback. AWS authorises them
// against the execution, whose ARN begins with that of a version of the function. The function's
// own ARN never matches.
func (c *Callback) grantable() string {
	function := arn.OfFunction(c.ExecutionARN)
	if function == (arn.ARN{}) {
		function = arn.ARN{Partition: "aws", Service: "lambda", Region: cmp.Or(c.Region, "*"), Account: "*"}
	}
	function.Resource = "function:" + cmp.Or(function.Function(), c.Function, "*") + ":*"
	return function.String()
}
