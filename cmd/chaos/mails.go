package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"time"

	"github.com/emersion/go-smtp"
)

// mails is a mail server.
type mails struct {
	ledger
	mischief
	address  string
	listener net.Listener
	server   *smtp.Server
	open     context.Context // ends when the server is closed
	end      context.CancelFunc
}

// startMails starts the server. The caller must close it.
func startMails(ctx context.Context) (*mails, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	m := &mails{address: l.Addr().String(), listener: l}
	m.open, m.end = context.WithCancel(ctx)
	m.server = smtp.NewServer(m)
	m.server.ErrorLog = silence{}
	m.server.Domain, m.server.MaxMessageBytes = "mx.harborline.example", maxBody
	go func() { _ = m.server.Serve(l) }() // ends with Close
	return m, nil
}

// silence is a log of nothing: that clients are killed is no news.
type silence struct{}

func (silence) Printf(string, ...any) {}
func (silence) Println(...any)        {}

func (m *mails) close() {
	if m != nil {
		m.end()
		_ = m.listener.Close() // also if it is not served yet
		_ = m.server.Close()
	}
}

// NewSession implements [smtp.Backend].
func (m *mails) NewSession(c *smtp.Conn) (smtp.Session, error) { return &talk{mails: m, conn: c}, nil }

// talk is the conversation with one client.
type talk struct {
	mails *mails
	conn  *smtp.Conn
}

// Reset implements [smtp.Session].
func (*talk) Reset() {}

// Logout implements [smtp.Session].
func (*talk) Logout() error { return nil }

// Mail implements [smtp.Session].
func (*talk) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt implements [smtp.Session].
func (*talk) Rcpt(string, *smtp.RcptOptions) error { return nil }

// errGone ends a conversation whose connection was cut off.
var errGone = errors.New("gone")

// Data implements [smtp.Session].
func (t *talk) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	cut := func(after time.Duration) error {
		_ = pause(t.mails.open, after)
		_ = t.conn.Close()
		return errGone
	}
	switch t.mails.draw() {
	case throttled, failed:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "Come again later"}
	case cutOff:
		return cut(0)
	case unheard:
		t.mails.take(raw)
		return cut(0)
	case slow:
		t.mails.take(raw)
		return pause(t.mails.open, time.Second)
	case hung:
		return cut(hangs)
	case hungDone:
		t.mails.take(raw)
		return cut(hangs)
	case fair:
		t.mails.take(raw)
	}
	return nil
}

// take notes a mail. Its parts are read as one, because only words in them are looked for.
func (m *mails) take(raw []byte) {
	parsed, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return
	}
	subject, _ := new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject"))
	body, _ := io.ReadAll(quotedprintable.NewReader(parsed.Body))
	text := subject + "\n" + string(body)
	toList := strings.Contains(parsed.Header.Get("To"), "approvers-")
	m.showTo(stem(parsed.Header.Get("Message-Id")), text, !strings.Contains(text, "Open to read and decide") && !strings.Contains(subject, "wait for you"), toList)
}
