package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"countersign/internal/metrics"
	"countersign/internal/sqlstore"
)

// Times of the HTTP server. Streams remove the write timeout and set their own.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = time.Minute
	// idleTimeout is longer than proxies keep an idle connection (Caddy two minutes, an ALB one).
	// If the desk closed it first, a request that is sent at that moment would be lost.
	idleTimeout = 3 * time.Minute
	// maxHeader bounds the request line and the headers of a request, in bytes. The longest that is
	// expected has an address with a search of a thousand characters, and the cookies of other
	// programs on the same domain.
	maxHeader = 32 << 10
	// lingerTime is how long serve keeps serving after readiness reports no. Together with
	// requestsTimeout and the five seconds that workers take at most, a stop ends within the ten
	// seconds that orchestrators wait.
	lingerTime = 2 * time.Second
	// requestsTimeout is how long a stop waits for requests that have begun.
	requestsTimeout = 2 * time.Second
	// stopLimit ends a stop that hangs all the same, for instance if a database no longer answers
	// on its connections.
	stopLimit = 9500 * time.Millisecond
	// sessionSweep is the time between two rounds that delete expired sessions, sessionBatch how
	// many are deleted at once.
	sessionSweep = 10 * time.Minute
	sessionBatch = 1000
)

// listen opens a TCP listener.
func listen(ctx context.Context, address string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	switch {
	case err == nil:
		return l, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("another program listens on %s already: stop it, or choose another port: %w", address, err)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("this user may not listen on %s: ports below 1024 need the right to (CAP_NET_BIND_SERVICE): %w", address, err)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, fmt.Errorf("this machine has no address %s to listen on: %w", address, err)
	}
	return nil, fmt.Errorf("listen on %s: %w", address, err)
}

// run serves until ctx ends or a part fails. The workers stop last, so that decisions made while
// requests end are delivered too.
func (d *program) run(ctx context.Context, l net.Listener) error {
	server := newServer(d.site, d.log)
	group, ctx := errgroup.WithContext(ctx)
	working, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	for _, w := range d.workers {
		group.Go(func() error { w.Run(working); return nil })
	}
	group.Go(func() error {
		d.invalidations.Run(working, sqlstore.Deliver{
			Changed: d.hub.Changed, SessionEnded: d.hub.EndSession, RightsChanged: d.rightsChangedElsewhere, Missed: d.hub.Missed,
		})
		return nil
	})
	group.Go(func() error { d.discover(working); return nil })
	group.Go(func() error { d.follower.Run(ctx); return nil })
	group.Go(func() error { return d.forgetSessions(working) })
	group.Go(func() error { d.meetProvider(ctx); return nil })
	group.Go(func() error { return d.serveMetrics(working) })
	group.Go(func() error {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	})
	group.Go(func() error {
		defer stopWork()
		<-ctx.Done()
		d.drain(context.WithoutCancel(ctx), server)
		return nil
	})
	ended, overdue := make(chan error, 1), make(chan struct{})
	go func() { ended <- group.Wait() }()
	context.AfterFunc(ctx, func() { time.AfterFunc(stopLimit, func() { close(overdue) }) })
	select {
	case err := <-ended:
		return err
	case <-overdue:
		return errors.New("stopping took too long; unfinished work is settled at the next start")
	}
}

// serveMetrics answers scrapers until ctx ends, if the operator set an address for them. They can
// still read during a stop.
func (d *program) serveMetrics(ctx context.Context) error {
	if d.scrapes == nil {
		return nil
	}
	server := newServer(metrics.Handler(d.registry), d.log)
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.Serve(d.scrapes); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve metrics: %w", err)
	}
	return nil
}

// newServer makes a server that bounds how much a client may send, and how slowly.
func newServer(site http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: site, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		// net/http reads this much more than MaxHeaderBytes.
		MaxHeaderBytes: maxHeader - 4<<10,
		// broken handshakes and the like
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// drain ends the requests. Readiness reports no; after a while streams are cut, which browsers open
// again elsewhere, and requests that have begun are finished.
func (d *program) drain(ctx context.Context, server *http.Server) {
	d.log.InfoContext(ctx, "stopping")
	d.stopping.Store(true)
	if d.linger > 0 {
		<-time.After(d.linger)
	}
	d.hub.Close()
	ctx, cancel := context.WithTimeout(ctx, requestsTimeout)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		d.log.WarnContext(ctx, "requests took too long and were cut off", "error", err)
		_ = server.Close()
	}
}

// meetProvider checks whether people can sign in with the OpenID provider, so that the log says at
// the start what would keep everybody out. Pages check it again.
func (d *program) meetProvider(ctx context.Context) {
	asked := make(chan error, 1)
	go func() { asked <- d.auth.Available(ctx) }()
	select {
	case err := <-asked:
		if err != nil {
			d.log.WarnContext(ctx, "nobody can sign in until this is fixed", "error", err)
		}
	case <-ctx.Done(): // a stop does not wait for a provider that hangs
	}
}

// forgetSessions deletes expired sessions from time to time.
func (d *program) forgetSessions(ctx context.Context) error {
	ticker := time.NewTicker(sessionSweep)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			if err := d.store.ForgetSessions(ctx, d.now(), sessionBatch); err != nil {
				d.log.WarnContext(ctx, "expired sessions were not deleted; the next round tries again", "error", err)
			}
		}
	}
}
