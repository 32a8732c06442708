package locallambda

import (
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// FaultKind is a way in which a call can go wrong.
type FaultKind string

// The kinds of faults. The first group is answered instead of doing the work.
const (
	FaultThrottled       FaultKind = "TooManyRequestsException" // 429, with Retry-After
	FaultService         FaultKind = "ServiceException"         // 500
	FaultKMSAccessDenied FaultKind = "KMSAccessDeniedException" // 502, as the other KMS errors
	FaultKMSDisabled     FaultKind = "KMSDisabledException"
	FaultKMSInvalidState FaultKind = "KMSInvalidStateException"
	FaultKMSNotFound     FaultKind = "KMSNotFoundException"
	FaultAccessDenied    FaultKind = "AccessDeniedException" // 403

	FaultConnectionReset FaultKind = "connection reset" // before the work
	FaultAnswerLost      FaultKind = "answer lost"      // the work is done, the connection closes without an answer
	FaultSlow            FaultKind = "slow"             // the work is done, the answer comes after Delay
)

// faultStatus is the HTTP status of the faults that are answered.
var faultStatus = map[FaultKind]int{
	FaultThrottled:       http.StatusTooManyRequests,
	FaultService:         http.StatusInternalServerError,
	FaultKMSAccessDenied: http.StatusBadGateway,
	FaultKMSDisabled:     http.StatusBadGateway,
	FaultKMSInvalidState: http.StatusBadGateway,
	FaultKMSNotFound:     http.StatusBadGateway,
	FaultAccessDenied:    http.StatusForbidden,
}

// Fault makes calls over HTTP go wrong.
type Fault struct {
	Kind      FaultKind
	Operation string  // the API's name of it, e.g. SendDurableExecutionCallbackSuccess; empty means every operation
	Count     int     // strikes so many times, then never again; 0 means without end
	Rate      float64 // the share of the calls that it strikes, up to 1; 0 means all

	RetryAfter time.Duration // of FaultThrottled, sent in whole seconds
	Delay      time.Duration // of FaultSlow, on the engine's clock
}

// faults decides which calls go wrong.
type faults struct {
	mu     sync.Mutex
	random *rand.Rand
	active []*activeFault
}

type activeFault struct {
	Fault
	struck int
}

// strikes reports whether the fault applies to a call, drawing where it has a rate.
func (f *activeFault) strikes(operation string, random *rand.Rand) bool {
	switch {
	case f.Operation != "" && f.Operation != operation, f.Count > 0 && f.struck == f.Count:
		return false
	default:
		return f.Rate == 0 || random.Float64() < f.Rate
	}
}

// SetFaults replaces all faults; without any, every call works again. Of several that match a call the first that strikes is
// used. Which calls a Rate strikes is drawn from random, so that a fixed seed gives a fixed sequence; random may be nil where
// no fault has a Rate. The engine takes it over.
func (e *Engine) SetFaults(random *rand.Rand, list ...Fault) {
	e.faults.mu.Lock()
	defer e.faults.mu.Unlock()
	e.faults.random, e.faults.active = random, nil
	for _, f := range list {
		e.faults.active = append(e.faults.active, &activeFault{Fault: f})
	}
}

// strike gives the fault for a call, or one without kind.
func (f *faults) strike(operation string) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, candidate := range f.active {
		if candidate.strikes(operation, f.random) {
			candidate.struck++
			return candidate.Fault
		}
	}
	return Fault{}
}
