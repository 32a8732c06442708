package words

import (
	"cmp"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
)

// Permission is what IAM has to allow for a call to succeed.
type Permission struct {
	Action   string // e.g. lambda:SendDurableExecutionCallbackSuccess
	Resource string // an ARN; * stands for its unknown parts
}

// DeliveryPermission is the permission needed to send the callback's decision.
func DeliveryPermission(c *callbacks.Callback) Permission {
	action := "lambda:SendDurableExecutionCallbackSuccess"
	if c.Decision != nil && c.Decision.Kind == callbacks.Failure {
		action = "lambda:SendDurableExecutionCallbackFailure"
	}
	return Permission{action, grantable(c)}
}

// HeartbeatPermission is the permission needed to keep the callback alive.
func HeartbeatPermission(c *callbacks.Callback) Permission {
	return Permission{"lambda:SendDurableExecutionCallbackHeartbeat", grantable(c)}
}

// grantable is the resource to which IAM must grant calls about the callback. AWS authorises them
// against the execution, whose ARN begins with that of a version of the function. The function's
// own ARN never matches.
func grantable(c *callbacks.Callback) string {
	function := arn.OfFunction(c.ExecutionARN)
	if function == (arn.ARN{}) {
		function = arn.ARN{Partition: "aws", Service: "lambda", Region: cmp.Or(c.Region, "*"), Account: "*"}
	}
	function.Resource = "function:" + cmp.Or(function.Function(), c.Function, "*") + ":*"
	return function.String()
}
