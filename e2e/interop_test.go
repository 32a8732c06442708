package e2e_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"countersign/internal/child"
)

// The tests whose names begin with TestInterop run the desk with programs that others wrote, most
// of which Debian packages. `make interop` installs those and runs these; `make test` leaves them
// out. The name of a subtest says which version it ran with.

// versions is how each program says its version.
var versions = map[string][]string{
	"nginx":      {"-v"},
	"caddy":      {"version"},
	"apache2":    {"-v"},
	"haproxy":    {"-v"},
	"prometheus": {"--version"},
	"aws":        {"--version"},
	"postconf":   {"-d", "mail_version"},
}

// installed finds a program and returns its path, and its name with its version.
func installed(t *testing.T, program string) (path, version string) {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		if path, err = exec.LookPath("/usr/sbin/" + program); err != nil {
			t.Fatalf("%s is missing: scripts/install-interop.sh installs it, or says how", program)
		}
	}
	out, err := exec.Command(path, versions[program]...).CombinedOutput() // nginx says it on stderr
	if err != nil {
		t.Fatalf("ask %s for its version: %v\n%s", program, err, out)
	}
	number := regexp.MustCompile(`\d+\.\d+(\.\d+)?`).Find(out)
	if number == nil {
		t.Fatalf("%s does not say its version: %s", program, out)
	}
	return path, program + " " + string(number)
}

// runBeside runs a program until the test ends, and waits until it listens at an address.
func runBeside(t *testing.T, path, address string, args ...string) {
	t.Helper()
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	child.EndWithUs(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan struct{})
	go func() { defer close(exited); _ = cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		kill := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
		defer kill.Stop()
		<-exited
		if t.Failed() {
			t.Logf("%s said:\n%s", path, said.String())
		}
	})
	deadline := time.After(patience)
	for knock := time.NewTicker(25 * time.Millisecond); ; {
		if c, err := net.Dial("tcp", address); err == nil {
			_ = c.Close()
			return
		}
		select {
		case <-knock.C:
		case <-exited:
			t.Fatalf("%s does not start", path)
		case <-deadline:
			t.Fatalf("%s does not listen at %s", path, address)
		}
	}
}

// fileOf makes a file of a text in which words are replaced.
func fileOf(t *testing.T, dir, name, text string, oldnew ...string) (path string) {
	t.Helper()
	path = filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(strings.NewReplacer(oldnew...).Replace(text)), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
