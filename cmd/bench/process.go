package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

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
		"-kind", string(kind), "-file", name+"/floor.db", "-rows", strconv.Itoa(rows), "-lambda", b.lambda.url)
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

// memory returns the resident memory of the process in bytes, as Linux reports it.
func (p *process) memory() (int64, error) { return p.status("VmRSS:") }

// peak returns the largest resident memory that the process has had.
func (p *process) peak() (int64, error) { return p.status("VmHWM:") }

func (p *process) status(field string) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.PID()))
	if err != nil {
		return 0, fmt.Errorf("read the memory of a process: %w", err)
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, field); ok {
			kilobytes, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, errors.New("the memory of a process is not told here")
}
