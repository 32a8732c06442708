package restate

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"
)

// roundTimeout limits the wait for the executions of a round.
const roundTimeout = time.Minute

var errSlow = errors.New("not every execution of Restate went on")

// waiting is an execution that waits for its approval.
type waiting struct{ name, awakeable string }

// approvals is what the service has printed of its executions.
type approvals struct {
	mu      sync.Mutex
	known   map[string]bool // names of executions
	waiting []waiting       // those that nobody has approved
	left    int             // lines to come in this round
	over    chan struct{}   // closed with the last of them
	turns   chan struct{}   // one entry for each approval that may be sent now
	wentOn  map[string]time.Time
}

func newApprovals() *approvals {
	return &approvals{known: map[string]bool{}, over: make(chan struct{}), turns: make(chan struct{})}
}

// expect begins a round of n lines. Of the approvals in it, atOnce may be under way at the same time.
func (a *approvals) expect(n, atOnce int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.left, a.over, a.wentOn = n, make(chan struct{}), make(map[string]time.Time, n)
	a.turns = make(chan struct{}, n+atOnce)
	for range atOnce {
		a.turns <- struct{}{}
	}
}

// wait waits for the last line of the round, and returns when executions went on in it, by name.
func (a *approvals) wait(ctx context.Context) (map[string]time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, roundTimeout)
	defer cancel()
	select {
	case <-a.over:
		a.mu.Lock()
		defer a.mu.Unlock()
		return a.wentOn, nil
	case <-ctx.Done():
		return nil, errSlow
	}
}

// take removes n executions from those that wait.
func (a *approvals) take(n int) []waiting {
	a.mu.Lock()
	defer a.mu.Unlock()
	n = min(n, len(a.waiting))
	taken := a.waiting[:n]
	a.waiting = a.waiting[n:]
	return taken
}

// read reads lines until the service ends.
func (a *approvals) read(from io.ReadCloser) {
	defer func() { _ = from.Close() }() // was only read
	for lines := bufio.NewScanner(from); lines.Scan(); {
		event, rest, _ := strings.Cut(lines.Text(), " ")
		name, value, _ := strings.Cut(rest, " ")
		a.note(event, name, value)
	}
}

// note notes a line. That an execution waits is printed again when it goes on after it was suspended.
func (a *approvals) note(event, name, value string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case event == "waits" && a.known[name]:
		return
	case event == "waits":
		a.known[name] = true
		a.waiting = append(a.waiting, waiting{name, value})
	default:
		at, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return
		}
		a.wentOn[name] = time.Unix(0, at)
		select {
		case a.turns <- struct{}{}:
		default: // nobody waits for this one
		}
	}
	if a.left--; a.left == 0 {
		close(a.over)
	}
}
