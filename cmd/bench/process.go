package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"countersign/cmd/bench/floor"
)

// stopTimeout is how long a process may take to stop before it is killed.
const stopTimeout = 10 * time.Second

// logTail is how much of a process's log an error quotes, in bytes.
const logTail = 2000

// process is a child process. Its log goes to a file.
type process struct {
	command *exec.Cmd
	address string // host:port
	log     string // file
	cancel  context.CancelFunc
	ended   chan struct{}
}

// startProcess starts a program; stdout may be nil. Stop it.
func startProcess(ctx context.Context, log string, stdout io.Writer, environment []string, program string, args ...string) (*process, error) {
	file, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer file.Close() // the child has its own
	ctx, cancel := context.WithCancel(ctx)
	p := &process{command: exec.CommandContext(ctx, program, args...), log: log, cancel: cancel, ended: make(chan struct{})}
	p.command.Env, p.command.Stdout, p.command.Stderr = environment, stdout, file
	p.command.Cancel = func() error { return p.command.Process.Signal(syscall.SIGTERM) }
	p.command.WaitDelay = stopTimeout
	if err := p.command.Start(); err != nil {
		cancel()
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	go func() {
		_ = p.command.Wait() // how it ended stands in its log
		close(p.ended)
	}()
	return p, nil
}

// stop ends the process and waits for that. It may be called again.
func (p *process) stop() {
	p.cancel()
	<-p.ended
}

// died is an error with the end of the log.
func (p *process) died(what string) error {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return errors.Join(errors.New(what), err)
	}
	return fmt.Errorf("%s:\n%s", what, bytes.TrimSpace(text[max(0, len(text)-logTail):]))
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
	defer out.Close()
	p, err := startProcess(ctx, name+"/log", in, os.Environ(), b.self, "floor",
		"-kind", string(kind), "-file", name+"/floor.db", "-rows", strconv.Itoa(rows), "-lambda", b.lambda.url)
	_ = in.Close() // the child's copy stays open until it ends, then reading ends too
	if err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		p.stop()
		return nil, p.died("the floor " + string(kind) + " did not start")
	}
	p.address = strings.TrimSpace(line)
	return p, nil
}

// memory is the resident memory of the process in bytes, as Linux tells.
func (p *process) memory() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("read the memory of a process: %w", err)
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kilobytes, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, errors.New("the memory of a process is not told here")
}
