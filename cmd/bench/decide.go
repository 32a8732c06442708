package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"countersign/cmd/bench/floor"
	"countersign/cmd/bench/load"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

// deliveryTimeout limits the wait for the last decision of a round to reach Lambda, and for its
// receipt.
const deliveryTimeout = 30 * time.Second

var errSlowLambda = errors.New("not every decision reached Lambda")

// decide posts decisions to the desk and to a floor. A decision is done when Lambda has been called
// for it: its time ends then, and only then does its connection post the next one. The desk answers
// before it calls Lambda, so counting its answers would flatter it.
func (b *bench) decide(ctx context.Context) ([]row, error) {
	callers := []int{1, 16}
	needed := 0
	for _, c := range callers {
		needed += c * b.decisions * (b.rounds + 1)
	}
	work, d, err := b.deskToDecide(ctx, "sqlite://"+filepath.ToSlash(filepath.Join(b.folder, "decide.db")), 1, needed)
	if err != nil {
		return nil, err
	}
	defer d.stop()
	base, err := b.startFloor(ctx, floor.Decide, needed)
	if err != nil {
		return nil, err
	}
	defer base.Stop()
	items := &backlog{address: base.address, keys: desk.NewSeenKeys(nil)}
	for n := range needed {
		items.left = append(items.left, decidable{
			Callback: callbacks.Callback{CallbackID: callbacks.CallbackID(fmt.Sprintf("filler-%d", n))},
			url:      fmt.Sprintf("http://%s/items/%d/decision", base.address, n+1),
		})
	}
	var rows []row
	for _, c := range callers {
		series, err := b.compare(ctx, b.decisionsOf(work, c), b.decisionsOf(items, c))
		if err != nil {
			return nil, err
		}
		rate := compared(series[0].Ratio(series[1], load.Sample.Rate))
		if c > 1 {
			rate = atLeast(series[0].Ratio(series[1], load.Sample.Rate), 1)
		}
		rows = append(rows,
			row{"decisions, " + connections(c), thousands(int(series[0].Median(load.Sample.Rate))) + "/s", thousands(int(series[1].Median(load.Sample.Rate))) + "/s", rate},
			row{"decision to Lambda, " + connections(c), latencies(series[0]), latencies(series[1]), atMost(series[0].Ratio(series[1], load.Sample.P50), 3)})
	}
	return rows, nil
}

// backlog is the set of pending decisions at one address.
type backlog struct {
	address string
	beside  []string // the addresses of its replicas
	cookie  *http.Cookie
	left    []decidable
	keys    desk.SeenKeys
	proves  bool // the desk reads a receipt for each decision
}

// decidable is one callback, or one item of a floor.
type decidable struct {
	callbacks.Callback
	url string // of its form
}

// deskToDecide starts the replicas of a desk with enough callbacks that the reviewer may decide. rules
// are those of each queue.
func (b *bench) deskToDecide(
	ctx context.Context, database string, replicas, needed int, rules ...callbacks.Rule,
) (*backlog, *program, error) {
	// the reviewer cannot see one of the queues
	all, err := fill(ctx, database, needed*len(queueNames)/(len(queueNames)-1)+len(queueNames), rules...)
	if err != nil {
		return nil, nil, err
	}
	d, err := b.startReplicas(ctx, database, replicas)
	if err != nil {
		return nil, nil, err
	}
	work := &backlog{address: d.address, beside: d.beside(), keys: d.seenKeys(), proves: true}
	for _, c := range all {
		if c.Queue != "privacy" {
			work.left = append(work.left, decidable{c, d.url + "/callbacks/" + string(c.ID) + "/decision"})
		}
	}
	if work.cookie, err = d.signIn(ctx); err != nil {
		d.stop()
		return nil, nil, err
	}
	return work, d, nil
}

// decisionsOf decides a round's share of a backlog and waits until Lambda has been called for each
// decision. A desk then reads the receipts from the history. The round waits for that too, without
// counting it, so that it does not disturb another's turn.
func (b *bench) decisionsOf(work *backlog, connections int) rival {
	return func(ctx context.Context) (load.Sample, error) {
		n := connections * b.decisions
		mine := work.left[:n]
		work.left = work.left[n:]
		ctx, cancel := context.WithTimeout(ctx, deliveryTimeout)
		defer cancel()
		round := b.lambda.Expect(n, connections)
		posts := &posts{turns: round.Turns, left: mine, from: work, begun: make(map[string]time.Time, n)}
		begin := time.Now()
		_, err := load.Load{
			Address: work.address, Beside: work.beside, Connections: connections, Status: http.StatusSeeOther,
			Next: func() (*http.Request, error) { return posts.next(ctx) },
		}.Run(ctx)
		if err != nil {
			return load.Sample{}, err
		}
		if err := waitFor(ctx, round.Decisions.Over); err != nil {
			return load.Sample{}, err
		}
		elapsed := time.Since(begin)
		var took []time.Duration
		for id, at := range b.lambda.Arrivals() {
			took = append(took, at.Sub(posts.begun[id]))
		}
		if work.proves {
			err = waitFor(ctx, round.Proofs.Over)
		}
		return load.NewSample(took, elapsed), err
	}
}

func waitFor(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return errSlowLambda
	}
}

// posts provides the posts of a round, each when its turn comes, and notes when each begins.
type posts struct {
	turns <-chan struct{}
	from  *backlog

	mu    sync.Mutex
	left  []decidable
	begun map[string]time.Time // by callback ID
}

func (p *posts) next(ctx context.Context) (*http.Request, error) {
	if err := waitFor(ctx, p.turns); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.left) == 0 {
		return nil, nil
	}
	one := p.left[0]
	p.left = p.left[1:]
	request, err := post(one.url, formType, p.from.approval(one, reviewer, true).Encode(), p.from.cookie)(ctx, 0)
	if err != nil {
		return nil, err
	}
	p.begun[string(one.CallbackID)] = time.Now()
	return request, nil
}

// approval returns the form as a person's page sends it, with what names the bytes in the preview.
// sends says that the signature decides.
func (b *backlog) approval(one decidable, by callbacks.Person, sends bool) url.Values {
	choice := callbacks.Choice{Outcome: "approve", Comment: "Within the agreement with the account team.", PreparedAt: time.Now().Truncate(time.Second)}
	shown := callbacks.DefaultOutcomes(callbacks.Failure)[0].Fill(choice, by, nil)
	form := url.Values{
		"outcome": {choice.Outcome}, "comment": {choice.Comment},
		"at":   {choice.PreparedAt.UTC().Format(time.RFC3339)},
		"seen": {b.keys.Name(&one.Callback, choice.Outcome, shown.SHA256())},
	}
	if !sends {
		form.Set("sends", "no")
	}
	return form
}
