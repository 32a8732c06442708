// Package inflight bounds the memory that the bodies of HTTP requests take while they are worked
// on.
package inflight

import (
	"errors"
	"io"
	"net/http"
	"sync"
)

// ErrFull says that there is no room for a body. Those that are there are worked on in a moment.
var ErrFull = errors.New("no room for the body of a request")

// Bodies bounds the bytes of bodies that have been read and are being worked on, of all senders and
// of each. It counts what has arrived: a body that trickles in, or never comes, takes no room from
// others. It is safe for concurrent use.
type Bodies struct {
	all, each int64

	mu    sync.Mutex
	total int64
	of    map[string]int64 // by sender, none of whom has nothing
}

// New bounds the bodies of all senders, and of each, in bytes.
func New(all, each int64) *Bodies {
	return &Bodies{all: all, each: each, of: map[string]int64{}}
}

// Count counts the body of a request as it is read. Reading returns [ErrFull] when there is no
// room; Count itself does so when the length of the body is known to exceed it.
func (b *Bodies) Count(sender string, r *http.Request) (*Body, error) {
	if b.free(sender) < r.ContentLength {
		return nil, ErrFull
	}
	body := &Body{ReadCloser: r.Body, of: b, sender: sender, ended: r.ContentLength == 0}
	r.Body = body
	return body, nil
}

// free is how many bytes there is room for.
func (b *Bodies) free(sender string) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return min(b.all-b.total, b.each-b.of[sender])
}

// take takes room, or gives it back. It takes what has arrived already in any case, and tells
// whether there was room.
func (b *Bodies) take(sender string, n int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.total += n
	if b.of[sender] += n; b.of[sender] == 0 {
		delete(b.of, sender)
	}
	return b.total <= b.all && b.of[sender] <= b.each
}

// Body is a body that takes room for what is read of it.
type Body struct {
	io.ReadCloser
	of     *Bodies
	sender string
	size   int64
	ended  bool
}

// Read implements io.Reader.
func (b *Body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.ended = b.ended || err == io.EOF
	if n == 0 {
		return n, err
	}
	b.size += int64(n)
	if !b.of.take(b.sender, int64(n)) {
		return 0, ErrFull
	}
	return n, err
}

// Unread reports whether a part of the body is still to come.
func (b *Body) Unread() bool { return !b.ended }

// Release frees the room. There is nothing more to read then: it would take room that nobody gives
// back.
func (b *Body) Release() {
	b.ReadCloser = http.NoBody
	b.of.take(b.sender, -b.size)
	b.size = 0
}
