package words

import (
	"testing"

	"countersign/internal/callbacks"
)

func TestPermissions(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		c    callbacks.Callback
		want string
	}{
		"ARN":       {callbacks.Callback{ExecutionARN: "arn:aws-us-gov:lambda:us-gov-west-1:111122223333:function:pay:3/durable-execution/order-7/4f2a"}, "arn:aws-us-gov:lambda:us-gov-west-1:111122223333:function:pay:*"},
		"OtherName": {callbacks.Callback{ExecutionARN: "arn:aws:lambda:eu-west-1:111122223333:function:pay:$LATEST/durable-execution/a/b", Function: "mine"}, "arn:aws:lambda:eu-west-1:111122223333:function:pay:*"},
		"NoARN":     {callbacks.Callback{Region: "eu-west-1", Function: "pay"}, "arn:aws:lambda:eu-west-1:*:function:pay:*"},
		"Emulator":  {callbacks.Callback{ExecutionARN: "0b4c/order-7", Function: "pay"}, "arn:aws:lambda:*:*:function:pay:*"},
		"Nothing":   {callbacks.Callback{}, "arn:aws:lambda:*:*:function:*:*"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := HeartbeatPermission(&tt.c); got != (Permission{"lambda:SendDurableExecutionCallbackHeartbeat", tt.want}) {
				t.Errorf("a heartbeat needs %+v, want it on %s", got, tt.want)
			}
			for kind, action := range map[callbacks.Kind]string{callbacks.Success: "lambda:SendDurableExecutionCallbackSuccess", callbacks.Failure: "lambda:SendDurableExecutionCallbackFailure"} {
				tt.c.Decision = &callbacks.Decision{Kind: kind}
				if got := DeliveryPermission(&tt.c); got != (Permission{action, tt.want}) {
					t.Errorf("a %s needs %+v, want %s on %s", kind, got, action, tt.want)
				}
			}
		})
	}
}
