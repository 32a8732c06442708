// Package postgres runs throw-away PostgreSQL servers for commands that measure or torment the
// desk.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"countersign/cmd/internal/deskprocess"
	"countersign/internal/child"
)

// Server is a throw-away server on loopback. It may be restarted, and ends with this process at the
// latest. Unlike that of scripts/with-postgres.sh it does not answer a commit before the log is
// written: what a crash of its processes may take, and what a commit costs, is what is asked for.
type Server struct {
	URL string // of a database in it, whose user may create others

	bin, folder string
	port        string
	settings    []string
	user        *syscall.Credential

	mu      sync.Mutex // guards what follows
	process *os.Process
	ended   chan struct{} // closed once the process has ended
}

// Start makes a server in a new folder. Stop it. Settings are of the form name=value.
func Start(ctx context.Context, folder string, settings ...string) (*Server, error) {
	bin, err := programs(ctx)
	if err != nil {
		return nil, fmt.Errorf("find PostgreSQL, from inside the project: %w", err)
	}
	user, err := serverUser()
	if err != nil {
		return nil, err
	}
	address, err := deskprocess.FreeAddress(ctx)
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if err := makeFolder(folder, user); err != nil {
		return nil, err
	}
	s := &Server{
		URL: "postgres://app@" + address + "/postgres?sslmode=disable",
		bin: bin, folder: folder, port: port, settings: settings, user: user,
	}
	err = s.do(ctx, "initdb", "-D", s.data(), "-U", "app", "-A", "trust", "-E", "UTF8",
		"--no-locale", "--no-sync")
	if err != nil {
		return nil, err
	}
	return s, s.start(ctx)
}

// Database makes an empty database and returns its URL.
func (s *Server) Database(ctx context.Context, name string) (string, error) {
	if err := s.do(ctx, "createdb", "--maintenance-db", s.URL, name); err != nil {
		return "", err
	}
	return strings.Replace(s.URL, "/postgres?", "/"+name+"?", 1), nil
}

// Restart ends every process of the server at once, as a crash would, and starts it again.
func (s *Server) Restart(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end()
	return s.start(ctx)
}

// Stop ends the server at once. It may be called again.
func (s *Server) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end()
}

// start runs the server, whose output is appended to its log, and returns once it takes
// connections.
func (s *Server) start(ctx context.Context) error {
	log, err := os.OpenFile(s.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // the server has its own
	args := []string{
		"-D", s.data(), "-p", s.port, "-k", s.folder,
		"-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200",
	}
	for _, setting := range s.settings {
		args = append(args, "-c", setting)
	}
	server := s.command(context.WithoutCancel(ctx), "postgres", args...) // only Stop ends it
	server.Stdout, server.Stderr = log, log
	child.EndWithUs(server)
	if err := server.Start(); err != nil {
		return err
	}
	s.process, s.ended = server.Process, make(chan struct{})
	go func(ended chan struct{}) {
		_ = server.Wait() // the log tells more
		close(ended)
	}(s.ended)
	if err := s.ready(ctx); err != nil {
		s.end()
		return fmt.Errorf("start PostgreSQL (%s tells more): %w", s.log(), err)
	}
	return nil
}

// readyInterval is how often a server that starts is asked whether it takes connections.
const readyInterval = 50 * time.Millisecond

// ready waits until the server takes connections. It is asked by the socket that is its own:
// another server may have the port.
func (s *Server) ready(ctx context.Context) error {
	ticker := time.NewTicker(readyInterval)
	defer ticker.Stop()
	for s.do(ctx, "pg_isready", "-q", "-h", s.folder, "-p", s.port, "-U", "app") != nil {
		select {
		case <-ticker.C:
		case <-s.ended:
			return errors.New("it has ended")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// end shuts the server down as "immediate" does: nothing is finished, nothing is flushed.
func (s *Server) end() {
	if s.process == nil {
		return
	}
	_ = s.process.Signal(syscall.SIGQUIT) // fails where it has ended already
	<-s.ended
	s.process = nil
}

// do runs one of PostgreSQL's programs to its end.
func (s *Server) do(ctx context.Context, program string, args ...string) error {
	if out, err := s.command(ctx, program, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", program, err, out)
	}
	return nil
}

func (s *Server) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, filepath.Join(s.bin, program), args...)
	command.Dir, command.SysProcAttr = s.folder, &syscall.SysProcAttr{Credential: s.user}
	return command
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

func (s *Server) log() string { return filepath.Join(s.folder, "log") }

// programs is the folder of PostgreSQL's server programs.
func programs(ctx context.Context) (string, error) {
	module, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", err
	}
	top := filepath.Dir(strings.TrimSpace(string(module)))
	bin, err := exec.CommandContext(ctx, filepath.Join(top, "scripts", "postgres-bin.sh")).Output()
	return strings.TrimSpace(string(bin)), err
}
