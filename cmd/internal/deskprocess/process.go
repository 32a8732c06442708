package deskprocess

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"

	"countersign/internal/child"
)

// stopTimeout is how long a process may take to stop before it is killed.
const stopTimeout = 10 * time.Second

// logTail is how much of a process's log an error quotes, in bytes.
const logTail = 2000

// Build compiles the desk as the Makefile does.
func Build(ctx context.Context, to string) error {
	command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", to, "countersign/cmd/web")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("build the desk: %w\n%s", err, out)
	}
	return nil
}

// Process is a child process. Its log goes to a file.
type Process struct {
	command *exec.Cmd
	log     string // file
	cancel  context.CancelFunc
	ended   chan struct{}
	err     error // how it ended, once it has
}

// Start starts a program whose stderr is appended to a log file; stdout may be nil. It ends with
// ctx at the latest.
func Start(ctx context.Context, log string, stdout io.Writer, environment []string, program string, args ...string) (*Process, error) {
	file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // the child has its own
	ctx, cancel := context.WithCancel(ctx)
	p := &Process{command: exec.CommandContext(ctx, program, args...), log: log, cancel: cancel, ended: make(chan struct{})}
	p.command.Env, p.command.Stdout, p.command.Stderr = environment, stdout, file
	p.command.Cancel = func() error { return p.command.Process.Signal(syscall.SIGTERM) }
	p.command.WaitDelay = stopTimeout
	child.EndWithUs(p.command)
	if err := p.command.Start(); err != nil {
		cancel()
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	go func() {
		p.err = p.command.Wait()
		close(p.ended)
	}()
	return p, nil
}

// PID is the process's number.
func (p *Process) PID() int { return p.command.Process.Pid }

// Ended is closed once the process has ended.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Stop asks the process to end, as an orchestrator does, and waits for that. It may be called
// again.
func (p *Process) Stop() {
	p.cancel()
	<-p.ended
}

// Kill ends the process as a crash of its machine would, without a word of warning, and waits for
// that.
func (p *Process) Kill() {
	_ = p.command.Process.Kill() // fails where it has ended already
	<-p.ended
	p.cancel()
}

// Died is an error with the end of the log.
func (p *Process) Died(what string) error {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return errors.Join(errors.New(what), err)
	}
	return fmt.Errorf("%s:\n%s", what, bytes.TrimSpace(text[max(0, len(text)-logTail):]))
}
