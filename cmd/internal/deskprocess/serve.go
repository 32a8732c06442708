package deskprocess

import (
	"context"
	"net"
	"net/http"
	"time"

	"countersign/internal/standin/oidc"
)

// readHeaderTimeout bounds what our own servers wait for.
const readHeaderTimeout = 5 * time.Second

// Serve serves on a free port of loopback until the server is closed.
func Serve(ctx context.Context, h http.Handler) (url string, server *http.Server, err error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server = &http.Server{Handler: h, ReadHeaderTimeout: readHeaderTimeout}
	go func() { _ = server.Serve(listener) }() // ends with Close
	return "http://" + listener.Addr().String(), server, nil
}

// StartProvider serves an OpenID provider for the desk at a URL, whose people are users. Its
// address is its issuer. Close the server.
func StartProvider(ctx context.Context, desk, clientID, clientSecret string, users []oidc.User) (issuer string, server *http.Server, err error) {
	var provider http.Handler
	made := make(chan struct{})
	issuer, server, err = Serve(ctx, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-made // its address is known only after it listens
		provider.ServeHTTP(w, r)
	}))
	if err != nil {
		return "", nil, err
	}
	p, err := oidc.New(issuer, []oidc.Client{{
		ID: clientID, Secret: clientSecret, RedirectURIs: []string{desk + "/auth/callback"}, SignedOutURIs: []string{desk + "/signin"},
	}}, users, time.Now)
	if err != nil {
		_ = server.Close()
		return "", nil, err
	}
	provider = p.Handler()
	close(made)
	return issuer, server, nil
}
