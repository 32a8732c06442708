package main

import (
	"context"
	"math/rand/v2"
	"net/http"
	"path"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// point is a moment between two writes of a replica at which it is killed. Between two writes a
// desk exchanges a message with Lambda or with a client. Each point can therefore be seen from
// outside, and the program under test is the one that is released.
type point int

const (
	requestKept point = iota
	decisionKept
	attemptKept
	callbackClosed
	historyAsked
	historyRead
	beatClaimed
	beatTaken
	points
)

// pointNames say what has been done when the replica is killed, and what has not.
var pointNames = [points]string{
	requestKept:    "request recorded, its sender told",
	decisionKept:   "decision recorded, its reviewer told",
	attemptKept:    "attempt recorded, Lambda not called",
	callbackClosed: "callback closed, answer not recorded",
	historyAsked:   "history asked for, not read",
	historyRead:    "history read, not recorded",
	beatClaimed:    "heartbeat claimed, not sent",
	beatTaken:      "heartbeat sent, not recorded",
}

// longestTrapped is how long a replica that was killed at a point stays down, at most.
const longestTrapped = 500 * time.Millisecond

// traps kill replicas at the points while they are set.
type traps struct {
	ctx    context.Context // of the replicas that start again
	each   int             // kills at each point
	every  [points]int     // visits to a point between two kills, on average
	random *rand.Rand
	mends  errgroup.Group

	mu     sync.Mutex
	set    bool
	sprung [points]int
	skip   [points]int // visits to ignore before the next kill
}

// newTraps spreads the given number of kills at each point over the decisions. For heartbeats, it
// spreads them over the callbacks that are kept alive.
func newTraps(ctx context.Context, p plan, random *rand.Rand) *traps {
	t := &traps{ctx: ctx, each: p.killsAtPoint, random: random, set: true}
	for at := range points {
		share := p.decisions / (p.killsAtPoint + 1)
		switch at {
		case beatClaimed, beatTaken:
			t.every[at] = p.kept * p.roundsApart
		case historyAsked, historyRead: // most are read after all decisions, because a throttled reading delays the others
			t.every[at] = max(share/8, 1)
		case requestKept, decisionKept, attemptKept, callbackClosed, points:
			t.every[at] = max(share/2, 1)
		}
		t.skip[at] = t.random.IntN(t.every[at])
	}
	return t
}

// spring kills the replica if it is the point's turn, and starts it again after a while. A replica
// that is already down is left alone.
func (t *traps) spring(at point, r *replica) (killed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case !t.set || t.sprung[at] == t.each:
		return false
	case t.skip[at] > 0:
		t.skip[at]--
		return false
	case !r.mu.TryLock():
		return false
	}
	t.sprung[at]++
	t.skip[at] = t.every[at]/2 + t.random.IntN(t.every[at])
	away := time.Duration(t.random.Int64N(int64(longestTrapped)))
	err := r.kill()
	t.mends.Go(func() error {
		defer r.mu.Unlock()
		if err != nil {
			return err
		}
		if err := pause(t.ctx, away); err != nil {
			return err
		}
		return r.start(t.ctx)
	})
	return true
}

// clear stops the kills and waits until every replica is up.
func (t *traps) clear() (sprung [points]int, err error) {
	t.mu.Lock()
	t.set, sprung = false, t.sprung
	t.mu.Unlock()
	return sprung, t.mends.Wait()
}

// around kills a replica when it calls Lambda, either before or after Lambda does the work.
func (t *traps) around(r *replica, lambda http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		before, after, known := pointsOf(request)
		if known && t.spring(before, r) {
			panic(http.ErrAbortHandler) // nobody is left to answer
		}
		reply := &noted{ResponseWriter: w, status: http.StatusOK}
		lambda.ServeHTTP(reply, request)
		// A request that outlived its replica says nothing about the next replica.
		if known && reply.done() && request.Context().Err() == nil {
			t.spring(after, r)
		}
	})
}

// pointsOf returns the points before and after a call.
func pointsOf(r *http.Request) (before, after point, known bool) {
	switch path.Base(r.URL.Path) {
	case "succeed", "fail":
		return attemptKept, callbackClosed, true
	case "history":
		return historyAsked, historyRead, true
	case "heartbeat":
		return beatClaimed, beatTaken, true
	}
	return 0, 0, false
}

// noted is an answer whose status is noted. The status is 200 until the handler sets another one.
type noted struct {
	http.ResponseWriter
	status int
}

// done reports whether Lambda did what it was asked to do. A connection that was cut off at once
// has no request ID.
func (n *noted) done() bool {
	return n.status == http.StatusOK && n.Header().Get("X-Amzn-Requestid") != ""
}

// WriteHeader implements [http.ResponseWriter].
func (n *noted) WriteHeader(status int) {
	n.status = status
	n.ResponseWriter.WriteHeader(status)
}

// Unwrap lets a fault break the connection.
func (n *noted) Unwrap() http.ResponseWriter { return n.ResponseWriter }
