package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/child"
)

// TestMenu starts everything that the demo's menus offer, with the whole world running.
func TestMenu(t *testing.T) {
	t.Parallel()
	w := openDemo(t, 18180)
	offered := menu{w.surroundings.Starter}
	names := map[string]bool{}
	for _, sample := range offered.Samples() {
		if names[sample.Name] {
			t.Errorf("two entries are named %s", sample.Name)
		}
		names[sample.Name] = true
		if err := offered.Start(t.Context(), sample.Name); err != nil {
			t.Errorf("%s: %v", sample.Title, err)
		}
	}
	if err := offered.Start(t.Context(), "nothing"); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("an unknown entry gives %v, want ErrNotFound", err)
	}
}

// openDemo runs the whole world of the demo, in which nothing starts by itself, until the test ends.
func openDemo(t *testing.T, port int) *world {
	t.Helper()
	w, err := newWorld(t.Context(), demoCommand{Port: port}, t.TempDir(), nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- w.run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the world did not stop cleanly: %v", err)
		}
		w.close()
	})
	return w
}

// startDemo starts the demo as a process of its own, which ends with the test.
func startDemo(t *testing.T, port string, stderr io.Writer) (*exec.Cmd, io.Reader) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	demo := exec.Command(self, "demo", "--port", port, "--pace", "1ms")
	demo.Env = append(os.Environ(), asProgram+"=1")
	demo.Stderr = stderr
	child.EndWithUs(demo)
	stdout, err := demo.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := demo.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = demo.Process.Kill() })
	return demo, stdout
}

// TestDemoEnds: whoever presses Ctrl+C, or asks otherwise, sees the demo end without a word.
func TestDemoEnds(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]os.Signal{"Interrupt": os.Interrupt, "Terminate": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var complaints strings.Builder
			demo, stdout := startDemo(t, "18280", &complaints)
			for lines := bufio.NewScanner(stdout); lines.Scan() && !strings.Contains(lines.Text(), "Stop with"); {
			}
			if err := demo.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- demo.Wait() }()
			if err := await(t, ended, "the end of the demo"); err != nil || complaints.Len() > 0 {
				t.Errorf("the demo ended with %v and said:\n%s", err, complaints.String())
			}
		})
	}
}

// TestDemoEnds_Early: it is no fault to stop the demo before it is ready.
func TestDemoEnds_Early(t *testing.T) {
	t.Parallel()
	stopped, stop := context.WithCancel(t.Context())
	stop()
	var complaints strings.Builder
	if err := run(stopped, []string{"demo", "--port", "18380"}, nil, io.Discard, &complaints); err != nil || complaints.Len() > 0 {
		t.Errorf("got %v, and it said:\n%s", err, complaints.String())
	}
}

// TestDemoReadsItsFileAgain: on SIGHUP, as serve does, instead of ending by it.
func TestDemoReadsItsFileAgain(t *testing.T) {
	t.Parallel()
	complaints, pipe := io.Pipe()
	demo, stdout := startDemo(t, "18480", pipe)
	t.Cleanup(func() { _ = demo.Wait() })
	t.Cleanup(func() { _ = demo.Process.Kill() })
	t.Cleanup(func() { _ = complaints.Close() })
	var file string
	for lines := bufio.NewScanner(stdout); lines.Scan() && !strings.Contains(lines.Text(), "Stop with"); {
		if _, path, found := strings.Cut(lines.Text(), "What the desk is for: "); found {
			file = path
		}
	}
	if err := os.WriteFile(file, []byte("roles: {"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := demo.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	told := bufio.NewScanner(complaints)
	for told.Scan() {
		if strings.Contains(told.Text(), filepath.Base(file)) {
			return
		}
	}
	t.Error("the demo ended without a word about its file")
}
