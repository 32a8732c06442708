package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"countersign/internal/callbacks"
	"countersign/internal/doctor"
	"countersign/internal/sqlstore"
)

// pgBouncer is the pooler that Debian packages, and its version.
func pgBouncer(t *testing.T) (program, version string) {
	t.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		program = "/usr/sbin/pgbouncer" // which is not in everybody's PATH
	}
	out, err := exec.CommandContext(t.Context(), program, "-V").Output()
	if err != nil {
		t.Fatalf("PgBouncer is missing; install the package pgbouncer: %v", err)
	}
	version, _, _ = strings.Cut(string(out), "\n")
	return program, version
}

// pooled runs PgBouncer before the tests' PostgreSQL and returns the URL of a database behind it.
// Its tables are there, so that how long a start takes is a matter of its connections.
func pooled(t *testing.T, mode string, size int) (at string) {
	t.Helper()
	program, _ := pgBouncer(t)
	direct, err := url.Parse(os.Getenv("TEST_POSTGRES_URL"))
	if err != nil || direct.Host == "" {
		t.Fatalf("TEST_POSTGRES_URL names no server: %v", err)
	}
	name := fmt.Sprintf("interop_%s_%d_%d", mode, size, os.Getpid())
	statement(t, direct.String(), "create database "+name)
	t.Cleanup(func() { statement(t, direct.String(), "drop database "+name+" with (force)") })
	empty := *direct
	empty.Path = "/" + name
	store, err := sqlstore.Open(t.Context(), empty.String())
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	folder, port := serverFolder(t), freePort(t)
	config := fmt.Sprintf("[databases]\n* = host=127.0.0.1 port=%s\n[pgbouncer]\nlisten_addr=127.0.0.1\nlisten_port=%d\nauth_type=trust\n"+
		"auth_file=%s/users.txt\nunix_socket_dir=\npool_mode=%s\ndefault_pool_size=%d\n", direct.Port(), port, folder, mode, size)
	write(t, filepath.Join(folder, "users.txt"), fmt.Sprintf("%q \"\"\n", direct.User.Username()))
	write(t, filepath.Join(folder, "pgbouncer.ini"), config)
	asServer(t, folder, program, filepath.Join(folder, "pgbouncer.ini"))
	pooled := *direct
	pooled.Host, pooled.Path = fmt.Sprintf("127.0.0.1:%d", port), "/"+name
	eventually(t, "PgBouncer", func() error {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", pooled.Host)
		if err == nil {
			_ = conn.Close()
		}
		return err
	})
	return pooled.String()
}

// TestInteropPgBouncer: a pooler that shares sessions is refused by name, also where it has one
// connection for all; by session a desk works, and is told when the pool is too small for it.
func TestInteropPgBouncer(t *testing.T) {
	t.Parallel()
	_, version := pgBouncer(t)
	for _, tt := range []struct {
		mode          string
		size          int
		refused, said string
	}{
		{"transaction", 1, "pool_mode=session", ""},
		{"transaction", 20, "pool_mode=session", ""},
		{"transaction", 50, "pool_mode=session", ""},
		{"statement", 20, "pool_mode=session", ""},
		{"session", 21, "", ""},
		{"session", 20, "", "gave 20 of the 21 connections"},
	} {
		t.Run(fmt.Sprintf("%s/%s/%d", version, tt.mode, tt.size), func(t *testing.T) {
			at, began, said := pooled(t, tt.mode, tt.size), time.Now(), ""
			store, err := sqlstore.Open(t.Context(), at, sqlstore.WithCaution(func(caution string) { said += caution }))
			if tt.refused != "" {
				if err == nil || !strings.Contains(err.Error(), tt.refused) {
					t.Errorf("it starts: %v", err)
				}
				d, err := sqlstore.Examine(t.Context(), at, time.Now)
				if found := fmt.Sprint(doctor.DatabaseSections(d, err)); !strings.Contains(found, tt.refused) {
					t.Errorf("doctor finds %s", found)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			if took := time.Since(began); took > tellLimit {
				t.Errorf("the start took %v", took)
			}
			if !strings.Contains(said, tt.said) || tt.said == "" && said != "" {
				t.Errorf("it says %q", said)
			}
			t.Logf("the start took %v", time.Since(began))
			if err := store.Ping(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestInteropPoolTaken: a replica for which the pool has nothing left says so in time, and which
// limit it is.
func TestInteropPoolTaken(t *testing.T) {
	t.Parallel()
	at := pooled(t, "session", 3)
	for range 3 {
		conn, err := pgx.Connect(t.Context(), at)
		if err == nil {
			_, err = conn.Exec(t.Context(), "select 1")
		}
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(context.WithoutCancel(t.Context()))
	}
	began := time.Now()
	store, err := sqlstore.Open(t.Context(), at)
	if err == nil {
		_ = store.Close()
	}
	if !errors.Is(err, callbacks.ErrUnavailable) || !strings.Contains(err.Error(), "pool_size") || !strings.Contains(err.Error(), "21") {
		t.Errorf("got %v", err)
	}
	took := time.Since(began)
	if took > tellLimit {
		t.Errorf("it took %v", took)
	}
	t.Logf("it took %v", took)
}
