package main

import (
	"context"
	"countersign/internal/schema"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sync/errgroup"

	"countersign/internal/callbacks"
	"countersign/internal/condition"
	"countersign/internal/config"
	"countersign/internal/config/deskfile"
	"countersign/internal/keyring"
	"countersign/internal/standin"
	"countersign/views"
)

// portsToTry is how many ports are tried to find a free one.
const portsToTry = 50

// world is everything that the demo runs: a desk and the services around it.
type world struct {
	url          string // of the desk
	listener     net.Listener
	surroundings *standin.Surroundings
	desk         *program
}

func newWorld(
	ctx context.Context, c demoCommand, folder string, hangups <-chan os.Signal, log *slog.Logger,
) (_ *world, err error) {
	l, err := listenFrom(ctx, c.Port)
	if err != nil {
		return nil, err
	}
	w := &world{url: address(l), listener: l}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	w.surroundings, err = standin.Open(ctx, standin.Config{DeskURL: w.url, Pace: c.Pace, Log: log})
	if err != nil {
		return nil, err
	}
	if err := w.writeDesk(folder); err != nil {
		return nil, err
	}
	settings, err := config.Load(w.environment(folder), deskfile.ReadFile, condition.Compile, schema.NewCompiler())
	if err != nil {
		return nil, fmt.Errorf("the demo's configuration is invalid:\n%w", err)
	}
	w.desk, err = openDesk(ctx, settings, log, deskOptions{
		Demo: menu{w.surroundings.Starter}, Credentials: standin.Credentials, Hangups: hangups,
	})
	if err != nil {
		return nil, err
	}
	issuer := string(settings.OIDC.Issuer)
	if err := w.delegate(ctx, issuer, standin.Delegated); err != nil {
		return nil, err
	}
	return w, w.subscribe(ctx, issuer)
}

// listenFrom listens on a port of loopback, or on the next one that is free.
func listenFrom(ctx context.Context, port int) (l net.Listener, err error) {
	for p := port; p < port+portsToTry; p++ {
		if l, err = listen(ctx, net.JoinHostPort("127.0.0.1", strconv.Itoa(p))); err == nil {
			return l, nil
		}
	}
	return nil, fmt.Errorf("no free port from %d to %d: %w", port, port+portsToTry-1, err)
}

func address(l net.Listener) string {
	return (&url.URL{Scheme: "http", Host: l.Addr().String()}).String()
}

// environment returns the desk's configuration in the form that serve reads: the demo starts in the
// same way.
func (w *world) environment(folder string) map[string]string {
	settings := w.surroundings.Settings()
	maps.Copy(settings, map[string]string{
		"ADDR":         w.listener.Addr().String(),
		"BASE_URL":     w.url,
		"CONFIG_FILE":  deskPath(folder),
		"SECRETS_KEY":  newSecretsKey(),
		"DATABASE_URL": "sqlite://" + filepath.ToSlash(filepath.Join(folder, "countersign.db")),
	})
	return prefixed(settings)
}

// newSecretsKey is a key for what is typed as secrets, as long as the demo runs.
func newSecretsKey() string {
	key := make([]byte, keyring.KeyBytes)
	_, _ = rand.Read(key) // never fails
	return base64.StdEncoding.EncodeToString(key)
}

// deskPath is where the demo's countersign.yaml lies.
func deskPath(folder string) string { return filepath.Join(folder, "countersign.yaml") }

// writeDesk writes what the desk is for, its schema for editors, and its secrets, which are new in
// each run. A countersign.yaml that is there stays: somebody may have changed it.
func (w *world) writeDesk(folder string) error {
	files := map[string][]byte{filepath.Join(folder, "countersign.schema.json"): deskfile.Schema()}
	for path, secret := range w.surroundings.Secrets() {
		files[filepath.Join(folder, path)] = []byte(secret)
	}
	if _, err := os.Stat(deskPath(folder)); errors.Is(err, fs.ErrNotExist) {
		files[deskPath(folder)] = w.surroundings.Desk()
	}
	for path, text := range files {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return fmt.Errorf("folder for the configuration: %w", err)
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return fmt.Errorf("write the configuration: %w", err)
		}
	}
	return nil
}

// prefixed puts settings under the names of their variables.
func prefixed(settings map[string]string) map[string]string {
	environ := make(map[string]string, len(settings))
	for name, value := range settings {
		environ[config.Prefix+name] = value
	}
	return environ
}

// run serves everything until ctx ends or a part fails.
func (w *world) run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return w.surroundings.Run(ctx) })
	group.Go(func() error { return w.desk.run(ctx, w.listener) })
	return group.Wait()
}

func (w *world) close() {
	if w.surroundings != nil {
		w.surroundings.Close()
	}
	if w.desk != nil {
		w.desk.close()
	}
	_ = w.listener.Close() // it is already closed if it was served
}

// menu offers the callbacks that the starter can start on the pages of the demo.
type menu struct{ starter *standin.Starter }

// Samples implements [handlers.Demo].
func (m menu) Samples() []views.Sample {
	var all []views.Sample
	for _, s := range m.starter.Samples() {
		all = append(all, views.Sample(s))
	}
	return all
}

// Start implements [handlers.Demo].
func (m menu) Start(ctx context.Context, name string) error {
	err := m.starter.Start(ctx, name)
	if errors.Is(err, standin.ErrNoSample) {
		return fmt.Errorf("%w: %w", callbacks.ErrNotFound, err)
	}
	return err
}
