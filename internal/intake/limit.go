package intake

import (
	"container/list"
	"fmt"
	"sync"
	"time"
)

// maxLimited is how many senders are remembered; the one that was quiet longest is forgotten first.
const maxLimited = 10_000

// Limiter bounds how many messages a sender may post, whatever the caller takes for a sender: a source's name after it is
// proved, a network address before. It is safe for concurrent use and counts within one process.
type Limiter struct {
	perSecond float64
	burst     float64
	now       func() time.Time

	mu      sync.Mutex
	senders map[string]*list.Element
	order   *list.List // of *sender, the latest first
}

// sender has a bucket of messages that it may send, which fills with time.
type sender struct {
	name string
	left float64
	at   time.Time
}

// LimitError says that a sender posts too much, and when the next message is welcome.
type LimitError struct{ RetryAfter time.Duration }

func (e *LimitError) Error() string {
	return fmt.Sprintf("too many messages, the next one is welcome in %s", e.RetryAfter)
}

// NewLimiter lets each sender post burst messages at once and perSecond for long. Both must be above zero.
func NewLimiter(perSecond float64, burst int, now func() time.Time) *Limiter {
	return &Limiter{perSecond: perSecond, burst: float64(burst), now: now, senders: map[string]*list.Element{}, order: list.New()}
}

// Take counts one message of a sender, or returns a *[LimitError] and counts none.
func (l *Limiter) Take(name string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.sender(name)
	if s.left < 1 {
		wait := time.Duration((1 - s.left) / l.perSecond * float64(time.Second))
		return &LimitError{RetryAfter: max(wait.Round(time.Microsecond), time.Microsecond)}
	}
	s.left--
	return nil
}

// GiveBack takes back what Take counted: it was taken in advance, and the message turned out to be none that counts.
func (l *Limiter) GiveBack(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.sender(name)
	s.left = min(s.left+1, l.burst)
}

// sender finds or makes a sender with its bucket of this moment, and forgets another one when there are too many.
func (l *Limiter) sender(name string) *sender {
	now := l.now()
	if e, ok := l.senders[name]; ok {
		l.order.MoveToFront(e)
		s := e.Value.(*sender)
		// A clock that was set back fills nothing.
		s.left = min(s.left+max(now.Sub(s.at), 0).Seconds()*l.perSecond, l.burst)
		s.at = now
		return s
	}
	if l.order.Len() == maxLimited {
		quiet := l.order.Remove(l.order.Back()).(*sender)
		delete(l.senders, quiet.name)
	}
	s := &sender{name: name, left: l.burst, at: now}
	l.senders[name] = l.order.PushFront(s)
	return s
}
