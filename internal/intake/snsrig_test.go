package intake_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/intake"
)

const (
	snsHost   = "sns.eu-central-1.amazonaws.com"
	caHost    = "crt.test.amazontrust.com"
	topicARN  = "arn:aws:sns:eu-central-1:123456789012:approvals"
	otherARN  = "arn:aws:sns:eu-central-1:123456789012:refunds"
	optInARN  = "arn:aws:sns:af-south-1:123456789012:approvals"
	signerURL = "https://" + snsHost + "/SimpleNotificationService-01d088a6f77103d0fe307c0069e40ed6.pem"
	token     = "2336412f37fb687f5d51e6e241d09c805a5a57b30d712f794cc5f6a988666d92768dd60a747ba6f3beb71854e285d6ad02428b09ceece29417f1f02d609c582afbacc99c583a916b9981dd2728f4ae6fdb82efd087cc3b7849e05798d2d2785c03b0879594eeac82c01f235d0e717736"
)

var snsTopics = []intake.Topic{
	{ARN: topicARN, Source: "expenses", Queues: []string{"finance"}}, {ARN: otherARN, Source: "refunds"}, {ARN: optInARN, Source: "africa"},
}

// amazon stands for SNS and for Amazon's certificate authority: what is asked of their hosts ends
// here, over real TLS.
type amazon struct {
	t            *testing.T
	client       *http.Client
	roots        *x509.CertPool
	root, issuer authority

	mu      sync.Mutex
	replies map[string]http.HandlerFunc // by host and path
	asked   []string
}

// authority is a certificate that may sign others.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// signingKey is what SNS signs with in all tests: making one takes long.
var signingKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func snsKey(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	key, err := signingKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// template is a certificate of a server that is valid in the hour before and after the tests' now.
func template(change ...func(*x509.Certificate)) *x509.Certificate {
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true,
	}
	for _, f := range change {
		f(c)
	}
	return c
}

func ca(c *x509.Certificate) {
	c.IsCA, c.KeyUsage, c.ExtKeyUsage = true, x509.KeyUsageCertSign, nil
}

func of(names ...string) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.DNSNames = names }
}

// named tells authorities apart: a chain is found by names.
func named(name string) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.Subject.CommonName = name }
}

func issuedAt(urls ...string) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.IssuingCertificateURL = urls }
}

// sign makes a certificate for a key. An authority without a certificate signs itself.
func (a authority) sign(t testing.TB, c *x509.Certificate, key crypto.PublicKey) *x509.Certificate {
	t.Helper()
	parent := a.certificate
	if parent == nil {
		parent = c
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key, a.key)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func pemOf(certificates ...*x509.Certificate) []byte {
	var text []byte
	for _, c := range certificates {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return text
}

// newAmazon starts SNS and the authority. As in reality the signing certificate comes without its
// issuer.
func newAmazon(t *testing.T) *amazon {
	t.Helper()
	a := &amazon{t: t, roots: x509.NewCertPool(), replies: map[string]http.HandlerFunc{}}
	a.root.key, a.issuer.key = newKey(t), newKey(t)
	a.root.certificate = a.root.sign(t, template(ca, named("root")), a.root.key.Public())
	a.issuer.certificate = a.root.sign(t, template(ca, named("issuer")), a.issuer.key.Public())
	a.roots.AddCert(a.root.certificate)
	a.reply(caHost+"/issuer.cer", a.issuer.certificate.Raw)
	a.publish(signerURL, of("sns.amazonaws.com"))

	serverKey := newKey(t)
	server := a.root.sign(t, template(of(snsHost, "sns.us-east-1.amazonaws.com", "sns.af-south-1.amazonaws.com")), serverKey.Public())
	secure, plain := httptest.NewUnstartedServer(a), httptest.NewServer(a)
	secure.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{server.Raw}, PrivateKey: serverKey}}}
	secure.StartTLS()
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: a.roots, Time: clock},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			to := plain.Listener.Addr()
			if strings.HasSuffix(address, ":443") {
				to = secure.Listener.Addr()
			}
			return new(net.Dialer).DialContext(ctx, network, to.String())
		},
	}
	a.client = &http.Client{Transport: transport}
	t.Cleanup(func() { transport.CloseIdleConnections(); secure.Close(); plain.Close() })
	return a
}

func (a *amazon) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.asked = append(a.asked, r.Host+r.URL.RequestURI())
	reply := a.replies[r.Host+r.URL.Path]
	a.mu.Unlock()
	if reply == nil {
		http.NotFound(w, r)
		return
	}
	reply(w, r)
}

func (a *amazon) handle(address string, f http.HandlerFunc) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.replies[strings.TrimPrefix(address, "https://")] = f
}

func (a *amazon) reply(address string, body []byte) {
	a.handle(address, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) })
}

// publish puts a signing certificate at an address, signed by the issuer.
func (a *amazon) publish(address string, change ...func(*x509.Certificate)) {
	a.t.Helper()
	c := template(append([]func(*x509.Certificate){issuedAt("http://" + caHost + "/issuer.cer")}, change...)...)
	a.reply(address, pemOf(a.issuer.sign(a.t, c, snsKey(a.t).Public())))
}

// requests are what was asked since the last time.
func (a *amazon) requests() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	asked := a.asked
	a.asked = nil
	return asked
}

// sns is the verifier of the topics, whose requests end at a.
func (a *amazon) sns(now func() time.Time) *intake.SNS {
	a.t.Helper()
	s, err := intake.NewSNS(intake.SNSConfig{Topics: snsTopics, Client: a.client, Roots: a.roots, Now: now})
	if err != nil {
		a.t.Fatal(err)
	}
	return s
}

// notification is a message as SNS documents it, not yet signed.
func notification(body string) map[string]any {
	return map[string]any{
		"Type": "Notification", "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", "TopicArn": topicARN, "Message": body,
		"Timestamp": "2026-11-22T09:29:58.123Z", "SignatureVersion": "2", "SigningCertURL": signerURL,
		"UnsubscribeURL":    "https://" + snsHost + "/?Action=Unsubscribe&SubscriptionArn=" + topicARN + ":c9135db0",
		"MessageAttributes": map[string]any{"priority": map[string]any{"Type": "Number", "Value": "7"}},
	}
}

func subscription() map[string]any {
	m := notification("You have chosen to subscribe to the topic.\nTo confirm the subscription, visit the SubscribeURL.")
	delete(m, "UnsubscribeURL")
	m["Type"], m["Token"] = "SubscriptionConfirmation", token
	m["SubscribeURL"] = "https://" + snsHost + "/?Action=ConfirmSubscription&TopicArn=" + topicARN + "&Token=" + token
	return m
}

// signSNS signs a message as the developer guide says, independently of the code under test.
func signSNS(t testing.TB, m map[string]any) []byte {
	t.Helper()
	names := []string{"Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"}
	if m["Type"] != "Notification" {
		names = []string{"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"}
	}
	var text string
	for _, name := range names {
		if value, ok := m[name].(string); ok {
			text += name + "\n" + value + "\n"
		}
	}
	hash, digest := crypto.SHA256, sha256.New()
	if m["SignatureVersion"] == "1" {
		hash, digest = crypto.SHA1, sha1.New()
	}
	digest.Write([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, snsKey(t), hash, digest.Sum(nil))
	if err != nil {
		t.Fatal(err)
	}
	return document(t, changed(m, "Signature", base64.StdEncoding.EncodeToString(signature)))
}
