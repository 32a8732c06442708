package e2e_test

import (
	"bufio"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"countersign/internal/child"
)

// desk is the program as a process of its own.
type desk struct {
	cmd    *exec.Cmd
	log    *record[string]
	exited chan struct{} // closed when it has ended and its log is complete
	err    error         // how it ended, once it has
	// what the errors that it may log have in common; empty when it may log none
	errors string
}

// startDesk runs `serve` with the environment and waits until it listens. It is stopped when the
// test ends.
func startDesk(t *testing.T, environment []string) *desk {
	t.Helper()
	d := &desk{cmd: exec.Command(binary, "serve"), log: newRecord[string](), exited: make(chan struct{})}
	d.cmd.Env = environment
	child.EndWithUs(d.cmd)
	stderr, err := d.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(d.exited)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			d.log.add(lines.Text())
		}
		d.err = d.cmd.Wait()
	}()
	t.Cleanup(func() { d.stop(t) })
	d.log.await(t, patience, "the desk to listen", func(line string) bool { return strings.Contains(line, `"msg":"ready"`) })
	return d
}

// kill ends the process as a crash of the machine would.
func (d *desk) kill(t *testing.T) {
	t.Helper()
	if err := d.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-d.exited
}

// stop ends the process as an orchestrator does. It has to end by itself, without a race found, and
// without having logged an error that the test did not expect.
func (d *desk) stop(t *testing.T) {
	select {
	case <-d.exited: // killed by its test
		return
	default:
	}
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Errorf("stop the desk: %v", err)
	}
	deadline := time.AfterFunc(patience, func() {
		t.Errorf("the desk did not stop within %v", patience)
		_ = d.cmd.Process.Kill()
	})
	defer deadline.Stop()
	<-d.exited
	if d.err != nil {
		t.Errorf("the desk ended with %v", d.err)
	}
	lines, _ := d.log.all()
	for _, line := range lines {
		if strings.Contains(line, `"level":"ERROR"`) && (d.errors == "" || !strings.Contains(line, d.errors)) {
			t.Errorf("the desk logged %s", line)
		}
	}
}
