package e2e_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	accounts "os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"countersign/internal/callbacks"
	"countersign/internal/child"
	"countersign/internal/sqlstore"
)

// tooLong is when a test of databases gives up; tellLimit is how soon a desk says what it lacks.
const (
	tooLong   = time.Minute
	tellLimit = 10 * time.Second
)

// TestInteropFailover: with both hosts in the URL a desk goes on by itself once the standby is
// promoted.
func TestInteropFailover(t *testing.T) {
	t.Parallel()
	folder, bin := serverFolder(t), postgresBin(t)
	primary, standby := filepath.Join(folder, "primary"), filepath.Join(folder, "standby")
	first, second := freePort(t), freePort(t)
	once(t, folder, bin+"/initdb", "-D", primary, "-U", "app", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
	startCluster(t, folder, bin, primary, first)
	once(t, folder, bin+"/pg_basebackup", "-D", standby, "-R", "-U", "app", "-h", "127.0.0.1", "-p", strconv.Itoa(first), "-c", "fast", "--no-sync")
	startCluster(t, folder, bin, standby, second)

	alone := fmt.Sprintf("postgres://app@127.0.0.1:%d/postgres?sslmode=disable", second)
	both := fmt.Sprintf("postgres://app@127.0.0.1:%d,127.0.0.1:%d/postgres?sslmode=disable&target_session_attrs=read-write", first, second)
	w := newWorld(t, func(settings map[string]string) { settings["DATABASE_URL"], settings["SESSION_KEY"] = both, sessionKey })
	w.desk.errors = "database" // it may log that this is away
	store, err := sqlstore.Open(t.Context(), both)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	signedIn := func() error {
		return store.Record(t.Context(), callbacks.AuditEntry{Action: callbacks.ActionSignedIn, At: time.Unix(1, 0)})
	}
	if err := errors.Join(signedIn(), w.ready(t)); err != nil {
		t.Fatal(err)
	}
	var follower *sqlstore.Store
	eventually(t, "the standby has the tables", func() (err error) {
		if follower == nil {
			follower, err = sqlstore.Open(t.Context(), alone)
		}
		return err
	})
	defer follower.Close()
	if err := follower.Ping(t.Context()); err == nil || !strings.Contains(err.Error(), "standby") {
		t.Errorf("a standby is ready: %v", err)
	}
	caughtUp(t, first, second)

	once(t, folder, bin+"/pg_ctl", "-D", primary, "-m", "immediate", "stop")
	if err := store.Ping(t.Context()); !errors.Is(err, callbacks.ErrUnavailable) {
		t.Errorf("without a primary the store says %v", err)
	}
	if err := w.ready(t); err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("without a primary the desk says %v", err)
	}
	once(t, folder, bin+"/pg_ctl", "-D", standby, "-w", "promote")
	promoted := time.Now()
	eventually(t, "the desk is ready", func() error { return w.ready(t) })
	t.Logf("the desk was ready %v after the promotion", time.Since(promoted))
	eventually(t, "the store takes writes", signedIn)
	eventually(t, "the desk of the former standby takes writes", func() error { return follower.Ping(t.Context()) })
}

// ready asks the desk whether requests should be sent to it.
func (w *world) ready(t *testing.T) error {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/readyz", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(io.LimitReader(response.Body, 1000))
		return fmt.Errorf("%s: %s", response.Status, said)
	}
	return nil
}

// caughtUp waits until a standby has all that its primary has written.
func caughtUp(t *testing.T, primary, standby int) {
	t.Helper()
	ask := func(port int, text string) (at string, err error) {
		conn, err := pgx.Connect(t.Context(), fmt.Sprintf("postgres://app@127.0.0.1:%d/postgres?sslmode=disable", port))
		if err != nil {
			return "", err
		}
		defer conn.Close(t.Context())
		return at, conn.QueryRow(t.Context(), text).Scan(&at)
	}
	written, err := ask(primary, "select count(*)::text from audit")
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the standby has it all", func() error {
		if has, err := ask(standby, "select count(*)::text from audit"); err != nil || has != written {
			return fmt.Errorf("it has %s of %s: %w", has, written, err)
		}
		return nil
	})
}

// startCluster runs PostgreSQL on a folder of data until the test ends, and returns once it takes
// connections.
func startCluster(t *testing.T, folder, bin, data string, port int) {
	t.Helper()
	asServer(t, folder, bin+"/postgres", "-D", data, "-p", strconv.Itoa(port), "-k", folder,
		"-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=100")
	eventually(t, "PostgreSQL", func() error {
		return serverCommand(t.Context(), folder, bin+"/pg_isready", "-q", "-h", folder, "-p", strconv.Itoa(port)).Run()
	})
}

// serverFolder is a folder of the user that runs database servers.
func serverFolder(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "interop-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	if as := serverUser(); as != nil {
		if err := os.Chown(folder, int(as.Uid), int(as.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// serverUser is who runs database servers where we are root, whom they refuse; else nil.
func serverUser() *syscall.Credential {
	if os.Getuid() != 0 {
		return nil
	}
	found, err := accounts.Lookup("postgres")
	if err != nil {
		return nil
	}
	uid, _ := strconv.ParseUint(found.Uid, 10, 32)
	gid, _ := strconv.ParseUint(found.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

func serverCommand(ctx context.Context, folder, program string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, program, args...)
	command.Dir, command.SysProcAttr = folder, &syscall.SysProcAttr{Credential: serverUser()}
	return command
}

// once runs a command to its end. Its output goes to a file, because a server that it starts would
// keep a pipe open.
func once(t *testing.T, folder, program string, args ...string) {
	t.Helper()
	log, err := os.CreateTemp(t.TempDir(), "log")
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	command := serverCommand(t.Context(), folder, program, args...)
	command.Stdout, command.Stderr = log, log
	if err := command.Run(); err != nil {
		said, _ := os.ReadFile(log.Name())
		t.Fatalf("%s: %v\n%s", filepath.Base(program), err, said)
	}
}

// asServer runs a server until the test ends, and then tells it to end at once.
func asServer(t *testing.T, folder, program string, args ...string) {
	t.Helper()
	var log bytes.Buffer
	command := serverCommand(context.Background(), folder, program, args...)
	command.Stderr = &log
	child.EndWithUs(command)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGQUIT) // fails where the test has ended it
		_ = command.Wait()                          // the log tells more
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(program), log.String())
		}
	})
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil { //nolint:gosec // the server's user reads it
		t.Fatal(err)
	}
}

func statement(t *testing.T, at, text string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, at)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func postgresBin(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "../scripts/postgres-bin.sh").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// eventually asks until there is no error; what it waits for is another program's, which sends no
// signal.
func eventually(t *testing.T, what string, ask func() error) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for limit := time.Now().Add(tooLong); ; <-tick.C {
		err := ask()
		if err == nil {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("%s: %v", what, err)
		}
	}
}
