package webpush

import (
	"errors"
	"sync"
	"time"

	"countersign/internal/notice"
)

// trusted is how long a push service that took our key counts as one that takes it.
const trusted = time.Hour

// trust tells a browser whose subscription is broken from a key that nobody takes. Push services
// answer 401 or 403 to both, and a browser that says something wrong of itself must not keep the
// pushes of all others.
type trust struct {
	mu      sync.Mutex
	took    map[string]time.Time // services that took our key, and when
	refused map[string]bool      // services that took nothing since they refused
}

func newTrust() *trust {
	return &trust{took: make(map[string]time.Time), refused: make(map[string]bool)}
}

// accepted notes that a service took a push.
func (t *trust) accepted(service string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.took[service] = now
	delete(t.refused, service)
}

// judge says of a refusal whether it is of one browser. It is of all of them if several services
// refuse our key and none of them took it lately.
func (t *trust) judge(service string, refusal error, now time.Time) error {
	fault, ok := errors.AsType[*notice.Fault](refusal)
	if !ok || fault.Code != notice.Denied {
		return refusal
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if took := t.took[service]; took.IsZero() || now.Sub(took) > trusted {
		t.refused[service] = true
	}
	fault.Here = len(t.refused) < 2
	return fault
}
