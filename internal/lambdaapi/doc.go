// Package lambdaapi implements the ports [callbacks.Lambda], [history.Source] and
// [discovery.Executions] with aws-sdk-go-v2. It completes callbacks, sends heartbeats, translates the
// histories of executions page by page, and lists what discovery searches.
//
// It is responsible for three things: which region a call goes to, that each call is exactly one
// attempt, and what an answer means (answer.go, one table). It keeps nothing and decides nothing;
// the domain decides what follows from an answer. [Examiner] checks permissions in the same way,
// without an effect.
//
// The identity it runs under needs lambda:SendDurableExecutionCallbackSuccess, …Failure and
// …Heartbeat, and for the history lambda:GetDurableExecutionHistory and lambda:GetDurableExecution,
// all on the resource arn:aws:lambda:REGION:ACCOUNT:function:NAME:* (an ARN without version or *
// never matches; AWS Lambda Developer Guide, "Security and permissions for durable functions").
// Discovery also needs lambda:ListDurableExecutionsByFunction, on the function's ARN with and
// without :*, and, if every function is watched, lambda:ListFunctions on *. For another account it
// needs sts:AssumeRole on the role there, whose trust policy must name it.
package lambdaapi
