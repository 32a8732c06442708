// Package discovery finds callbacks that nobody announced. AWS has no list of callbacks, so the
// package lists the running executions of watched functions and reads their histories. It treats
// each lane separately, and takes each request, one at a time, from the lane's read quota.
//
// It owns what is watched, what is left out, and the traces of the executions that it reads. A
// callback that it finds is recorded in the same way as an announced one.
//
//   - A callback is pending while it has no terminal event, no context around it has ended, and the
//     execution runs. After a stop, a lost race or a failed submitter AWS writes no event for it;
//     trace_test.go has the cases.
//   - A trace keeps what is open in an execution and the number of the last event, so that a known
//     execution costs one request.
//   - A callback younger than 15 seconds stays in the trace, unrecorded: its announcement is about
//     to arrive, and says who asks and who may decide.
//   - A scan ends with pending callbacks that no trace knows (overlooked.go): their executions may
//     have ended before the scan listed them.
//   - Payloads are not read, except for the input of an execution in which a callback was found.
package discovery
