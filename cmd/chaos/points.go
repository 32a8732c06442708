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
	messageClaimed
	messageSent
	changeClaimed
	changeSent
	itemDecided
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
	messageClaimed: "message or event claimed, not sent",
	messageSent:    "message or event sent, not recorded",
	changeClaimed:  "change of a message claimed, not made",
	changeSent:     "change of a message made, not recorded",
	itemDecided:    "item of a batch decided, not sent",
}

// longestTrapped is how long a replica that was killed at a point stays down, at most.
const longestTrapped = 500 * time.Millisecond

// afterLast is how long the desk has for telling of the last decisions.
const afterLast = 10 * time.Second

// traps kill replicas at the points while they are set.
type traps struct {
	ctx    context.Context // of the replicas that start again
	each   int             // kills at each point
	every  [points]int     // visits to a point between two kills, on average
	random *rand.Rand
	mends  errgroup.Group
	// batched are the callback IDs of items of the batch
	batched sync.Map

	mu     sync.Mutex
	left   int           // kills at points that are still to come
	over   chan struct{} // closed when none are
	set    bool
	sprung [points]int
	skip   [points]int // visits to ignore before the next kill
}

// newTraps spreads the given number of kills at each point over the decisions. For heartbeats, it
// spreads them over the callbacks that are kept alive.
func newTraps(ctx context.Context, p plan, random *rand.Rand) *traps {
	t := &traps{ctx: ctx, each: p.killsAtPoint, random: random, set: true, left: int(points) * p.killsAtPoint, over: make(chan struct{})}
	for at := range points {
		share := p.decisions / (p.killsAtPoint + 1)
		switch at {
		case beatClaimed, beatTaken:
			t.every[at] = p.kept * p.roundsApart
		case historyAsked, historyRead: // most are read after all decisions, because a throttled reading delays the others
			t.every[at] = max(share/8, 1)
		case messageClaimed, messageSent:
			t.every[at] = max(share/8, 1)
		case changeClaimed, changeSent: // most are decided before the chat hears of them
			t.every[at] = max(share/200, 1)
		case itemDecided:
			t.every[at] = max(p.inBatch/(p.killsAtPoint+1)/2, 1)
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
	if t.left--; t.left == 0 {
		close(t.over)
	}
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

// last waits a while for the kills that are still to come: the desk tells of the last decisions a
// moment after them.
func (t *traps) last(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, afterLast)
	defer cancel()
	select {
	case <-t.over:
	case <-ctx.Done():
	}
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
		if !known {
			lambda.ServeHTTP(w, request)
			return
		}
		if before == attemptKept && t.inBatch(request) {
			before = itemDecided
		}
		t.watch(w, request, r, before, after, lambda, (*noted).done)
	})
}

// watch has a call of a replica carried out, and kills the replica before or after that.
func (t *traps) watch(w http.ResponseWriter, request *http.Request, r *replica, before, after point, server http.Handler, done func(*noted) bool) {
	if t.spring(before, r) {
		panic(http.ErrAbortHandler) // nobody is left to answer
	}
	reply := &noted{ResponseWriter: w, status: http.StatusOK}
	server.ServeHTTP(reply, request)
	// A request that outlived its replica says nothing about the next replica.
	if done(reply) && request.Context().Err() == nil {
		t.spring(after, r)
	}
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
