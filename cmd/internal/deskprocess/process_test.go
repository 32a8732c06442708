package deskprocess

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

// shell runs a script as a process.
func shell(t *testing.T, log string, stdout io.Writer, script string) *Process {
	t.Helper()
	p, err := Start(t.Context(), log, stdout, nil, "/bin/sh", "-c", script)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	return p
}

// stays is a script that goes on until it is asked to end, and notes that it was.
const stays = `trap 'echo asked to end >&2; exit 0' TERM; echo begun; while :; do sleep 0.05; done`

func TestEndings(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		end  func(*Process)
		asks bool
	}{
		"Stop": {(*Process).Stop, true},
		"Kill": {(*Process).Kill, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, in := io.Pipe()
			p := shell(t, filepath.Join(t.TempDir(), "log"), in, stays)
			if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
				t.Fatal(err)
			}
			tt.end(p)
			tt.end(p) // again: nothing happens
			if asked := strings.Contains(p.Died("").Error(), "asked to end"); asked != tt.asks {
				t.Errorf("the log says %v", p.Died(""))
			}
		})
	}
}

func TestLogGoesOn(t *testing.T) {
	t.Parallel()
	log := filepath.Join(t.TempDir(), "log")
	for _, word := range []string{"first", "second"} {
		<-shell(t, log, nil, "echo "+word+" >&2").Ended()
	}
	if _, err := Start(t.Context(), log, nil, nil, "/nowhere/program"); err == nil || !strings.Contains(err.Error(), "/nowhere/program") {
		t.Errorf("got %v", err)
	}
	if got := shell(t, log, nil, "exit").Died("it ended").Error(); got != "it ended:\nfirst\nsecond" {
		t.Errorf("the log is %q", got)
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked++; r.URL.Path != "/readyz" || asked < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(server.Close)
	alive := shell(t, filepath.Join(t.TempDir(), "log"), nil, stays)
	if err := alive.Ready(t.Context(), server.URL); err != nil || asked != 3 {
		t.Errorf("ready after %d questions, %v", asked, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := alive.Ready(ended, "http://127.0.0.1:1"); err == nil || !strings.Contains(err.Error(), "not ready") {
		t.Errorf("got %v", err)
	}
	dead := shell(t, filepath.Join(t.TempDir(), "log"), nil, "echo no such file >&2")
	if err := dead.Ready(t.Context(), "http://127.0.0.1:1"); err == nil || !strings.Contains(err.Error(), "ended:\nno such file") {
		t.Errorf("got %v", err)
	}
}

// TestFreeAddress runs alone: a process that another test starts has every listener of this one for
// a moment, until it becomes its program, and so keeps a port that was just given back.
func TestFreeAddress(t *testing.T) {
	address, err := FreeAddress(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
}

func TestSignInFails(t *testing.T) {
	t.Parallel()
	refuses := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(refuses.Close)
	if _, err := SignIn(t.Context(), refuses.URL, "mara", nil); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("got %v", err)
	}
}

func TestProviderNeedsPeople(t *testing.T) {
	t.Parallel()
	if _, _, err := StartProvider(t.Context(), "http://127.0.0.1:1", "desk", "secret", nil); err == nil || !strings.Contains(err.Error(), "users") {
		t.Errorf("got %v", err)
	}
}
