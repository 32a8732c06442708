package postgres

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
)

// TestServer: it keeps what was committed over a restart that is a crash, has its settings, and is
// gone after the stop.
func TestServer(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return // -short is for machines without PostgreSQL
	}
	// that of the test has a parent which nobody else may enter
	folder, err := os.MkdirTemp("", "countersign-postgres-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	s, err := Start(t.Context(), filepath.Join(folder, "server"), "fsync=off", "work_mem=3MB")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	ask := func(text string) (reply string, err error) {
		db, err := sql.Open("pgx", s.URL)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		err = db.QueryRowContext(t.Context(), text).Scan(&reply)
		return reply, err
	}
	if got, err := ask("show work_mem"); err != nil || got != "3MB" {
		t.Errorf("work_mem is %s, %v", got, err)
	}
	if _, err := ask("create table kept as select 'here' as word"); !errors.Is(err, sql.ErrNoRows) {
		t.Fatal(err)
	}
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := ask("select word from kept"); err != nil || got != "here" {
		t.Errorf("after the restart: %s, %v", got, err)
	}
	s.Stop()
	if _, err := ask("select 'still here'"); err == nil {
		t.Error("it answers after the stop")
	}
}

// parentsFolder makes the test binary run a server in a folder until it is killed.
const parentsFolder = "COUNTERSIGN_TEST_POSTGRES_FOLDER"

func TestMain(m *testing.M) {
	folder := os.Getenv(parentsFolder)
	if folder == "" {
		os.Exit(m.Run())
	}
	s, err := Start(context.Background(), filepath.Join(folder, "server"), "fsync=off")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(s.URL)
	_, _ = io.Copy(io.Discard, os.Stdin) // which nobody closes
}

// TestServerEndsWithItsParent kills the process that started a server: nobody stops the server
// then.
func TestServerEndsWithItsParent(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return // -short is for machines without PostgreSQL
	}
	folder, err := os.MkdirTemp("", "countersign-postgres-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	parent := exec.CommandContext(t.Context(), os.Args[0])
	parent.Env = append(os.Environ(), parentsFolder+"="+folder)
	if _, err := parent.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(url, "postgres://") {
		t.Fatalf("the parent says %q, %v", url, err)
	}
	db, err := sql.Open("pgx", strings.TrimSpace(url))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := db.PingContext(ctx); err != nil {
		t.Fatal(err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // says "killed"
	if _, err := db.ExecContext(ctx, "select pg_sleep(3600)"); err == nil || ctx.Err() != nil {
		t.Errorf("the server lives on: %v", err)
	}
}
