package intake

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"maps"
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
	// maxSigner bounds an answer in bytes. A certificate has about 2 KiB.
	maxSigner = 64 << 10
	// maxSigners is how many certificates are kept. SNS has one for each region and changes it
	// about once a year.
	maxSigners = 32
	// maxAbsent is how many addresses are known to have no certificate, and absentFor for how long.
	maxAbsent = 256
	absentFor = 10 * time.Minute
	// maxSignerURL bounds an address of a certificate; SNS's have about a hundred characters.
	maxSignerURL = 512
	// authority is the domain at which Amazon's certificate authority publishes its own
	// certificates.
	authority = ".amazontrust.com"
)

// signers fetches and keeps the certificates that SNS signs with.
type signers struct {
	client *http.Client
	roots  *x509.CertPool
	now    func() time.Time

	// has a token during a fetch, one at a time: a new certificate comes with many messages
	fetching chan struct{}
	fetches  *rate.Limiter // a forger can make us ask for certificates that are not there

	mu     sync.Mutex
	known  map[string]*x509.Certificate // by URL
	worked string                       // the URL of the certificate that proved a message last
	absent map[string]absence           // what was looked for in vain, by URL
}

// absence is why there is no certificate at a URL, and until when that counts.
type absence struct {
	err   error
	until time.Time
}

func newSigners(c SNSConfig) *signers {
	client := &http.Client{}
	if c.Client != nil {
		*client = *c.Client
	}
	client.Timeout = snsTimeout
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &signers{client: client, roots: c.Roots, now: c.Now, fetching: make(chan struct{}, 1), fetches: rate.NewLimiter(1, 10),
		known: map[string]*x509.Certificate{}, absent: map[string]absence{}}
}

// certificate returns the certificate at an address, which must belong to SNS, and keeps it as long
// as it is valid.
func (s *signers) certificate(ctx context.Context, t Topic, text string) (*x509.Certificate, error) {
	address, ok := t.address(text)
	if !ok || len(text) > maxSignerURL || address.RawQuery != "" || !strings.HasSuffix(address.Path, ".pem") {
		return nil, fmt.Errorf("%w: SigningCertURL is not a .pem at https://%s", ErrNotFromSNS, t.host())
	}
	if c, err := s.cached(address); c != nil || err != nil {
		return c, err
	}
	select {
	case s.fetching <- struct{}{}:
		defer func() { <-s.fetching }()
	case <-ctx.Done():
		return nil, ErrBusy
	}
	if c, err := s.cached(address); c != nil || err != nil {
		return c, err
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

// cached returns a certificate that was fetched before and is still valid, or why there is none at
// that address. It returns nil and nil when the certificate has to be fetched.
func (s *signers) cached(address *url.URL) (*x509.Certificate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if c := s.known[address.String()]; c != nil && !now.After(c.NotAfter) {
		return c, nil
	}
	if a, ok := s.absent[address.String()]; ok && now.Before(a.until) {
		return nil, a.err
	}
	return nil, nil
}

// keep keeps a certificate. When there are too many, it drops all but the one that proved a message
// last.
func (s *signers) keep(address *url.URL, c *x509.Certificate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.known) >= maxSigners {
		maps.DeleteFunc(s.known, func(at string, _ *x509.Certificate) bool { return at != s.worked })
	}
	s.known[address.String()] = c
	delete(s.absent, address.String())
}

// keepAbsent remembers for a while that there is no certificate at an address. When there are too
// many, it forgets all.
func (s *signers) keepAbsent(address *url.URL, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.absent) >= maxAbsent {
		clear(s.absent)
	}
	s.absent[address.String()] = absence{err: err, until: s.now().Add(absentFor)}
}

// proved records that the certificate at an address proved a message, so that it stays whatever
// forgers make us fetch.
func (s *signers) proved(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.worked = text
}

// fetch gets a certificate and checks its owner and its chain.
func (s *signers) fetch(ctx context.Context, t Topic, address *url.URL) (*x509.Certificate, error) {
	text, err := s.get(ctx, address)
	// an answer that there is none; where SNS did not answer, it may the next time
	if errors.Is(err, ErrNotFromSNS) {
		s.keepAbsent(address, err)
	}
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

// checkChain verifies the first certificate up to a root. SNS publishes it without its issuer, so
// checkChain fetches the issuer from where the certificate says.
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

// issuer fetches the certificate of an issuer. That needs no TLS, because the chain proves it.
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

// get reads a small answer. Any status but 200 is an error.
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

// withoutQuery is the cause of an error without the address, whose query may hold the token of a
// subscription.
func withoutQuery(err error) error {
	if of, ok := errors.AsType[*url.Error](err); ok {
		return of.Err
	}
	return err
}
