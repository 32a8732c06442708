package standin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
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
