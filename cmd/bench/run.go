package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"countersign/cmd/bench/floor"
)

// maxRun limits a whole run beside its soak, even if something hangs.
const maxRun = 40 * time.Minute

// measurement is one part of the table.
type measurement struct {
	name, about string
	run         func(*bench, context.Context) ([]row, error)
}

// measurements are all measurements, in the order of the table.
var measurements = []measurement{
	{"intake", "signed announcements at 1, 16 and 64 connections", (*bench).intake},
	{"inbox", "the inbox with few, many and very many pending", (*bench).inbox},
	{"decide", "decisions, and how long until Lambda has them", (*bench).decide},
	{"signatures", "decisions that three people sign beside those of one", (*bench).signatures},
	{"memory", "memory of the process, empty and with many pending", (*bench).memory},
	{"attacks", "memory of the process under what strangers and senders may send", (*bench).attacked},
	{"disk", "disk for each pending callback", (*bench).disk},
	{"start", "process start until it is ready", (*bench).start},
	{"page", "a first page load in Chromium, and reviews with and without a form", (*bench).page},
	{"rounds", "rounds of a durable function on the local engine", (*bench).durableRounds},
	{"suspended", "memory of executions that wait on the local engine", (*bench).suspended},
	{"beats", "heartbeats of many open reviews: how late, at what cost", (*bench).beats},
	{"streams", "many open pages that are told of a change", (*bench).tell},
	{"replicas", "pages at three replicas that are told of a change at another", (*bench).tellReplicas},
	{"deliver", "decisions that are due, until Lambda has them", (*bench).deliver},
	{"ended", "announcements, decisions and the inbox of a desk with a long history beside one without", (*bench).withHistory},
	{"databases", "PostgreSQL beside SQLite, three replicas beside one", (*bench).databases},
}

// run is the whole program, except for process globals. If the first argument is "floor", it serves
// a floor for another bench.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) > 0 && args[0] == "floor" {
		return runFloor(ctx, args[1:], stdout, stderr)
	}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	peer := flags.String("peer", "", "measure the desk beside another program instead: restate, which has to be in PATH as restate-server")
	soak := flags.Duration("soak", 0, "announce and decide for so long at half load instead, and see whether anything grows: 1h")
	only := flags.String("only", "", "measure only these, separated by commas: "+names())
	quick := flags.Bool("quick", false, "shorter rounds and fewer callbacks: a first look, not a result")
	binary := flags.String("binary", "", "the desk's binary; built from ./cmd/web when empty")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return err
	}
	chosen, err := choose(*only)
	if err == nil && *peer != "" {
		chosen, err = choosePeer(*peer)
	}
	if *soak > 0 {
		chosen = []measurement{{"soak", "announcements and decisions at half load", func(b *bench, ctx context.Context) ([]row, error) { return b.soak(ctx, *soak) }}}
	}
	if err != nil {
		return err
	}
	plan := full
	if *quick {
		plan = short
	}
	ctx, cancel := context.WithTimeout(ctx, maxRun+*soak)
	defer cancel()
	return measure(ctx, plan, *binary, chosen, stdout, stderr)
}

// measure runs measurements one after the other and prints the table. If one fails, it still prints
// what was measured.
func measure(ctx context.Context, plan plan, binary string, chosen []measurement, stdout, stderr io.Writer) error {
	b, err := newBench(ctx, plan, binary)
	if err != nil {
		return err
	}
	defer b.close()
	began := time.Now()
	var rows []row
	for _, m := range chosen {
		fmt.Fprintf(stderr, "%s: %s\n", m.name, m.about)
		var found []row
		if found, err = m.run(b, ctx); err != nil {
			err = fmt.Errorf("%s: %w", m.name, err)
			break
		}
		rows = append(rows, found...)
	}
	fmt.Fprintf(stderr, "took %s\n", time.Since(began).Round(time.Second))
	return errors.Join(printTable(stdout, rows), err)
}

func names() string {
	var all []string
	for _, m := range measurements {
		all = append(all, m.name)
	}
	return strings.Join(all, ", ")
}

// choose finds measurements by name; an empty list means all.
func choose(list string) ([]measurement, error) {
	if list == "" {
		return measurements, nil
	}
	var chosen []measurement
	for name := range strings.SplitSeq(list, ",") {
		i := slices.IndexFunc(measurements, func(m measurement) bool { return m.name == strings.TrimSpace(name) })
		if i < 0 {
			return nil, fmt.Errorf("nothing is called %q; there are %s", name, names())
		}
		chosen = append(chosen, measurements[i])
	}
	return chosen, nil
}

// choosePeer finds the measurement beside another program. It is not among the measurements, because
// the other program is not part of the project.
func choosePeer(name string) ([]measurement, error) {
	if name != "restate" {
		return nil, fmt.Errorf("no peer is called %q; there is restate", name)
	}
	return []measurement{{"restate", "announcements and decisions beside Restate", (*bench).besideRestate}}, nil
}

// runFloor serves a floor until ctx ends.
func runFloor(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var o floor.Options
	flags := flag.NewFlagSet("bench floor", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar((*string)(&o.Kind), "kind", "", "which floor")
	flags.StringVar(&o.File, "file", "", "database file")
	flags.IntVar(&o.Rows, "rows", 0, "rows to put into it")
	flags.StringVar(&o.Lambda, "lambda", "", "base URL of Lambda")
	if err := flags.Parse(args); err != nil {
		return err
	}
	return floor.Serve(ctx, o, stdout)
}

// executable returns the path of this program, which also serves the floors.
func executable() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	return path, nil
}
