package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"countersign/cmd/bench/lambdastub"
	"countersign/cmd/bench/load"
	"countersign/cmd/internal/deskprocess"
)

// plan says how much is measured and for how long.
type plan struct {
	rounds            int           // of each comparison
	round             time.Duration // of a round that is bounded by time
	few, many, most   int           // pending callbacks
	decisions, starts int           // decisions of each connection in a round; process starts

	reviews   int           // open at once
	heartbeat time.Duration // timeout of the callbacks under review
	streams   int           // of events, open at once
	changes   int           // changes of which all streams are told
	due       int           // decisions that are due for delivery
	attacks   int           // requests of each attack
	ended     int           // callbacks that ended long ago
}

var (
	full = plan{rounds: 7, round: time.Second, few: 1_000, many: 100_000, most: 1_000_000, decisions: 100, starts: 7,
		reviews: 10_000, heartbeat: time.Minute, streams: 2_000, changes: 20, due: 5_000, attacks: 200, ended: 1_000_000}
	short = plan{rounds: 3, round: 300 * time.Millisecond, few: 1_000, many: 10_000, most: 50_000, decisions: 30, starts: 3,
		reviews: 2_000, heartbeat: 12 * time.Second, streams: 500, changes: 5, due: 1_000, attacks: 50, ended: 50_000}
)

// bench is one run: its folder, the programs around the desks, and the databases that were filled.
type bench struct {
	plan
	folder string
	binary string // of the desk
	self   string // this program, which also serves the floors
	lambda *lambdastub.Stub
	filled map[int]string // database files by number of pending callbacks
}

// newBench makes the folder, builds the desk unless its binary is given, and starts the stand-in
// for Lambda. The caller must call close.
func newBench(ctx context.Context, p plan, binary string) (_ *bench, err error) {
	b := &bench{plan: p, binary: binary, filled: map[int]string{}}
	if b.self, err = executable(); err != nil {
		return nil, err
	}
	if b.folder, err = os.MkdirTemp("", "countersign-bench-"); err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	defer func() {
		if err != nil {
			b.close()
		}
	}()
	if b.lambda, err = lambdastub.Start(ctx); err != nil {
		return nil, err
	}
	if b.binary == "" {
		b.binary = filepath.Join(b.folder, "countersign")
		err = deskprocess.Build(ctx, b.binary)
	}
	return b, err
}

// close removes everything. The code that started a process has already stopped it.
func (b *bench) close() {
	if b.lambda != nil {
		b.lambda.Close()
	}
	_ = os.RemoveAll(b.folder) // in the system's folder for temporary files
}

// rival is one of the programs that are measured in turns.
type rival func(context.Context) (load.Sample, error)

// compare runs rivals in turns, so that noise on the machine affects all of them. The first turn of
// each is a warm-up and does not count.
func (b *bench) compare(ctx context.Context, rivals ...rival) ([]load.Series, error) {
	series := make([]load.Series, len(rivals))
	for round := range b.rounds + 1 {
		for i, r := range rivals {
			sample, err := r(ctx)
			if err != nil {
				return nil, err
			}
			if round > 0 {
				series[i] = append(series[i], sample)
			}
		}
	}
	return series, nil
}
