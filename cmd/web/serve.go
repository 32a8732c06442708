package main

import (
	"context"
	"countersign/internal/schema"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"countersign/internal/condition"
	"countersign/internal/config"
	"countersign/internal/config/deskfile"
)

// serveCommand runs the desk. It has no flags; variables configure it.
type serveCommand struct{}

// usage lists the settings.
func (serveCommand) usage(w io.Writer) error { return config.Usage(w) }

// Run serves until ctx ends.
func (serveCommand) Run(ctx context.Context, e environment) error {
	hangups, stop := receiveHangups()
	defer stop()
	settings, err := loadSettings(e.variables)
	if err != nil {
		return err
	}
	log := newLogger(settings.Log, e.stderr)
	log.InfoContext(ctx, "starting", "version", version, "settings", settings)
	for _, name := range settings.Unknown(e.variables) {
		log.WarnContext(ctx, "an unknown setting is ignored; serve -h lists the settings", "name", name)
	}
	d, err := openDesk(ctx, settings, log, deskOptions{Linger: lingerTime, Hangups: hangups})
	if err != nil {
		return err
	}
	defer d.close()
	listener, err := listen(ctx, string(settings.Addr))
	if err != nil {
		return fmt.Errorf("%sADDR: %w", config.Prefix, err)
	}
	if settings.MetricsAddr != "" {
		if d.scrapes, err = listen(ctx, string(settings.MetricsAddr)); err != nil {
			_ = listener.Close()
			return fmt.Errorf("%sMETRICS_ADDR: %w", config.Prefix, err)
		}
		log.InfoContext(ctx, "metrics are ready", "address", d.scrapes.Addr().String())
	}
	log.InfoContext(ctx, "ready", "address", listener.Addr().String(), "url", string(settings.BaseURL))
	return d.run(ctx, listener)
}

// receiveHangups returns the SIGHUPs that the process receives until stop is called: each makes the
// desk read countersign.yaml again.
func receiveHangups() (hangups <-chan os.Signal, stop func()) {
	received := make(chan os.Signal, 1)
	signal.Notify(received, syscall.SIGHUP)
	return received, func() { signal.Stop(received) }
}

func loadSettings(environ map[string]string) (config.Config, error) {
	settings, err := config.Load(environ, deskfile.ReadFile, condition.Compile, schema.NewCompiler())
	if err != nil {
		return config.Config{}, fmt.Errorf("the configuration is incomplete or invalid:\n%w", err)
	}
	return settings, nil
}
