package standin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const readHeaderTimeout = 5 * time.Second

// Serve serves a stand-in until ctx ends, then stops at once: a stand-in has nothing to lose.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: readHeaderTimeout}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// listen takes a free port on loopback.
func listen(ctx context.Context) (net.Listener, error) {
	const anyPort = "127.0.0.1:0"
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", anyPort)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", anyPort, err)
	}
	return l, nil
}

// portsToTry is how many ports are tried to find a free one.
const portsToTry = 50

// listenAfter takes the first free port of loopback after that of an address, so that a demo whose
// configuration is kept finds the same port again.
func listenAfter(ctx context.Context, after string) (l net.Listener, err error) {
	at, err := url.Parse(after)
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(at.Port())
	if err != nil {
		return listen(ctx)
	}
	for p := port + 1; p <= port+portsToTry; p++ {
		if l, err = new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(p))); err == nil {
			return l, nil
		}
	}
	return nil, fmt.Errorf("no free port after %d: %w", port, err)
}
