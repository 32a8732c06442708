package mail

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/mail"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	smtp "github.com/emersion/go-smtp"

	"countersign/internal/callbacks"
	"countersign/internal/notice"
)

// server is an SMTP server on loopback. Its fields are set before the first mail.
type server struct {
	*smtp.Server
	address  string
	greeting error // refuses each connection
	from     error // the answer to a sender
	to       error // to a recipient
	content  error // to the content
	hangUp   bool  // closes the connection after the content, instead of an answer
	password string

	mu       sync.Mutex
	sessions []*smtp.Conn
	mails    [][]byte
	parties  []string // sender and recipient of each mail
}

// start runs a server; change sets it up.
func start(t *testing.T, change func(*server)) *server {
	t.Helper()
	s := &server{}
	s.Server = smtp.NewServer(s)
	s.Domain, s.ErrorLog = "mx.example.com", log.New(io.Discard, "", 0)
	s.EnableSMTPUTF8 = true
	if change != nil {
		change(s)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = l.Addr().String()
	done := make(chan struct{})
	go func() { defer close(done); _ = s.Serve(l) }()
	t.Cleanup(func() { _ = l.Close(); _ = s.Close(); <-done })
	return s
}

// channel returns a channel to the server, in the clear unless change says otherwise.
func (s *server) channel(t *testing.T, change func(*Config)) *Channel {
	t.Helper()
	c := Config{Server: s.address, From: "Countersign at Harborline <desk@harborline.example>", TLS: None, Host: "desk.harborline.example"}
	if change != nil {
		change(&c)
	}
	channel, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return channel
}

// last is the mail that arrived last.
func (s *server) last(t *testing.T) *mail.Message {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.mails) == 0 {
		t.Fatal("no mail arrived")
	}
	m, err := mail.ReadMessage(bytes.NewReader(s.mails[len(s.mails)-1]))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// NewSession implements smtp.Backend.
func (s *server) NewSession(c *smtp.Conn) (smtp.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions = append(s.sessions, c)
	return &session{server: s, conn: c}, s.greeting
}

type session struct {
	*server
	conn  *smtp.Conn
	party string
	known bool
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.password != "" && !s.known {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication required"}
	}
	s.party = from
	return s.from
}
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error { s.party += " " + to; return s.to }
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hangUp {
		_ = s.conn.Conn().Close()
	}
	if s.content == nil {
		s.mails, s.parties = append(s.mails, raw), append(s.parties, s.party)
	}
	return s.content
}
func (s *session) AuthMechanisms() []string {
	if s.password == "" {
		return nil
	}
	return []string{sasl.Plain}
}
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "desk" || password != s.password {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "Authentication failed"}
		}
		s.known = true
		return nil
	}), nil
}

var _ smtp.AuthSession = (*session)(nil)

// certificate makes a certificate for 127.0.0.1 and the pool that trusts it.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mx"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// fault is an error as a fault, empty if there is none.
func fault(t *testing.T, err error) *notice.Fault {
	t.Helper()
	fault := &notice.Fault{}
	if err != nil && !errors.As(err, &fault) {
		t.Fatalf("the error is no fault: %v", err)
	}
	if len(fault.Words) > 200 {
		t.Errorf("the words have %d bytes: %q", len(fault.Words), fault.Words)
	}
	return fault
}

var (
	drawn     = time.Date(2026, 11, 24, 12, 51, 0, 0, time.UTC) // 13:51 in Berlin
	berlin, _ = time.LoadLocation("Europe/Berlin")
)

// envelope is a mail to Mara about an expense report.
func envelope(change func(*notice.Message)) notice.Envelope {
	m := notice.Message{
		ID: "0196b3c0-7c4e-7d11-9f5e-3a2b1c0d9e8f", State: "first", Kind: notice.MaySign,
		Why: notice.Why{Group: "finance-approvers", Unopened: drawn.Add(-10 * time.Minute)},
		At:  drawn, Zone: berlin, Desk: "Countersign at Harborline",
		Home: "https://desk.harborline.example/", Settings: "https://desk.harborline.example/settings",
		Items: []notice.Item{{
			ID: "exp2291", URL: "https://desk.harborline.example/callbacks/exp2291", Queue: "finance",
			Title: "Expense report EXP-2291: $7,846.20", Requester: "Ines Calloway", Deadline: drawn.Add(41 * time.Minute),
			Cause: callbacks.CauseTimeout, Required: 2, Signed: []notice.Signer{{Name: "Priya Raman"}}, State: callbacks.Pending,
		}},
	}
	if change != nil {
		change(&m)
	}
	return notice.Envelope{To: "mara.okafor@harborline.example", Message: m}
}
