package fault

import (
	"net/http"
	"time"
)

// Kind is a way in which a call can go wrong.
type Kind string

// The kinds of faults. The first group sends an error instead of doing the work.
const (
	Throttled       Kind = "TooManyRequestsException" // 429, with Retry-After
	Service         Kind = "ServiceException"         // 500
	KMSAccessDenied Kind = "KMSAccessDeniedException" // 502, like the other KMS errors
	KMSDisabled     Kind = "KMSDisabledException"
	KMSInvalidState Kind = "KMSInvalidStateException"
	KMSNotFound     Kind = "KMSNotFoundException"
	AccessDenied    Kind = "AccessDeniedException" // 403

	ConnectionReset Kind = "connection reset" // before the work
	// the work is done, but the connection closes without an answer
	AnswerLost Kind = "answer lost"
	Slow       Kind = "slow" // the work is done, but the answer comes after Delay
)

// status is the HTTP status of the faults that send an error.
var status = map[Kind]int{
	Throttled:       http.StatusTooManyRequests,
	Service:         http.StatusInternalServerError,
	KMSAccessDenied: http.StatusBadGateway,
	KMSDisabled:     http.StatusBadGateway,
	KMSInvalidState: http.StatusBadGateway,
	KMSNotFound:     http.StatusBadGateway,
	AccessDenied:    http.StatusForbidden,
}

// Fault makes calls over HTTP go wrong.
type Fault struct {
	Kind Kind
	// the API's name for the operation, e.g. SendDurableExecutionCallbackSuccess; empty means every
	// one
	Operation string
	Count     int     // affects this many calls, then none; 0 means no end
	Rate      float64 // the share of the calls that it affects, up to 1; 0 means all

	RetryAfter time.Duration // of Throttled, sent in whole seconds
	Delay      time.Duration // of Slow, on the engine's clock
}
