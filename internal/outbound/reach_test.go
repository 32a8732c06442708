package outbound

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestReach: an address is reached without a request.
func TestReach(t *testing.T) {
	t.Parallel()
	refuse := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") })
	plain, protected, gone := httptest.NewServer(refuse), httptest.NewTLSServer(refuse), httptest.NewServer(refuse)
	t.Cleanup(plain.Close)
	t.Cleanup(protected.Close)
	gone.Close()
	trusting := NewPrivate()
	pool := x509.NewCertPool()
	pool.AddCert(protected.Certificate())
	trusting.route.direct.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	certificate := new(tls.CertificateVerificationError)
	for name, tc := range map[string]struct {
		client  *Client
		address string
		want    func(error) bool
	}{
		"Plain":       {NewPrivate(), plain.URL + "/hook?sig=secret", func(err error) bool { return err == nil }},
		"TLS":         {trusting, protected.URL, func(err error) bool { return err == nil }},
		"Certificate": {NewPrivate(), protected.URL, func(err error) bool { return errors.As(err, &certificate) }},
		"Private":     {New(), plain.URL, func(err error) bool { return errors.Is(err, ErrClosed) }},
		"Nobody":      {NewPrivate(), gone.URL + "/secret", func(err error) bool { return err != nil && !strings.Contains(err.Error(), "secret") }},
		"NoAddress":   {NewPrivate(), "http://se cret", func(err error) bool { return err != nil && !strings.Contains(err.Error(), "cret") }},
	} {
		t.Run(name, func(t *testing.T) {
			proxied, err := tc.client.Reach(t.Context(), tc.address)
			if failure := new(Failure); proxied || !tc.want(err) || err != nil && (!errors.As(err, &failure) || failure.Sent) {
				t.Errorf("%v, by a proxy: %v", err, proxied)
			}
		})
	}
}
