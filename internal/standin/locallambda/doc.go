// Package locallambda is an embedded engine for AWS Lambda durable functions: it runs durable
// executions in this process and speaks Lambda's durable-executions REST API, so that the AWS SDKs,
// real durable functions and the desk itself work against it without an AWS account. It is for the
// demo, for tests and for development; it checks no signatures and belongs on a loopback listener.
//
// It owns: executions and their operations, the checkpoint protocol, the timers (both callback
// clocks, waits, step retries, the execution timeout, the retry of failed invocations), the
// history, quotas, and faults on demand. It does not know the desk: it imports the standard
// library, a SQLite driver for [Open] and a limiter for [Quotas], and shares no code with the
// package that calls Lambda, so that the two cannot share a mistake.
//
// Each package below it has one job. The engine is built on protocol (what a checkpoint may ask),
// wire (the formats of the REST API), dialect (answers for closed callbacks), fault (calls that go
// wrong), timers (clock and alarms) and store (the SQLite file). Built on the engine are
// httpfunction (functions behind an HTTP server), console (for people at a terminal) and
// locallambdatest (for tests).
//
// Where AWS leaves a behaviour undocumented, the comment at that place says so.
//
// # Shape
//
// One mutex guards all state, and every request, timer and finished invocation goes through
// [Engine.update]: ring the alarms that are due, change the state, save it, start the invocations
// that became ready, tell the observers. A suspended execution is plain data: it has no goroutine
// and no timer of its own, only entries in one heap of alarms.
package locallambda
