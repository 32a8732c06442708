// Package restate runs a Restate server as a peer that the desk is compared with: durable executions
// that wait for an approval from outside. It needs the program restate-server in PATH (npm has it as
// @restatedev/restate-server), and modules of Restate's SDK for Go.
package restate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"countersign/cmd/internal/deskprocess"
)

const (
	// startTimeout is how long the server may take to start; startPoll how often it is asked.
	startTimeout = time.Minute
	startPoll    = 100 * time.Millisecond
)

// Server is a Restate server, and the service of which it runs executions.
type Server struct {
	*approvals
	address         string // of the ingress, host:port
	server, service *deskprocess.Process
	begun           int // rounds of executions
}

// Start builds the service, and starts it and a server whose data is in a folder. The caller must
// call Stop.
func Start(ctx context.Context, folder string) (_ *Server, err error) {
	program, err := exec.LookPath("restate-server")
	if err != nil {
		return nil, errors.New("restate-server is not in PATH")
	}
	service := filepath.Join(folder, "approval")
	if err := build(ctx, service); err != nil {
		return nil, err
	}
	addresses := make([]string, 4)
	for i := range addresses {
		if addresses[i], err = deskprocess.FreeAddress(ctx); err != nil {
			return nil, err
		}
	}
	s := &Server{approvals: newApprovals(), address: addresses[0]}
	defer func() {
		if err != nil {
			s.Stop()
		}
	}()
	if s.service, err = s.serve(ctx, folder, service, addresses[3]); err != nil {
		return nil, err
	}
	s.server, err = deskprocess.Start(ctx, filepath.Join(folder, "server.log"), nil, append(os.Environ(),
		"RESTATE_INGRESS__BIND_ADDRESS="+addresses[0], "RESTATE_ADMIN__BIND_ADDRESS="+addresses[1], "RESTATE_BIND_ADDRESS="+addresses[2],
		"RESTATE_LISTEN_MODE=tcp", "RESTATE_DISABLE_TELEMETRY=true",
		// what waits is not part of the measurement: most of it is suspended, as in the desk
		"RESTATE_WORKER__INVOKER__INACTIVITY_TIMEOUT=1s", "RESTATE_WORKER__INVOKER__CONCURRENT_INVOCATIONS_LIMIT=10000",
	), program, "--base-dir", filepath.Join(folder, "data"))
	if err != nil {
		return nil, err
	}
	return s, s.register(ctx, "http://"+addresses[1]+"/deployments", "http://"+addresses[3])
}

// build compiles the service, which is a module of its own.
func build(ctx context.Context, to string) error {
	root, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "countersign").Output()
	if err != nil {
		return fmt.Errorf("find the sources of the service: %w", err)
	}
	module := filepath.Join(strings.TrimSpace(string(root)), "cmd", "bench", "restate", "approval")
	if out, err := exec.CommandContext(ctx, "go", "build", "-C", module, "-o", to, ".").CombinedOutput(); err != nil {
		return fmt.Errorf("build the service: %w: %s", err, bytes.TrimSpace(out))
	}
	return nil
}

// serve starts the service, and reads what it prints until it ends.
func (s *Server) serve(ctx context.Context, folder, program, address string) (*deskprocess.Process, error) {
	out, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	p, err := deskprocess.Start(ctx, filepath.Join(folder, "service.log"), in, os.Environ(), program, address)
	_ = in.Close() // the child's copy stays open until the child ends, and then reading ends
	if err != nil {
		_ = out.Close()
		return nil, err
	}
	go s.read(out)
	return p, nil
}

// register tells the server of the service, as soon as the server answers.
func (s *Server) register(ctx context.Context, admin, service string) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	tick := time.NewTicker(startPoll)
	defer tick.Stop()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, admin, strings.NewReader(`{"uri":"`+service+`"}`))
		if err != nil {
			return err
		}
		request.Header.Set("Content-Type", "application/json")
		if response, err := client.Do(request); err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusCreated {
				return nil
			}
		}
		select {
		case <-tick.C:
		case <-s.server.Ended():
			return s.server.Died("restate-server ended")
		case <-s.service.Ended():
			return s.service.Died("the service ended")
		case <-ctx.Done():
			return errors.Join(s.server.Died("restate-server does not take the service"), ctx.Err())
		}
	}
}

// Stop ends both processes.
func (s *Server) Stop() {
	for _, p := range []*deskprocess.Process{s.server, s.service} {
		if p != nil {
			p.Stop()
		}
	}
}
