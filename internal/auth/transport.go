package auth

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	// providerTimeout bounds one call to the provider, because a person waits for it.
	providerTimeout = 10 * time.Second
	// maxProviderAnswer bounds a response in bytes. ID tokens with hundreds of groups are far
	// smaller.
	maxProviderAnswer = 1 << 20
)

// providerClient returns the client with bounds. It follows no redirect: no endpoint has a reason
// for one, and a redirected token request would pass on our secret and the code.
func providerClient(client *http.Client) *http.Client {
	bounded := http.Client{}
	if client != nil {
		bounded = *client
	}
	if bounded.Transport == nil {
		bounded.Transport = http.DefaultTransport
	}
	bounded.Transport = boundedTransport{bounded.Transport}
	if bounded.Timeout == 0 || bounded.Timeout > providerTimeout {
		bounded.Timeout = providerTimeout
	}
	bounded.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &bounded
}

// boundedTransport reads each answer whole, up to a bound. It turns statuses by which a server says
// that it cannot answer now into errors. So every failure of the connection leaves the client as a
// *url.Error; the libraries above would turn some of them into text.
type boundedTransport struct {
	next http.RoundTripper
}

func (t boundedTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode >= http.StatusInternalServerError || resp.StatusCode == http.StatusTooManyRequests {
		return nil, statusError(resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxProviderAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	if len(body) > maxProviderAnswer {
		return nil, fmt.Errorf("the answer is longer than %d bytes", maxProviderAnswer)
	}
	whole := *resp
	whole.Body = io.NopCloser(bytes.NewReader(body))
	return &whole, nil
}

// statusError is an answer by which a server says that it cannot answer now.
type statusError int

func (e statusError) Error() string {
	return fmt.Sprintf("status %d %s", int(e), http.StatusText(int(e)))
}

// fromGateway reports whether the answer is from a gateway that got none from the server behind it.
func (e statusError) fromGateway() bool {
	return e == http.StatusBadGateway || e == http.StatusServiceUnavailable || e == http.StatusGatewayTimeout
}
