// Package postgres runs throw-away PostgreSQL servers for commands that measure or torment the desk.
package postgres

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"countersign/cmd/internal/deskprocess"
)

// Server is a throw-away server on loopback. It may be restarted. Unlike that of scripts/with-postgres.sh it does not answer a
// commit before the log is written: what a crash of its processes may take, and what a commit costs, is what is asked for.
type Server struct {
	URL string // of a database in it, whose user may create others

	bin, data, log string
	options        string

	restarting sync.Mutex
}

// Start makes a server in a new folder. Stop it. Settings are of the form name=value.
func Start(ctx context.Context, folder string, settings ...string) (*Server, error) {
	bin, err := programs(ctx)
	if err != nil {
		return nil, fmt.Errorf("find PostgreSQL, from inside the project: %w", err)
	}
	address, err := deskprocess.FreeAddress(ctx)
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		return nil, err
	}
	s := &Server{
		URL: "postgres://app@" + address + "/postgres?sslmode=disable",
		bin: bin, data: filepath.Join(folder, "data"), log: filepath.Join(folder, "log"),
		options: fmt.Sprintf("-p %s -k %s -c listen_addresses=127.0.0.1 -c max_connections=200", port, folder),
	}
	for _, setting := range settings {
		s.options += " -c " + setting
	}
	if os.Geteuid() == 0 { // the server refuses to run as root
		if out, err := exec.CommandContext(ctx, "chown", "postgres:", folder).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("give the folder to the server: %w: %s", err, out)
		}
		if err := os.Chmod(filepath.Dir(folder), 0o711); err != nil { // a way in, without a view
			return nil, err
		}
	}
	if err := s.do(ctx, "initdb", "-D", s.data, "-U", "app", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"); err != nil {
		return nil, err
	}
	return s, s.do(ctx, "pg_ctl", "-D", s.data, "-l", s.log, "-w", "-o", s.options, "start")
}

// Database makes an empty database and returns its URL.
func (s *Server) Database(ctx context.Context, name string) (string, error) {
	if err := s.do(ctx, "createdb", "--maintenance-db", s.URL, name); err != nil {
		return "", err
	}
	return strings.Replace(s.URL, "/postgres?", "/"+name+"?", 1), nil
}

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

// Restart ends every process of the server at once, as a crash would, and starts it again.
func (s *Server) Restart(ctx context.Context) error {
	s.restarting.Lock()
	defer s.restarting.Unlock()
	return s.do(ctx, "pg_ctl", "-D", s.data, "-l", s.log, "-w", "-m", "immediate", "-o", s.options, "restart")
}

// Stop ends the server at once.
func (s *Server) Stop() {
	_ = s.do(context.Background(), "pg_ctl", "-D", s.data, "-m", "immediate", "stop") // fails where it does not run
}

// do runs one of PostgreSQL's programs. Its output goes nowhere: the server would inherit a pipe and keep it open.
func (s *Server) do(ctx context.Context, program string, args ...string) error {
	args = append([]string{filepath.Join(s.bin, program)}, args...)
	if os.Geteuid() == 0 {
		args = append([]string{"setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"}, args...)
	}
	command := exec.CommandContext(ctx, args[0], args[1:]...)
	command.Dir = filepath.Dir(s.data)
	if err := command.Run(); err != nil {
		return fmt.Errorf("%s %s (%s tells more): %w", program, args[len(args)-1], s.log, err)
	}
	return nil
}
