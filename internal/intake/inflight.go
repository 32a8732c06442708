package intake

import (
	"io"
	"net/http"
	"sync"
	"time"
)

// whenBusy is when to come again while there is no room for a body: those that are there are worked on in a moment.
const whenBusy = time.Second

// InFlight bounds the bytes of the bodies that have been read and are being worked on, of all senders and of each. What counts is
// what has arrived: a body that trickles in, or never comes, takes no room from others. It is safe for concurrent use.
type InFlight struct {
	all, each int64

	mu    sync.Mutex
	total int64
	of    map[string]int64 // by sender, none of whom has nothing
}

// NewInFlight bounds the bodies of all senders, and of each, in bytes.
func NewInFlight(all, each int64) *InFlight {
	return &InFlight{all: all, each: each, of: map[string]int64{}}
}

// Count counts the body of a request as it is read. Reading gives a *[LimitError] where there is no room; Count itself does so where
// the request says that it will come to that.
func (f *InFlight) Count(sender string, r *http.Request) (*CountedBody, error) {
	if f.free(sender) < r.ContentLength {
		return nil, &LimitError{RetryAfter: whenBusy}
	}
	b := &CountedBody{ReadCloser: r.Body, of: f, sender: sender, ended: r.ContentLength == 0}
	r.Body = b
	return b, nil
}

// free is how many bytes there is room for.
func (f *InFlight) free(sender string) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return min(f.all-f.total, f.each-f.of[sender])
}

// take takes room, or gives it back. It takes what has arrived already in any case, and tells whether there was room.
func (f *InFlight) take(sender string, n int64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.total += n
	if f.of[sender] += n; f.of[sender] == 0 {
		delete(f.of, sender)
	}
	return f.total <= f.all && f.of[sender] <= f.each
}

// CountedBody is a body that takes room for what is read of it.
type CountedBody struct {
	io.ReadCloser
	of     *InFlight
	sender string
	size   int64
	ended  bool
}

// Read implements io.Reader.
func (b *CountedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.ended = b.ended || err == io.EOF
	if n == 0 {
		return n, err
	}
	b.size += int64(n)
	if !b.of.take(b.sender, int64(n)) {
		return 0, &LimitError{RetryAfter: whenBusy}
	}
	return n, err
}

// Unread reports whether a part of the body is still to come.
func (b *CountedBody) Unread() bool { return !b.ended }

// Release frees the room. There is nothing more to read then: it would take room that nobody gives back.
func (b *CountedBody) Release() {
	b.ReadCloser = http.NoBody
	b.of.take(b.sender, -b.size)
	b.size = 0
}
