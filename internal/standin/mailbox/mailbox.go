package mailbox

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

const (
	maxMail = 1 << 20 // bytes
	maxKept = 200     // mails
)

// Mail is a mail that arrived.
type Mail struct {
	Number        int
	At            time.Time
	From, To      string // of the envelope
	Header        mail.Header
	Subject       string
	Text, HTML    string
	ID, Reference string // Message-ID and In-Reply-To
}

// Mailbox is the server.
type Mailbox struct {
	domain string
	now    func() time.Time
	server *smtp.Server

	mu      sync.Mutex
	mails   []Mail
	count   int
	arrived chan struct{} // closed with the first mail
}

// New makes a server that takes mails to a domain.
func New(domain string, now func() time.Time) *Mailbox {
	m := &Mailbox{domain: domain, now: now, arrived: make(chan struct{})}
	m.server = smtp.NewServer(m)
	m.server.Domain, m.server.MaxMessageBytes, m.server.MaxRecipients = "mx."+domain, maxMail, 1
	m.server.ReadTimeout, m.server.WriteTimeout = time.Minute, time.Minute
	m.server.EnableSMTPUTF8 = true
	return m
}

// Serve takes mails until Close.
func (m *Mailbox) Serve(l net.Listener) error {
	err := m.server.Serve(l)
	if errors.Is(err, smtp.ErrServerClosed) {
		return nil
	}
	return err
}

// Close ends Serve and every connection.
func (m *Mailbox) Close() error { return m.server.Close() }

// Arrived is closed once a mail has come.
func (m *Mailbox) Arrived() <-chan struct{} { return m.arrived }

// Mails returns the mails, the latest first.
func (m *Mailbox) Mails() []Mail {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := slices.Clone(m.mails)
	slices.Reverse(all)
	return all
}

// mail returns a mail by its number.
func (m *Mailbox) mail(number int) (Mail, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := slices.IndexFunc(m.mails, func(one Mail) bool { return one.Number == number })
	if i < 0 {
		return Mail{}, false
	}
	return m.mails[i], true
}

// NewSession implements smtp.Backend.
func (m *Mailbox) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{box: m}, nil }

// session is the conversation with one client.
type session struct {
	box      *Mailbox
	from, to string
}

// Reset implements smtp.Session.
func (s *session) Reset() { s.from, s.to = "", "" }

// Logout implements smtp.Session.
func (s *session) Logout() error { return nil }

// Mail implements smtp.Session.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return nil
}

// Rcpt implements smtp.Session. A server that relays for everybody is soon one for spam.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if !strings.HasSuffix(strings.ToLower(to), "@"+s.box.domain) {
		// https://www.rfc-editor.org/rfc/rfc3463#section-3.8
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "Relay access denied"}
	}
	s.to = to
	return nil
}

// Data implements smtp.Session.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	one, err := read(raw)
	if err != nil {
		// https://www.rfc-editor.org/rfc/rfc3463#section-3.7
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: err.Error()}
	}
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	if s.box.count++; s.box.count == 1 {
		close(s.box.arrived)
	}
	one.Number, one.At, one.From, one.To = s.box.count, s.box.now(), s.from, s.to
	s.box.mails = append(s.box.mails, one)
	if len(s.box.mails) > maxKept {
		s.box.mails = slices.Delete(s.box.mails, 0, len(s.box.mails)-maxKept)
	}
	return nil
}

// read reads a mail of two parts, text and HTML.
func read(raw []byte) (Mail, error) {
	parsed, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Mail{}, errors.New("the mail has no headers")
	}
	// https://www.rfc-editor.org/rfc/rfc5322#section-3.6: these two are required.
	if _, err := parsed.Header.Date(); err != nil || parsed.Header.Get("From") == "" {
		return Mail{}, errors.New("the mail has no sender or no date")
	}
	one := Mail{Header: parsed.Header, ID: parsed.Header.Get("Message-Id"), Reference: parsed.Header.Get("In-Reply-To")}
	if one.Subject, err = new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject")); err != nil {
		return Mail{}, errors.New("the subject cannot be read")
	}
	kind, parameters, err := mime.ParseMediaType(parsed.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		return Mail{}, errors.New("the mail is not text and HTML")
	}
	return one, one.parts(multipart.NewReader(parsed.Body, parameters["boundary"]))
}

// parts reads the text and the HTML.
func (m *Mail) parts(r *multipart.Reader) error {
	for {
		part, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errors.New("the parts of the mail cannot be read")
		}
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil || part.Header.Get("Content-Transfer-Encoding") != "quoted-printable" {
			return errors.New("a part of the mail is not quoted-printable")
		}
		switch kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type")); kind {
		case "text/plain":
			m.Text = string(body)
		case "text/html":
			m.HTML = string(body)
		}
	}
}
