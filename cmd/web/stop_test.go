package main

import (
	"crypto/rand"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"countersign/internal/callbacks"
	"countersign/internal/child"
	"countersign/internal/config"
	"countersign/internal/sqlstore"
	"countersign/internal/sqlstore/sqlstoretest"
)

// asProgram makes the test binary be the program: its processes can be stopped and killed like
// those of an operator.
const asProgram = "COUNTERSIGN_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	goleak.VerifyTestMain(m)
}

// process is a desk in a process of its own.
type process struct {
	cmd *exec.Cmd
	log strings.Builder // to be read after it has ended
}

// startProcess starts `serve` and waits until it is ready.
func startProcess(t *testing.T, url string, settings map[string]string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(self, "serve")}
	p.cmd.Stderr = &p.log
	child.EndWithUs(p.cmd)
	p.cmd.Env = []string{asProgram + "=1", "AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local", "AWS_EC2_METADATA_DISABLED=true"}
	for name, value := range settings {
		p.cmd.Env = append(p.cmd.Env, config.Prefix+name+"="+value)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if p.cmd.ProcessState == nil {
			_ = p.cmd.Process.Kill()
			_ = p.cmd.Wait()
		}
		if t.Failed() {
			t.Logf("the desk's log:\n%s", p.log.String())
		}
	})
	awaitReadiness(t, url, http.StatusOK)
	return p
}

// ended receives how the process ended.
func (p *process) ended() <-chan error {
	ended := make(chan error, 1)
	go func() { ended <- p.cmd.Wait() }()
	return ended
}

// TestStopLimit: a stop ends before orchestrators kill, ten seconds after they asked, and leaves
// each of its parts the time that it may take.
func TestStopLimit(t *testing.T) {
	t.Parallel()
	const workers = 5 * time.Second // at most, for each
	if parts := lingerTime + requestsTimeout + workers; parts >= stopLimit || stopLimit >= 10*time.Second {
		t.Errorf("the parts of a stop take up to %v, and it is cut after %v; want less than each other and than 10s", parts, stopLimit)
	}
}

// awaitReadiness asks until readiness answers with a status.
func awaitReadiness(t *testing.T, url string, want int) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	limit := time.NewTimer(patience)
	defer limit.Stop()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		if response, err := client.Get(url + "/readyz"); err == nil {
			_ = response.Body.Close()
			if response.StatusCode == want {
				return
			}
		}
		select {
		case <-again.C:
		case <-limit.C:
			t.Fatalf("readiness is not %d after %v", want, patience)
		}
	}
}

// freeAddress finds an address for a process, whose own address has to be known before it starts.
// The ports are below those that the kernel gives to clients, so that nobody takes it meanwhile.
func freeAddress(t *testing.T) string {
	t.Helper()
	const lowest, ports = 20000, 12000
	for range 50 {
		n, err := rand.Int(rand.Reader, big.NewInt(ports))
		if err != nil {
			t.Fatal(err)
		}
		host := net.JoinHostPort("127.0.0.1", strconv.FormatInt(lowest+n.Int64(), 10))
		if l, err := net.Listen("tcp", host); err == nil {
			_ = l.Close()
			return host
		}
	}
	t.Fatal("50 ports and none is free")
	return ""
}

// TestStop asks a desk to stop while it delivers a decision and a page listens. The page's stream
// ends, what is under way is recorded, and the exit code says that all is well.
func TestStop(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answered bool // whether Lambda answers in time
		state    callbacks.State
		doubtful bool
	}{
		"Finishes": {true, callbacks.Completed, false},
		"Cut":      {false, callbacks.Decided, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, freeAddress(t))
			lambda := newGate(true)
			file := sqlstoretest.NewDatabase(t)
			p := startProcess(t, r.url, r.settings(file, r.lambda(lambda)))
			v := r.signIn(t, mara)
			id := r.announce(r.url, r.ask(0), callbacks.KeepAliveReview)
			events := v.stream(r.url)
			if status := v.decide(r.url, id, "approve"); status != http.StatusSeeOther {
				t.Fatalf("the decision is answered with %d", status)
			}
			await(t, lambda.arrived, "the call of Lambda")

			if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			awaitReadiness(t, r.url, http.StatusServiceUnavailable)
			if home := v.get(r.url + "/"); home.StatusCode != http.StatusOK {
				t.Errorf("a page is answered with %s although the load balancer may not know yet", home.Status)
			}
			if tt.answered {
				lambda.open()
			}
			awaitEnd(t, events, "the end of the stream")
			// it ends itself with an error after stopLimit
			if err := await(t, p.ended(), "the end of the desk"); err != nil {
				t.Errorf("the desk ended with %v", err)
			}
			if strings.Contains(p.log.String(), `"level":"ERROR"`) {
				t.Errorf("the desk logged errors:\n%s", p.log.String())
			}
			wantDelivery(t, file, id, tt.state, tt.doubtful)
		})
	}
}

// wantDelivery reads what a process left behind: a delivery that is done, or one that anybody may
// go on with soon.
func wantDelivery(t *testing.T, database string, id callbacks.ID, state callbacks.State, doubtful bool) {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	c, err := store.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	delivery, err := store.Delivery(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if c.State != state || delivery.Doubtful != doubtful || delivery.Attempts[0].EndedAt.IsZero() {
		t.Errorf("the callback is %s, its delivery %+v; want %s, doubtful %t, and no attempt left open", c.State, delivery, state, doubtful)
	}
	if state != callbacks.Decided {
		return
	}
	work, err := store.ClaimDeliveries(t.Context(), time.Now().Add(30*time.Second), callbacks.Lease{Owner: "next", Until: time.Now().Add(time.Hour)}, 10, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(work) != 1 {
		t.Error("the delivery cannot be claimed half a minute later")
	}
}
