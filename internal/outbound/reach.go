package outbound

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
)

// Reach connects to an address, with TLS if it is one of https, and sends no request. If the
// environment names a proxy for the address, Reach connects to that and says so. An error is a
// [*Failure], as those of [Client.Do] are.
func (c *Client) Reach(ctx context.Context, address string) (proxied bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, exchangeTimeout)
	defer cancel()
	proxied, err = c.route.reach(ctx, address)
	if err != nil {
		return proxied, &Failure{Err: err}
	}
	return proxied, nil
}

func (r *route) reach(ctx context.Context, address string) (proxied bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, address, nil)
	if err != nil {
		return false, errAddress // the error would quote it
	}
	proxy, err := http.ProxyFromEnvironment(req)
	switch {
	case err != nil:
		return true, errProxy
	case proxy != nil:
		return true, connect(ctx, r.proxied, proxy)
	}
	return false, connect(ctx, r.direct, req.URL)
}

// connect makes a connection as a transport does, and closes it.
func connect(ctx context.Context, t *http.Transport, to *url.URL) error {
	ports := map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}
	conn, err := t.DialContext(ctx, "tcp", net.JoinHostPort(to.Hostname(), cmp.Or(to.Port(), ports[to.Scheme])))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if to.Scheme != "https" {
		return nil
	}
	settings := &tls.Config{MinVersion: tls.VersionTLS12}
	if t.TLSClientConfig != nil {
		settings = t.TLSClientConfig.Clone()
	}
	settings.ServerName = to.Hostname()
	return tls.Client(conn, settings).HandshakeContext(ctx)
}
