package policy

import (
	"time"

	"countersign/internal/callbacks"
)

const (
	// maxArrived bounds the requests that wait to be looked at. Those beyond it are found by the next
	// examination.
	maxArrived = 1_000
	// examinedAgain is the shortest time between two examinations, whatever arrives.
	examinedAgain = 10 * time.Second
)

// Arrived implements [desk.Seen]: if the people seen lately are too few for the request, everything
// that waits is examined at once and not only with the next minute.
func (a *Alarms) Arrived(c callbacks.Callback) {
	select {
	case a.arrived <- c:
		a.wake.Ring()
	default:
	}
}

// arrivedInVain reports whether a request arrived that the people of the last examination could not
// decide, all of them together. Somebody else may have signed in since, so the next examination
// judges, and not this. It reports nothing while nobody knows who was seen.
func (a *Alarms) arrivedInVain(now time.Time) (vain bool) {
	a.mu.Lock()
	known, e := a.counts != nil, examination{policy: a.InForce(), now: now, seen: a.people, members: make(map[string][]callbacks.Signer)}
	a.mu.Unlock()
	for {
		select {
		case c := <-a.arrived:
			if known && !vain {
				_, vain = e.policy.lacking(&c, e.signers(&c), now)
			}
		default:
			return vain
		}
	}
}
