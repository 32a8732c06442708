package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"countersign/internal/callbacks"
	profiles "countersign/internal/people"
	"countersign/internal/standin/locallambda"
)

// fate is what endangers a decision, besides the faults that affect all decisions.
type fate int

const (
	alone         fate = iota
	raced              // a second reviewer decides at the same time
	againstClock       // one of the callback's three clocks is about to run out
	againstClient      // another client of Lambda closes the callback at the same time
	againstEnd         // the execution is stopped at the same time
	together           // two people have to sign, and do so at the same time
	withdrawn          // one of the two has signed and withdrawn before
	grouped            // one of each of two groups has to sign, or somebody in their place
	kept               // heartbeats keep it alive until all other decisions have been made
	batched            // it is decided with many others in one go
)

// The shares of a hundred decisions. The remaining decisions are undisturbed.
const shareRaced, shareClock, shareClient, shareEnd, shareTogether, shareWithdrawn, shareGrouped = 15, 15, 10, 5, 10, 5, 10

// Timeouts in seconds: one that never expires during a run, and the longest of the short ones.
const longTimeout, maxShortTimeout = 3600, 3

// maxUndecided is how long some callbacks wait for their reviewers at most.
const maxUndecided = 4 * time.Second

// unattended is the queue without heartbeats, so that the heartbeat timeout of its callbacks
// expires.
const unattended = "unattended"

// pairs is the queue in which two people sign.
const pairs = "pairs"

// groups is the queue in which two groups sign. Its requests escalate after one hundredth of
// escalatedTimeout, in seconds; escalationPassed is a little longer.
const (
	groups           = "groups"
	escalatedTimeout = 60
	escalationPassed = time.Second
)

// heartbeatTimeout is the heartbeat timeout of callbacks that are kept alive, in seconds.
const heartbeatTimeout = 15

// decision is one callback, and what the desk told reviewers about their decisions on it.
type decision struct {
	number   int
	fate     fate
	question question
	queue    string   // empty means the default queue
	seconds  []string // who may give the second signature, with grouped
	// the time from the start of the callback until the short clock runs out
	end        time.Duration
	callbackID string
	arn        string
	id         callbacks.ID // at the desk
	random     *rand.Rand   // for this decision only; used by one goroutine

	mu        sync.Mutex
	recorded  []told
	signed    []told // a page said that a signature is recorded and waits for others
	takenBack []told // of these, those of which a page said that they are withdrawn
	denied    []told // a page said that nothing was recorded
}

// told is the desk's answer to a reviewer who had decided.
type told struct {
	person, hash string
	at           time.Time
}

func (w *world) newDecision(number int) *decision {
	d := &decision{number: number, question: question{Timeout: longTimeout}, random: w.random(uint64(number))}
	switch n := d.random.IntN(100); {
	case number >= w.decisions+w.kept:
		d.fate = batched
	case number >= w.decisions:
		d.fate, d.question.Heartbeat = kept, heartbeatTimeout
	case n < shareRaced:
		d.fate = raced
	case n < shareRaced+shareClock:
		d.fate = againstClock
		d.shorten()
	case n < shareRaced+shareClock+shareClient:
		d.fate = againstClient
	case n < shareRaced+shareClock+shareClient+shareEnd:
		d.fate = againstEnd
	case n < shareRaced+shareClock+shareClient+shareEnd+shareTogether:
		d.fate, d.queue = together, pairs
	case n < shareRaced+shareClock+shareClient+shareEnd+shareTogether+shareWithdrawn:
		d.fate, d.queue = withdrawn, pairs
	case n < shareRaced+shareClock+shareClient+shareEnd+shareTogether+shareWithdrawn+shareGrouped:
		d.fate, d.queue, d.question.Timeout = grouped, groups, escalatedTimeout
		for _, p := range seconds {
			d.seconds = append(d.seconds, profiles.ID(w.issuer, p.Subject))
		}
	}
	return d
}

// tookBack notes that what was signed so far is withdrawn.
func (d *decision) tookBack() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.takenBack, d.signed = append(d.takenBack, d.signed...), nil
}

// shorten gives one of the three clocks a short time.
func (d *decision) shorten() {
	short := 1 + d.random.IntN(maxShortTimeout)
	switch d.random.IntN(3) {
	case 0:
		d.question.Timeout = short
	case 1:
		d.question.Heartbeat, d.queue = short, unattended
	default:
		d.question.Brief, short = true, briefLimit
	}
	d.end = time.Duration(short) * time.Second
}

// live takes a decision from the question to the last answer that reviewers get.
func (w *world) live(ctx context.Context, d *decision) error {
	asked, err := w.lambda.ask(ctx, d.question)
	if err != nil {
		return err
	}
	d.callbackID, d.arn = asked.CallbackID, asked.ExecutionARN
	if err := w.announce(ctx, d, asked); err != nil {
		return err
	}
	first, second := w.newReviewer(d), w.newReviewer(d)
	if err := w.letTimePass(ctx, d, asked.At); err != nil {
		return err
	}
	if d.fate == alone && d.random.IntN(2) == 0 { // long enough for the chat to hear of it
		if err := pause(ctx, time.Duration(d.random.IntN(int(maxUndecided)))); err != nil {
			return err
		}
	}
	var others sync.WaitGroup
	defer others.Wait()
	var failed error
	switch d.fate {
	case raced:
		others.Go(func() { failed = second.decide(ctx) })
	case together, withdrawn, grouped:
		second.agreeWith(first)
		if err := w.changeMind(ctx, first); err != nil {
			return err
		}
		others.Go(func() { failed = second.decide(ctx) })
	case againstClient:
		w.atTheSameTime(ctx, d, &others, func() { w.lambda.interfere(ctx, d.callbackID) })
	case againstEnd:
		w.atTheSameTime(ctx, d, &others, func() { w.lambda.stop(ctx, d.arn) })
	case alone, againstClock, kept, batched:
	}
	err = first.decide(ctx)
	others.Wait()
	return errors.Join(err, failed)
}

// changeMind lets somebody sign and withdraw, if the decision is one of those in which that happens.
func (w *world) changeMind(ctx context.Context, r *reviewer) error {
	if r.decision.fate != withdrawn {
		return nil
	}
	if err := r.decide(ctx); err != nil {
		return err
	}
	return r.withdraw(ctx)
}

// atTheSameTime calls do while a reviewer decides.
func (w *world) atTheSameTime(ctx context.Context, d *decision, others *sync.WaitGroup, do func()) {
	early := time.Duration(d.random.Int64N(int64(40 * time.Millisecond)))
	others.Go(func() {
		if pause(ctx, early) == nil {
			do()
		}
	})
}

// letTimePass waits before a reviewer decides.
func (w *world) letTimePass(ctx context.Context, d *decision, asked time.Time) error {
	switch d.fate {
	case againstClock: // from well before the end until a little after it
		click := d.end*7/10 + time.Duration(d.random.Int64N(int64(d.end*35/100)))
		return pause(ctx, time.Until(asked.Add(click)))
	case kept:
		select {
		case <-w.othersDone:
		case <-ctx.Done():
			return ctx.Err()
		}
	case grouped: // until it is escalated
		return pause(ctx, escalationPassed)
	case alone, raced, againstClient, againstEnd, together, withdrawn, batched:
	}
	return nil
}

// announce announces the callback to a replica and, if that fails, to others until one has accepted
// it, as a function's step would.
func (w *world) announce(ctx context.Context, d *decision, asked locallambda.Observation) error {
	body, err := json.Marshal(map[string]any{
		"callbackId": d.callbackID, "executionArn": d.arn, "title": fmt.Sprintf("Expense report EXP-%d", d.number),
		"startedAt": asked.At, "timeoutSeconds": d.question.Timeout, "heartbeatTimeoutSeconds": d.question.Heartbeat, "queue": d.queue,
	})
	if err != nil {
		return err
	}
	for {
		to := w.replicas[d.random.IntN(len(w.replicas))]
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.url+"/webhooks/callbacks", bytes.NewReader(body))
		if err != nil {
			return err
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", "Bearer "+w.token)
		reply, err := w.send(request)
		switch {
		case err == nil && (reply.status == http.StatusCreated || reply.status == http.StatusOK):
			w.traps.spring(requestKept, to)
			var receipt struct {
				ID callbacks.ID `json:"id"`
			}
			err := json.Unmarshal(reply.body, &receipt)
			d.id = receipt.ID
			return err
		case err == nil && reply.status < http.StatusInternalServerError:
			return fmt.Errorf("the announcement is answered with %d: %s", reply.status, reply.body)
		}
		if err := pause(ctx, tryAgainAfter); err != nil {
			return err
		}
	}
}
