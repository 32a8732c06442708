package main

import (
	"context"
	"path/filepath"

	"countersign/cmd/bench/load"
	"countersign/cmd/bench/restate"
)

// What is wanted of the desk beside Restate.
const (
	peerAnnounced = 1.5 // times as many a second
	peerDecided   = 1.2
	peerLatency   = 0.8 // times as long, from the approval until the execution hears of it
)

// besideRestate compares the desk with Restate, which runs durable executions by itself: what
// begins an execution with an announcement, and an approval with a decision. Restate's approval is
// done when the execution goes on, the desk's when Lambda is called. Restate begins more than the
// desk records, an execution, but is not measured until that waits.
func (b *bench) besideRestate(ctx context.Context) ([]row, error) {
	peer, err := restate.Start(ctx, b.folder)
	if err != nil {
		return []row{unmeasured("beside Restate", err.Error())}, nil
	}
	defer peer.Stop()
	widths := []int{1, 16, 64}
	deciders := 2 // of the widths
	needed := 0
	for _, c := range widths[:deciders] {
		needed += c * b.decisions * (b.rounds + 1)
	}
	work, d, err := b.deskToDecide(ctx, "sqlite://"+filepath.ToSlash(filepath.Join(b.folder, "peer.db")), 1, needed)
	if err != nil {
		return nil, err
	}
	defer d.stop()
	announced, err := newSender(d.url+"/webhooks/callbacks", d.secret)
	if err != nil {
		return nil, err
	}
	var rows []row
	for i, c := range widths {
		n := min(c, widths[deciders-1]) * b.decisions
		series, err := b.compare(ctx, b.posts(announced, c, d.address),
			func(ctx context.Context) (load.Sample, error) { return peer.Begin(ctx, n, c) })
		if err != nil {
			return nil, err
		}
		rows = append(rows, row{"announcements beside Restate, " + connections(c), rates(series[0]), rates(series[1]),
			atLeast(series[0].Ratio(series[1], load.Sample.Rate), peerAnnounced)})
		if i >= deciders {
			continue
		}
		series, err = b.compare(ctx, b.decisionsOf(work, c),
			func(ctx context.Context) (load.Sample, error) { return peer.Approve(ctx, n, c) })
		if err != nil {
			return nil, err
		}
		rows = append(rows,
			row{"decisions beside Restate, " + connections(c), thousands(int(series[0].Median(load.Sample.Rate))) + "/s",
				thousands(int(series[1].Median(load.Sample.Rate))) + "/s", atLeast(series[0].Ratio(series[1], load.Sample.Rate), peerDecided)},
			row{"decision to Lambda beside Restate, " + connections(c), latencies(series[0]), latencies(series[1]),
				atMost(series[0].Ratio(series[1], load.Sample.P50), peerLatency)})
	}
	return rows, nil
}
