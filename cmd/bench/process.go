package main

import (
	"bufio"
	"context"
	"os"
	"strconv"
	"strings"
	"time"

	"countersign/cmd/bench/floor"
	"countersign/cmd/internal/deskprocess"
)

// process is a child process that serves.
type process struct {
	*deskprocess.Process
	address string // host:port
}

// startFloor starts this program as a floor and waits until it serves.
func (b *bench) startFloor(ctx context.Context, kind floor.Kind, rows int) (*process, error) {
	name, err := os.MkdirTemp(b.folder, string(kind)+"-")
	if err != nil {
		return nil, err
	}
	out, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	started, err := deskprocess.Start(ctx, name+"/log", in, os.Environ(), b.self, "floor",
		"-kind", string(kind), "-file", name+"/floor.db", "-rows", strconv.Itoa(rows), "-lambda", b.lambda.URL)
	_ = in.Close() // the child's copy stays open until the child ends, and then reading ends
	if err != nil {
		return nil, err
	}
	p := &process{Process: started}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		p.Stop()
		return nil, p.Died("the floor " + string(kind) + " did not start")
	}
	p.address = strings.TrimSpace(line)
	return p, nil
}

// watchProcessor waits for a time span and returns how much of it the process ran on processors.
func (p *process) watchProcessor(ctx context.Context, span time.Duration) (time.Duration, error) {
	before, err := p.ProcessorTime()
	if err != nil {
		return 0, err
	}
	if err := pause(ctx, span); err != nil {
		return 0, err
	}
	after, err := p.ProcessorTime()
	return after - before, err
}

// pause waits for d. It returns early with the error of ctx if that ends.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
