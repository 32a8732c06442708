package outbound

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

// Bounds of an exchange.
const (
	// connectTimeout is how long making a connection may take, so that a host that drops packets
	// does not use up the time of an exchange.
	connectTimeout = 5 * time.Second
	// exchangeTimeout is how long an exchange may take, with its connection and its answer.
	exchangeTimeout = 15 * time.Second
	// maxAnswer is how much is read of an answer, in bytes. The longest one that is of use is a page
	// of a chat's history.
	maxAnswer = 256 << 10
	// maxHeaders is the size of an answer's headers in bytes.
	maxHeaders = 32 << 10
)

// ErrClosed means that an address is in a network that requests may not go to.
var ErrClosed = errors.New("the address is not one of the public internet")

var (
	errAddress = errors.New("the address cannot be used")
	errProxy   = errors.New("the environment names a proxy that cannot be used")
)

// Failure is an exchange without an answer.
type Failure struct {
	// Sent is set if the request went out, at least in part: the other side may have taken it.
	Sent bool
	Err  error
}

// Error implements error. The text has no address: it may hold a secret, as those of chat webhooks
// do.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// Client makes one attempt for each request and follows no redirect. It is safe for use by several
// goroutines.
type Client struct {
	http  *http.Client
	route *route // of the requests of http
}

// New makes a client for public addresses.
func New() *Client { return newClient(Public) }

// NewPrivate makes a client for every address, for places that the operator allows to be in a
// private network.
func NewPrivate() *Client { return newClient(func(netip.Addr) bool { return true }) }

func newClient(open func(netip.Addr) bool) *Client {
	dialer := net.Dialer{Timeout: connectTimeout, ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || !open(to.Addr()) {
			return ErrClosed
		}
		return nil
	}}
	way := &route{
		direct: transport(dialer.DialContext, nil),
		// A proxy is the operator's own and decides itself who may reach what.
		proxied: transport((&net.Dialer{Timeout: connectTimeout}).DialContext, http.ProxyFromEnvironment),
		open:    open,
	}
	return &Client{route: way, http: &http.Client{
		Timeout: exchangeTimeout, Transport: way,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func transport(dial func(ctx context.Context, network, address string) (net.Conn, error), proxy func(*http.Request) (*url.URL, error)) *http.Transport {
	return &http.Transport{
		DialContext: dial, Proxy: proxy,
		ForceAttemptHTTP2: true, TLSHandshakeTimeout: connectTimeout, MaxResponseHeaderBytes: maxHeaders,
		MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute,
	}
}

// route sends a request directly, or by the proxy that the environment names for its address.
type route struct {
	direct, proxied *http.Transport
	open            func(netip.Addr) bool
}

// RoundTrip implements [http.RoundTripper].
func (r *route) RoundTrip(req *http.Request) (*http.Response, error) {
	switch proxy, err := http.ProxyFromEnvironment(req); {
	case err != nil:
		return nil, err
	case proxy == nil:
		return r.direct.RoundTrip(req)
	}
	if literal, err := netip.ParseAddr(req.URL.Hostname()); err == nil && !r.open(literal) {
		return nil, ErrClosed
	}
	return r.proxied.RoundTrip(req)
}

// Do sends a request and returns the answer, of any status. Its body was read: it holds at most
// 256 KiB, and less if the connection broke. An error is a [*Failure]; its cause is [ErrClosed] if
// the address is not open to this client.
func (c *Client) Do(req *http.Request) (*http.Response, error) {
	var sent atomic.Bool
	trace := &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }}
	answer, err := c.http.Do(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	if err != nil {
		if wrapped := new(url.Error); errors.As(err, &wrapped) {
			err = wrapped.Err // without the address
		}
		return nil, &Failure{Sent: sent.Load(), Err: err}
	}
	defer func() { _ = answer.Body.Close() }()
	// The status tells what became of the request, also without the rest of the body.
	body, _ := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	whole := *answer
	whole.Body = io.NopCloser(bytes.NewReader(body))
	return &whole, nil
}

// maxWait is the longest that another side is believed to need, if it asks to be left alone.
const maxWait = 24 * time.Hour

// RetryAfter is how long the other side asks to be left alone, in the header of that name: seconds
// or a date (RFC 9110, 10.2.3). It is zero if the header is missing or cannot be read, and at most
// a day.
func RetryAfter(header http.Header, now time.Time) time.Duration {
	text := header.Get("Retry-After")
	wait := time.Duration(0)
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		wait = time.Duration(min(seconds, int64(maxWait/time.Second))) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), maxWait)
}
