package e2e_test

import (
	"os/exec"
	"regexp"
	"testing"
)

// The tests whose names begin with TestInterop run the desk with programs that others wrote and Debian packages. `make interop`
// installs those and runs these; `make test` leaves them out. The name of a subtest says which version it ran with.

// versions is how each program says its version.
var versions = map[string][]string{
	"nginx":      {"-v"},
	"caddy":      {"version"},
	"apache2":    {"-v"},
	"haproxy":    {"-v"},
	"prometheus": {"--version"},
}

// installed finds a program that Debian packages, and returns its name with its version.
func installed(t *testing.T, program string) (path, version string) {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		if path, err = exec.LookPath("/usr/sbin/" + program); err != nil {
			t.Fatalf("%s is missing; scripts/install-interop.sh installs it", program)
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

// TestInteropVersions: each program is there.
func TestInteropVersions(t *testing.T) {
	t.Parallel()
	for program := range versions {
		_, version := installed(t, program)
		t.Run(version, func(*testing.T) {})
	}
}
