package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"countersign/cmd/internal/deskprocess"
	"countersign/cmd/internal/postgres"
	"countersign/internal/standin/locallambda/dialect"
)

// maxRun limits a whole run, even if something hangs.
const maxRun = time.Hour

// plan says how much happens in a world.
type plan struct {
	seed      uint64
	decisions int
	atOnce    int // decisions that are made at the same time
	// additional decisions on callbacks that heartbeats keep alive until the end
	kept     int
	inBatch  int             // more decisions, which one person makes in one go
	closed   dialect.Dialect // how Lambda answers calls for closed callbacks
	kills    int             // of replicas, at random moments
	restarts int             // of PostgreSQL

	killsAtPoint int // at each point
	// heartbeats between two kills at a heartbeat point, on average: two heartbeats lost in a row
	// end a callback
	roundsApart int
	patience    time.Duration
	// skipLeases avoids the wait for the leases of killed processes: all processes are killed at
	// the end, and their leases are made to expire before they start again.
	skipLeases bool
}

var (
	full  = plan{decisions: 10_000, atOnce: 48, kept: 40, inBatch: 200, kills: 40, killsAtPoint: 5, roundsApart: 6, restarts: 5, patience: 10 * time.Minute}
	short = plan{decisions: 260, atOnce: 24, kept: 8, inBatch: 40, kills: 4, killsAtPoint: 1, roundsApart: 1, restarts: 1, patience: 3 * time.Minute, skipLeases: true}
)

// errBroken says that something happened which must never happen; the report says what.
var errBroken = errors.New("an invariant is broken")

// run is the whole program, except for process globals.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("chaos", flag.ContinueOnError)
	flags.SetOutput(stderr)
	quick := flags.Bool("short", false, fmt.Sprintf("%d decisions, and no wait for the leases of killed processes", short.decisions))
	decisions := flags.Int("decisions", 0, fmt.Sprintf("decisions in each world (default %d)", full.decisions))
	seed := flags.Uint64("seed", rand.Uint64(), "what is drawn follows from it, as far as processes and networks let it (default random)")
	binary := flags.String("binary", "", "the desk, where it has been built already")
	only := flags.String("only", "", "one world only: postgres or sqlite")
	closed := dialect.Mixed
	flags.Func("closed", "how Lambda answers for closed callbacks: timeout, invalid, notfound, split, or mixed (default), drawn at each answer",
		func(text string) error { return closed.UnmarshalText([]byte(text)) })
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return err
	}
	p := full
	if *quick {
		p = short
	}
	p.seed, p.closed = *seed, closed
	if *decisions > 0 {
		p.decisions = *decisions
	}
	ctx, cancel := context.WithTimeout(ctx, maxRun)
	defer cancel()
	return prove(ctx, p, *only, *binary, stdout, stderr)
}

// prove runs both worlds, one after the other, and prints the report. It keeps their folder if an
// invariant is broken.
func prove(ctx context.Context, p plan, only, binary string, stdout, stderr io.Writer) (err error) {
	if only != "" && only != "postgres" && only != "sqlite" {
		return fmt.Errorf("there is no world %q: choose postgres or sqlite", only)
	}
	folder, err := os.MkdirTemp("", "countersign-chaos-")
	if err != nil {
		return err
	}
	defer func() {
		if errors.Is(err, errBroken) {
			fmt.Fprintln(stderr, "logs and databases are kept in", folder)
			return
		}
		_ = os.RemoveAll(folder)
	}()
	if binary == "" {
		binary = filepath.Join(folder, "countersign")
		if err := deskprocess.Build(ctx, binary); err != nil {
			return err
		}
	}
	var columns []column
	if only != "sqlite" {
		c, err := onPostgres(ctx, p, folder, binary, stderr)
		if err != nil {
			return err
		}
		columns = append(columns, c)
	}
	if only != "postgres" {
		c, err := happen(ctx, p, setting{
			name: "one process, SQLite", folder: filepath.Join(folder, "sqlite"), binary: binary, processes: 1,
			database: "sqlite://" + filepath.Join(folder, "desk.db"), progress: stderr,
		})
		if err != nil {
			return err
		}
		columns = append(columns, c)
	}
	fmt.Fprintf(stdout, "seed %d, closed callbacks answered: %s\n\n", p.seed, p.closed)
	return report(stdout, stderr, columns)
}

// onPostgres is the world of three replicas on a PostgreSQL server of its own, which is restarted
// from time to time.
func onPostgres(ctx context.Context, p plan, folder, binary string, progress io.Writer) (column, error) {
	// The machine itself does not crash, so PostgreSQL need not flush to disk.
	server, err := postgres.Start(ctx, filepath.Join(folder, "postgres"), "fsync=off")
	if err != nil {
		return column{}, err
	}
	defer server.Stop()
	return happen(ctx, p, setting{
		name: "three replicas, PostgreSQL", folder: filepath.Join(folder, "replicas"), binary: binary, processes: 3,
		database: server.URL, server: server, progress: progress,
	})
}
