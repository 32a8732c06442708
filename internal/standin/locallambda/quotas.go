package locallambda

import (
	"net/http"
	"time"

	"golang.org/x/time/rate"

	"countersign/internal/standin/locallambda/protocol"
	"countersign/internal/standin/locallambda/wire"
)

// Quotas limit what callers and executions may do, as AWS limits an account in a region. The zero
// value has no limits.
type Quotas struct {
	// Rates are calls per second over HTTP, by the API's name of the operation. Other operations
	// are not throttled. One second's worth of calls may come at once: AWS documents the rates, but
	// no bursts.
	Rates map[string]int
	// Operations limits the durable operations of one execution. Every retry of a step counts as
	// another operation, as AWS counts it.
	Operations int
	// PersistedBytes limits the inputs, results and errors that one execution keeps.
	PersistedBytes int
}

// AWSQuotas are the quotas in the Lambda Developer Guide ("Lambda quotas") for most regions. The
// three largest regions allow twice as much of some.
func AWSQuotas() Quotas {
	return Quotas{
		Rates: map[string]int{
			"Invoke":                                300, // starts of executions
			"CheckpointDurableExecution":            10_000,
			"GetDurableExecutionState":              10_000,
			"GetDurableExecution":                   30,
			"GetDurableExecutionHistory":            15,
			"ListDurableExecutionsByFunction":       15,
			"StopDurableExecution":                  300,
			"SendDurableExecutionCallbackSuccess":   3_000,
			"SendDurableExecutionCallbackFailure":   3_000,
			"SendDurableExecutionCallbackHeartbeat": 3_000,
			// AWS shares this rate with the rest of the control plane, which the engine does not
			// have
			"ListFunctions": 15,
		},
		Operations:     3_000,
		PersistedBytes: 100 << 20,
	}
}

// throttle limits the rates of the operations that have one.
type throttle map[string]*rate.Limiter

// newThrottle starts with one second's worth of calls for each operation.
func newThrottle(rates map[string]int) throttle {
	t := throttle{}
	for operation, perSecond := range rates {
		t[operation] = rate.NewLimiter(rate.Limit(perSecond), perSecond)
	}
	return t
}

// admit counts a call. Error: TooManyRequestsException.
func (t throttle) admit(operation string, now time.Time) error {
	if limiter := t[operation]; limiter == nil || limiter.AllowN(now, 1) {
		return nil
	}
	// At any whole rate, another call is free within a second, the smallest unit of Retry-After.
	return &wire.Error{Status: http.StatusTooManyRequests, Code: "TooManyRequestsException", Message: "Rate exceeded.",
		Reason: wire.CallerRateExceeded, RetryAfter: time.Second}
}

// checkQuotas refuses updates that would take the execution over its quotas. AWS documents the
// quotas, but not the answer. With this answer AWS's SDKs end the execution; with another they
// would end only the invocation and repeat it in vain.
func (x *execution) checkQuotas(updates []protocol.Update) error {
	quotas := x.engine.config.Quotas
	if quotas.Operations == 0 && quotas.PersistedBytes == 0 {
		return nil // spares the count
	}
	operations, bytes := x.used()
	begun := map[string]bool{}
	for _, u := range updates {
		bytes += len(text(u.Payload)) + u.Error.Size()
		if u.Type != protocol.Execution && x.byID[u.ID] == nil && !begun[u.ID] {
			begun[u.ID] = true
			operations++
		}
		if u.Action == protocol.Retry {
			operations++
		}
	}
	switch {
	case quotas.Operations > 0 && operations > quotas.Operations:
		return wire.InvalidParameter("The durable execution exceeds the quota of %d durable operations.", quotas.Operations)
	case quotas.PersistedBytes > 0 && bytes > quotas.PersistedBytes:
		return wire.InvalidParameter("The durable execution exceeds the quota of %d bytes of persisted data.", quotas.PersistedBytes)
	}
	return nil
}

// used returns how much of its quotas the execution has used.
func (x *execution) used() (operations, bytes int) {
	bytes = len(text(x.input))
	for _, op := range x.operations {
		bytes += len(text(op.result)) + op.err.Size()
		if op.kind != protocol.Execution {
			operations += 1 + int(op.attempt)
		}
	}
	return operations, bytes
}
