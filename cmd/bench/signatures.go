package main

import (
	"context"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"time"

	"countersign/cmd/bench/load"
	"countersign/internal/callbacks"
)

// signers is how many people sign each decision that is compared with those of one person.
const signers = 3

// signed is the rule of a request that so many people have to sign.
var signed = callbacks.Rule{Name: "several", Terms: callbacks.Terms{
	Signatures: []callbacks.Threshold{{From: reviewer.Groups, For: signers}},
}}

// third is the wanted ratio of decisions of three signatures to those of one: they are three
// transactions.
const third = 0.33

// signatures compares decisions that three people sign with decisions of one.
func (b *bench) signatures(ctx context.Context) ([]row, error) {
	const connectionCount = 16
	needed := connectionCount * b.decisions * (b.rounds + 1)
	file := func(name string) string {
		return "sqlite://" + filepath.ToSlash(filepath.Join(b.folder, name+".db"))
	}
	alone, one, err := b.deskToDecide(ctx, file("one"), 1, needed)
	if err != nil {
		return nil, err
	}
	defer one.stop()
	together, several, err := b.deskToDecide(ctx, file("several"), 1, needed, signed)
	if err != nil {
		return nil, err
	}
	defer several.stop()
	var earlier []*http.Cookie
	for n := range signers - 1 {
		cookie, err := several.signInColleague(ctx, n)
		if err != nil {
			return nil, err
		}
		earlier = append(earlier, cookie)
	}
	series, err := b.compare(ctx,
		b.signedBefore(together, earlier, connectionCount), b.decisionsOf(alone, connectionCount))
	if err != nil {
		return nil, err
	}
	return []row{
		{"decisions of three signatures, " + connections(connectionCount), thousands(int(series[0].Median(load.Sample.Rate))) + "/s",
			thousands(int(series[1].Median(load.Sample.Rate))) + "/s", atLeast(series[0].Ratio(series[1], load.Sample.Rate), third)},
		{"last of three signatures to Lambda", latencies(series[0]), latencies(series[1]), compared(series[0].Ratio(series[1], load.Sample.P50))},
	}, nil
}

// signedBefore is decisionsOf for requests that colleagues sign first, one after the other. Their
// signatures count as part of the round.
func (b *bench) signedBefore(work *backlog, colleagues []*http.Cookie, connections int) rival {
	last := b.decisionsOf(work, connections)
	return func(ctx context.Context) (load.Sample, error) {
		mine := work.left[:connections*b.decisions]
		began := time.Now()
		for n, cookie := range colleagues {
			by := callbacks.Person{Subject: colleague(n), Name: colleague(n)}
			var next atomic.Int64
			_, err := load.Load{
				Address: work.address, Connections: connections, Status: http.StatusSeeOther,
				Next: func() (*http.Request, error) {
					i := int(next.Add(1)) - 1
					if i >= len(mine) {
						return nil, nil
					}
					return post(mine[i].url, formType, work.approval(mine[i], by, false).Encode(), cookie)(ctx, 0)
				},
			}.Run(ctx)
			if err != nil {
				return load.Sample{}, err
			}
		}
		before := time.Since(began)
		decided, err := last(ctx)
		decided.Elapsed += before
		return decided, err
	}
}
