package intake

import (
	"container/list"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxLimited is how many senders are remembered; the one that was quiet longest is forgotten first.
const maxLimited = 10_000

// Limiter bounds how many messages a sender may post, whatever the caller takes for a sender: a source's name after it is
// proved, a network address before. It is safe for concurrent use and counts within one process.
type Limiter struct {
	perSecond rate.Limit
	burst     int
	now       func() time.Time

	mu      sync.Mutex
	senders map[string]*list.Element
	order   *list.List // of *sender, the latest first
}

type sender struct {
	name   string
	bucket *rate.Limiter
}

// LimitError says that a sender posts too much, and when the next message is welcome.
type LimitError struct{ RetryAfter time.Duration }

func (e *LimitError) Error() string {
	return fmt.Sprintf("too many messages, the next one is welcome in %s", e.RetryAfter)
}

// NewLimiter lets each sender post burst messages at once and perSecond for long. Both must be above zero.
func NewLimiter(perSecond float64, burst int, now func() time.Time) *Limiter {
	return &Limiter{perSecond: rate.Limit(perSecond), burst: burst, now: now, senders: map[string]*list.Element{}, order: list.New()}
}

// Take counts one message of a sender, or returns a *[LimitError] and counts none.
func (l *Limiter) Take(name string) error {
	now := l.now()
	reservation := l.bucket(name).ReserveN(now, 1)
	if wait := reservation.DelayFrom(now); wait > 0 {
		reservation.CancelAt(now)
		return &LimitError{RetryAfter: wait}
	}
	return nil
}

// bucket finds or makes the bucket of a sender, and forgets another sender's when there are too many.
func (l *Limiter) bucket(name string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e, ok := l.senders[name]; ok {
		l.order.MoveToFront(e)
		return e.Value.(*sender).bucket
	}
	if l.order.Len() == maxLimited {
		quiet := l.order.Remove(l.order.Back()).(*sender)
		delete(l.senders, quiet.name)
	}
	s := &sender{name: name, bucket: rate.NewLimiter(l.perSecond, l.burst)}
	l.senders[name] = l.order.PushFront(s)
	return s.bucket
}
