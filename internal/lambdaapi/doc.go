// Package lambdaapi is the [callbacks.Lambda] and [discovery.Executions] ports over aws-sdk-go-v2:
// it completes callbacks, sends heartbeats, reads how a callback ended from the history of its
// execution, and lists what discovery searches.
//
// It owns three things: which region a call goes to, that each call is exactly one attempt, and
// what an answer means (answer.go, one table). It keeps nothing and decides nothing; what follows
// from an answer is the domain's business. [Examiner] asks by the same way for permissions, without
// an effect.
//
// The identity it runs under needs lambda:SendDurableExecutionCallbackSuccess, …Failure and
// …Heartbeat, and for the history lambda:GetDurableExecutionHistory and lambda:GetDurableExecution,
// all on the resource arn:aws:lambda:REGION:ACCOUNT:function:NAME:* (an ARN without version or *
// never matches; AWS Lambda Developer Guide, "Security and permissions for durable functions").
// Discovery needs lambda:ListDurableExecutionsByFunction as well, on the function's ARN with and
// without :*, and lambda:ListFunctions on * where every function is watched. For another account it
// needs sts:AssumeRole on the role there, whose trust policy has to name it.
package lambdaapi
