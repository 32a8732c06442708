package intake_test

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/intake"
)

const certificatePath = "/SimpleNotificationService-1.pem"

// certificateURLs are addresses that a message may name for its certificate.
var certificateURLs = map[string]struct {
	url string
	ok  bool
}{
	"OK":            {"https://" + snsHost + certificatePath, true},
	"Plain":         {"http://" + snsHost + certificatePath, false},
	"OtherRegion":   {"https://sns.us-east-1.amazonaws.com" + certificatePath, false},
	"Global":        {"https://sns.amazonaws.com" + certificatePath, false},
	"OtherService":  {"https://s3.eu-central-1.amazonaws.com" + certificatePath, false},
	"China":         {"https://" + snsHost + ".cn" + certificatePath, false},
	"LookAlike":     {"https://" + snsHost + ".example.com" + certificatePath, false},
	"Subdomain":     {"https://x." + snsHost + certificatePath, false},
	"User":          {"https://" + snsHost + "@example.com" + certificatePath, false},
	"UserBefore":    {"https://x@" + snsHost + certificatePath, false},
	"Port":          {"https://" + snsHost + ":8443" + certificatePath, false},
	"Backslash":     {`https://example.com\@` + snsHost + certificatePath, false},
	"Query":         {"https://" + snsHost + "/?x=" + certificatePath, false},
	"QueryBehind":   {"https://" + snsHost + certificatePath + "?Action=x", false},
	"Fragment":      {"https://" + snsHost + "/#" + certificatePath, false},
	"NotPEM":        {"https://" + snsHost + "/SimpleNotificationService-1.crt", false},
	"NoPath":        {"https://" + snsHost, false},
	"File":          {"file:///etc/ssl/x.pem", false},
	"Relative":      {certificatePath, false},
	"Empty":         {"", false},
	"NotThere":      {"https://" + snsHost + "/other.pem", false},
	"ElsewhereThen": {"https://" + snsHost + "/moved.pem", false},
}

func TestSigningCertURL(t *testing.T) {
	t.Parallel()
	for name, test := range certificateURLs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAmazon(t)
			for address := range map[string]bool{test.url: true, "https://" + snsHost + certificatePath: true} {
				a.publish(address, of("sns.amazonaws.com"))
			}
			if name == "NotThere" {
				a.handle(test.url, http.NotFound)
			}
			a.handle(snsHost+"/moved.pem", func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "https://"+snsHost+certificatePath, http.StatusFound)
			})
			_, err := a.sns(clock).Verify(t.Context(), signSNS(t, changed(notification("{}"), "SigningCertURL", test.url)))
			if (err == nil) != test.ok || err != nil && !errors.Is(err, intake.ErrNotFromSNS) {
				t.Errorf("got %v", err)
			}
			for _, asked := range a.requests() {
				if !strings.HasPrefix(asked, snsHost+"/") && !strings.HasPrefix(asked, caHost+"/") {
					t.Errorf("asked for %s", asked)
				}
			}
		})
	}
}

func TestSigningCertificate(t *testing.T) {
	t.Parallel()
	sns := of("sns.amazonaws.com")
	signed := func(a *amazon, by authority, change ...func(*x509.Certificate)) *x509.Certificate {
		return by.sign(a.t, template(append([]func(*x509.Certificate){sns}, change...)...), snsKey(a.t).Public())
	}
	for name, test := range map[string]struct {
		publish func(*amazon)
		want    error
	}{
		"Leaf":         {func(*amazon) {}, nil},
		"ByTheRoot":    {func(a *amazon) { a.reply(signerURL, pemOf(signed(a, a.root))) }, nil},
		"WholeChain":   {func(a *amazon) { a.reply(signerURL, pemOf(signed(a, a.issuer), a.issuer.certificate)) }, nil},
		"SelfSigned":   {func(a *amazon) { a.reply(signerURL, pemOf(signed(a, authority{key: newKey(t)}))) }, intake.ErrNotFromSNS},
		"OtherName":    {func(a *amazon) { a.publish(signerURL, of("s3.amazonaws.com")) }, intake.ErrNotFromSNS},
		"OtherRegion":  {func(a *amazon) { a.publish(signerURL, of("sns-signing.us-east-1.amazonaws.com")) }, intake.ErrNotFromSNS},
		"NameOnly":     {func(a *amazon) { a.publish(signerURL, of(), named("sns.amazonaws.com")) }, intake.ErrNotFromSNS},
		"Expired":      {func(a *amazon) { a.publish(signerURL, sns, until(now.Add(-time.Second))) }, intake.ErrNotFromSNS},
		"NotYet":       {func(a *amazon) { a.publish(signerURL, sns, from(now.Add(time.Second))) }, intake.ErrNotFromSNS},
		"NotAServer":   {func(a *amazon) { a.publish(signerURL, sns, forClients) }, intake.ErrNotFromSNS},
		"OtherKey":     {func(a *amazon) { a.reply(signerURL, pemOf(a.root.sign(t, template(sns), newKey(t).Public()))) }, intake.ErrNotFromSNS},
		"IssuerAway":   {func(a *amazon) { a.publish(signerURL, sns, issuedAt("http://"+caHost+"/gone.cer")) }, intake.ErrNotFromSNS},
		"IssuerOther":  {func(a *amazon) { a.publish(signerURL, sns, issuedAt("http://ca.example.com/issuer.cer")) }, intake.ErrNotFromSNS},
		"IssuerPort":   {func(a *amazon) { a.publish(signerURL, sns, issuedAt("http://"+caHost+":81/issuer.cer")) }, intake.ErrNotFromSNS},
		"IssuerLDAP":   {func(a *amazon) { a.publish(signerURL, sns, issuedAt("ldap://"+caHost+"/issuer.cer", "::")) }, intake.ErrNotFromSNS},
		"IssuerNone":   {func(a *amazon) { a.publish(signerURL, sns, issuedAt()) }, intake.ErrNotFromSNS},
		"IssuerBad":    {func(a *amazon) { a.reply(caHost+"/issuer.cer", []byte("x")) }, intake.ErrNotFromSNS},
		"IssuerDown":   {func(a *amazon) { a.handle(caHost+"/issuer.cer", status(http.StatusBadGateway)) }, intake.ErrSNSUnreachable},
		"IssuerForged": {forgedIssuer, intake.ErrNotFromSNS},
		"NoPEM":        {func(a *amazon) { a.reply(signerURL, []byte("<html>")) }, intake.ErrNotFromSNS},
		"NoX509": {func(a *amazon) {
			a.reply(signerURL, []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))
		}, intake.ErrNotFromSNS},
		"TooLarge":  {func(a *amazon) { a.reply(signerURL, append(pemOf(signed(a, a.root)), make([]byte, 64<<10)...)) }, intake.ErrNotFromSNS},
		"Down":      {func(a *amazon) { a.handle(signerURL, status(http.StatusServiceUnavailable)) }, intake.ErrSNSUnreachable},
		"BrokenOff": {func(a *amazon) { a.handle(signerURL, breakOff) }, intake.ErrSNSUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAmazon(t)
			test.publish(a)
			_, err := a.sns(clock).Verify(t.Context(), signSNS(t, notification("{}")))
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

func until(t time.Time) func(*x509.Certificate) { return func(c *x509.Certificate) { c.NotAfter = t } }
func from(t time.Time) func(*x509.Certificate)  { return func(c *x509.Certificate) { c.NotBefore = t } }
func forClients(c *x509.Certificate)            { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func breakOff(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "100")
	_, _ = w.Write([]byte("-----BEGIN"))
	panic(http.ErrAbortHandler)
}

// forgedIssuer answers, without TLS, with an issuer of somebody else's who uses the real one's
// name.
func forgedIssuer(a *amazon) {
	forger := authority{key: newKey(a.t)}
	forger.certificate = forger.sign(a.t, template(ca, named("issuer")), forger.key.Public())
	a.reply(caHost+"/issuer.cer", forger.certificate.Raw)
}

// Regions that are opt-in have a name of their own in the certificate, and only theirs.
func TestSigningCertificateOfRegion(t *testing.T) {
	t.Parallel()
	const host = "sns.af-south-1.amazonaws.com"
	for name, test := range map[string]struct {
		names []string
		want  error
	}{
		"Signing":    {[]string{"sns-signing.af-south-1.amazonaws.com"}, nil},
		"Host":       {[]string{"other.example.com", host}, nil},
		"OtherOptIn": {[]string{"sns-signing.me-south-1.amazonaws.com"}, intake.ErrNotFromSNS},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAmazon(t)
			a.publish("https://"+host+"/x.pem", of(test.names...))
			m := changed(notification("{}"), "TopicArn", optInARN, "SigningCertURL", "https://"+host+"/x.pem")
			if _, err := a.sns(clock).Verify(t.Context(), signSNS(t, m)); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

// A certificate is fetched once for many messages, and again when it has run out.
func TestSigningCertificateIsKept(t *testing.T) {
	t.Parallel()
	a := newAmazon(t)
	at := now
	s := a.sns(func() time.Time { return at })
	body := signSNS(t, notification("{}"))
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := s.Verify(t.Context(), body); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	once := []string{strings.TrimPrefix(signerURL, "https://"), caHost + "/issuer.cer"}
	if diff := cmp.Diff(once, a.requests()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	at = now.Add(time.Hour + time.Second)
	late := signSNS(t, changed(notification("{}"), "Timestamp", at.Format(time.RFC3339)))
	if _, err := s.Verify(t.Context(), late); !errors.Is(err, intake.ErrNotFromSNS) {
		t.Errorf("a certificate that has run out gives %v", err)
	}
	if diff := cmp.Diff(once[:1], a.requests()); diff != "" {
		t.Errorf("requests after it ran out (-want +got):\n%s", diff)
	}
}

// TestSigningCertificateOutlivesTopics: when the topics change, their certificates need not be fetched
// again, and a topic that is gone is not known any more.
func TestSigningCertificateOutlivesTopics(t *testing.T) {
	t.Parallel()
	a := newAmazon(t)
	before := a.sns(clock)
	if _, err := before.Verify(t.Context(), signSNS(t, notification("{}"))); err != nil {
		t.Fatal(err)
	}
	a.requests()
	after, err := intake.NewSNS(intake.SNSConfig{Before: before, Topics: []intake.Topic{{ARN: topicARN, Source: "renamed"}}, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	got, err := after.Verify(t.Context(), signSNS(t, notification("{}")))
	if asked := a.requests(); err != nil || got.From.Name != "renamed" || len(asked) > 0 {
		t.Errorf("got %+v and %v, asked for %v", got.From, err, asked)
	}
	other := signSNS(t, changed(notification("{}"), "TopicArn", otherARN))
	if _, err := after.Verify(t.Context(), other); !errors.Is(err, intake.ErrUnknownTopic) {
		t.Errorf("a topic that is gone: %v", err)
	}
}

// A forger can make the desk ask SNS for certificates, but not often; who has a genuine one gets
// through meanwhile.
func TestSigningCertificatesAreAskedForSlowly(t *testing.T) {
	t.Parallel()
	a := newAmazon(t)
	s := a.sns(clock)
	genuine := signSNS(t, notification("{}"))
	if _, err := s.Verify(t.Context(), genuine); err != nil {
		t.Fatal(err)
	}
	a.requests()
	for i := range 20 {
		forged := signSNS(t, changed(notification("{}"), "SigningCertURL", fmt.Sprintf("https://%s/%d.pem", snsHost, i)))
		want := intake.ErrNotFromSNS
		if i >= 9 {
			want = intake.ErrBusy
		}
		if _, err := s.Verify(t.Context(), forged); !errors.Is(err, want) {
			t.Errorf("forged message %d: got %v, want %v", i, err, want)
		}
	}
	if asked := a.requests(); len(asked) != 9 {
		t.Errorf("asked %d times, want 9", len(asked))
	}
	if _, err := s.Verify(t.Context(), genuine); err != nil {
		t.Error(err)
	}
}

// However many certificates there are, few are kept, and all work.
func TestSigningCertificatesAreBounded(t *testing.T) {
	t.Parallel()
	a := newAmazon(t)
	at := now
	s := a.sns(func() time.Time { return at })
	verify := func(i int) {
		t.Helper()
		address := fmt.Sprintf("https://%s/%d.pem", snsHost, i)
		a.publish(address, of("sns.amazonaws.com"))
		if _, err := s.Verify(t.Context(), signSNS(t, changed(notification("{}"), "SigningCertURL", address))); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 33 {
		verify(i)
		at = at.Add(time.Second)
	}
	a.requests()
	verify(32)
	if asked := a.requests(); len(asked) != 0 {
		t.Errorf("the latest was forgotten: %v", asked)
	}
	verify(0)
	if asked := a.requests(); len(asked) == 0 {
		t.Error("the first of 33 is still kept")
	}
}

// TestAbsentCertificatesAreRemembered: what SNS does not have is asked for once in ten minutes.
func TestAbsentCertificatesAreRemembered(t *testing.T) {
	t.Parallel()
	a := newAmazon(t)
	at := now
	s := a.sns(func() time.Time { return at })
	forged := signSNS(t, changed(notification("{}"), "SigningCertURL", "https://"+snsHost+"/none.pem"))
	for range 50 {
		if _, err := s.Verify(t.Context(), forged); !errors.Is(err, intake.ErrNotFromSNS) {
			t.Fatalf("got %v, want an answer from memory", err)
		}
	}
	if asked := a.requests(); len(asked) != 1 {
		t.Errorf("asked %d times, want once", len(asked))
	}
	at = at.Add(10 * time.Minute)
	a.publish("https://"+snsHost+"/none.pem", of("sns.amazonaws.com"))
	if _, err := s.Verify(t.Context(), forged); err != nil {
		t.Errorf("what is there by now: %v", err)
	}
}

// TestCertificateThatWorkedIsKept: a forger who knows many certificates of SNS does not push out
// the one that is in use.
func TestCertificateThatWorkedIsKept(t *testing.T) {
	t.Parallel()
	a := newAmazon(t)
	at := now
	s := a.sns(func() time.Time { return at })
	genuine := signSNS(t, notification("{}"))
	if _, err := s.Verify(t.Context(), genuine); err != nil {
		t.Fatal(err)
	}
	for i := range 70 {
		at = at.Add(time.Second)
		address := fmt.Sprintf("https://%s/%d.pem", snsHost, i)
		a.publish(address, of("sns.amazonaws.com"))
		forged := document(t, changed(notification("{}"), "SigningCertURL", address, "Signature", "AAAA"))
		if _, err := s.Verify(t.Context(), forged); !errors.Is(err, intake.ErrNotFromSNS) {
			t.Fatal(err)
		}
	}
	a.requests()
	if _, err := s.Verify(t.Context(), genuine); err != nil {
		t.Error(err)
	}
	if asked := a.requests(); len(asked) != 0 {
		t.Errorf("the certificate in use was fetched again: %v", asked)
	}
}
