package intake

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// snsTimeout bounds one request to SNS, which itself waits 15 s for our answer.
	snsTimeout = 4 * time.Second
	// maxSigner bounds what is read in answer, in bytes; a certificate has about 2 KiB.
	maxSigner = 64 << 10
	// maxSigners is how many certificates are kept. SNS has one for each region and changes it about once a year.
	maxSigners = 32
	// authority is the domain at which Amazon's certificate authority publishes its own certificates.
	authority = ".amazontrust.com"
)

// signers fetches and keeps the certificates that SNS signs with.
type signers struct {
	client *http.Client
	roots  *x509.CertPool
	now    func() time.Time

	fetching sync.Mutex    // one fetch at a time: a new certificate comes with many messages
	fetches  *rate.Limiter // a forger can make us ask for certificates that are not there

	mu    sync.Mutex
	known map[string]*x509.Certificate // by URL
}

func newSigners(c SNSConfig) *signers {
	client := &http.Client{}
	if c.Client != nil {
		*client = *c.Client
	}
	client.Timeout = snsTimeout
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &signers{client: client, roots: c.Roots, now: c.Now, fetches: rate.NewLimiter(1, 10), known: map[string]*x509.Certificate{}}
}

// certificate is the one at an address, of which SNS must be the owner. It is kept for as long as it is valid.
func (s *signers) certificate(ctx context.Context, t Topic, text string) (*x509.Certificate, error) {
	address, ok := t.address(text)
	if !ok || address.RawQuery != "" || !strings.HasSuffix(address.Path, ".pem") {
		return nil, fmt.Errorf("%w: SigningCertURL is not a .pem at https://%s", ErrNotFromSNS, t.host())
	}
	if c := s.cached(address); c != nil {
		return c, nil
	}
	s.fetching.Lock()
	defer s.fetching.Unlock()
	if c := s.cached(address); c != nil {
		return c, nil
	}
	if !s.fetches.AllowN(s.now(), 1) {
		return nil, ErrBusy
	}
	c, err := s.fetch(ctx, t, address)
	if err == nil {
		s.keep(address, c)
	}
	return c, err
}

// cached is a certificate that was fetched before and is still valid, or nil.
func (s *signers) cached(address *url.URL) *x509.Certificate {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.known[address.String()]; c != nil && !s.now().After(c.NotAfter) {
		return c
	}
	return nil
}

func (s *signers) keep(address *url.URL, c *x509.Certificate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.known) == maxSigners {
		clear(s.known)
	}
	s.known[address.String()] = c
}

// fetch gets a certificate and checks its owner and its chain.
func (s *signers) fetch(ctx context.Context, t Topic, address *url.URL) (*x509.Certificate, error) {
	text, err := s.get(ctx, address)
	if err != nil {
		return nil, err
	}
	var chain []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%w: the signing certificate cannot be read: %w", ErrNotFromSNS, err)
		}
		chain = append(chain, c)
	}
	if len(chain) == 0 {
		return nil, fmt.Errorf("%w: there is no certificate at SigningCertURL", ErrNotFromSNS)
	}
	if !slices.ContainsFunc(t.signerNames(), func(name string) bool { return chain[0].VerifyHostname(name) == nil }) {
		return nil, fmt.Errorf("%w: the signing certificate is of %v", ErrNotFromSNS, chain[0].DNSNames)
	}
	if err := s.checkChain(ctx, chain); err != nil {
		return nil, err
	}
	return chain[0], nil
}

// checkChain verifies the first certificate up to a root. SNS publishes it without its issuer, so the issuer is fetched from
// where the certificate says.
func (s *signers) checkChain(ctx context.Context, chain []*x509.Certificate) error {
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	verify := func() error {
		_, err := chain[0].Verify(x509.VerifyOptions{Roots: s.roots, Intermediates: between, CurrentTime: s.now()})
		return err
	}
	err := verify()
	if _, open := errors.AsType[x509.UnknownAuthorityError](err); open && len(chain) == 1 {
		issuer, failed := s.issuer(ctx, chain[0])
		if failed != nil {
			return failed
		}
		between.AddCert(issuer)
		err = verify()
	}
	if err != nil {
		return fmt.Errorf("%w: the signing certificate is not trusted: %w", ErrNotFromSNS, err)
	}
	return nil
}

// issuer fetches the certificate of an issuer. It comes without TLS, as everywhere: the chain proves it.
func (s *signers) issuer(ctx context.Context, c *x509.Certificate) (*x509.Certificate, error) {
	for _, text := range c.IssuingCertificateURL {
		address, err := url.Parse(text)
		if err != nil || address.Scheme != "http" || !strings.HasSuffix(address.Host, authority) || address.User != nil {
			continue
		}
		der, err := s.get(ctx, address)
		if err != nil {
			return nil, err
		}
		issuer, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("%w: its certificate's issuer cannot be read: %w", ErrNotFromSNS, err)
		}
		return issuer, nil
	}
	return nil, fmt.Errorf("%w: its certificate's issuer is not Amazon", ErrNotFromSNS)
}

// get reads a small answer. Nothing else than 200 is one.
func (s *signers) get(ctx context.Context, address *url.URL) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, err
	}
	response, err := s.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSNSUnreachable, withoutQuery(err))
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusInternalServerError {
		return nil, fmt.Errorf("%w: %s at %s", ErrSNSUnreachable, response.Status, address.Host)
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: %s at %s", ErrNotFromSNS, response.Status, address.Host)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxSigner+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSNSUnreachable, err)
	}
	if len(body) > maxSigner {
		return nil, fmt.Errorf("%w: more than %d bytes at %s", ErrNotFromSNS, maxSigner, address.Host)
	}
	return body, nil
}

// withoutQuery is the cause without the address, whose query holds the token of a subscription.
func withoutQuery(err error) error {
	if of, ok := errors.AsType[*url.Error](err); ok {
		return of.Err
	}
	return err
}
