package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// maxAnswers is how many bytes a server may answer to one mail, its greeting and TLS included.
const maxAnswers = 64 << 10

// farewell is how long a connection waits for the answer to its goodbye.
const farewell = 2 * time.Second

// connection is a conversation with the server that is ready for a mail. One mail at a time uses
// it.
type connection struct {
	client *smtp.Client
	wire   *wire
	expiry *time.Timer // closes it; set while the channel keeps it
}

// wire is a network connection from which only so much is read.
type wire struct {
	net.Conn
	left int // bytes
}

var errTooMuch = errors.New("the server answers more than 64 KiB")

func (w *wire) Read(b []byte) (int, error) {
	if w.left <= 0 {
		return 0, errTooMuch
	}
	n, err := w.Conn.Read(b[:min(len(b), w.left)])
	w.left -= n
	return n, err
}

// dial connects, begins TLS and signs in. Its errors are failures.
func (c *Channel) dial(ctx context.Context) (*connection, error) {
	var dialer net.Dialer
	raw, err := dialer.DialContext(ctx, "tcp", c.config.Server)
	if err != nil {
		return nil, &failure{after: nothing, err: err}
	}
	over := &connection{wire: &wire{Conn: raw, left: maxAnswers}}
	defer over.obey(ctx)()
	if err := c.greet(ctx, over); err != nil {
		_ = raw.Close()
		return nil, &failure{after: nothing, err: err}
	}
	return over, nil
}

// greet has the first words with the server.
func (c *Channel) greet(ctx context.Context, over *connection) error {
	var conn net.Conn = over.wire
	if c.config.TLS == Implicit {
		protected := tls.Client(conn, c.config.tls(c.host))
		if err := protected.HandshakeContext(ctx); err != nil {
			return err
		}
		conn = protected
	}
	client, err := smtp.NewClient(conn, c.host)
	if err != nil {
		return err
	}
	over.client = client
	if err := client.Hello(c.config.Host); err != nil {
		return err
	}
	if c.config.TLS == StartTLS {
		if offered, _ := client.Extension("STARTTLS"); !offered {
			return setting("the server does not offer STARTTLS")
		}
		if err := client.StartTLS(c.config.tls(c.host)); err != nil {
			return err
		}
	}
	if c.config.User == "" {
		return nil
	}
	return c.signIn(client)
}

// signIn proves who we are, in the best way that the server offers.
func (c *Channel) signIn(client *smtp.Client) error {
	_, offer := client.Extension("AUTH")
	user, password := c.config.User, c.config.Password
	ways := strings.Fields(offer)
	switch {
	case slices.Contains(ways, "SCRAM-SHA-256"):
		return client.Auth(smtp.ScramSHA256Auth(user, password))
	case slices.Contains(ways, "PLAIN"):
		return client.Auth(smtp.PlainAuth("", user, password, c.host, false))
	case slices.Contains(ways, "LOGIN"):
		return client.Auth(smtp.LoginAuth(user, password, c.host, false))
	}
	return setting("the server offers no sign-in by SCRAM-SHA-256, PLAIN or LOGIN")
}

// setting is why a server cannot be used as the operator configured it.
type setting string

func (s setting) Error() string { return string(s) }

// obey closes the connection when the context ends. The caller calls the function that it returns
// when the context matters no more.
func (over *connection) obey(ctx context.Context) func() {
	stop := context.AfterFunc(ctx, func() { _ = over.wire.Close() })
	return func() { stop() }
}

// send sends one mail. Its errors are failures, after which the connection is of no use.
func (over *connection) send(ctx context.Context, l letter) error {
	defer over.obey(ctx)()
	over.wire.left = maxAnswers
	over.client.SkipSMTPUTF8(l.ascii())
	if err := over.client.Mail("<" + l.from + ">"); err != nil {
		return &failure{after: nothing, err: err}
	}
	if err := over.client.Rcpt("<" + l.to + ">"); err != nil {
		return &failure{after: sender, err: err}
	}
	body, err := over.client.Data()
	if err != nil {
		return &failure{after: recipient, err: err}
	}
	// Only the line that ends the content makes the server take it.
	if _, err := body.Write(l.raw); err != nil {
		return &failure{after: recipient, err: fmt.Errorf("the content was not sent: %w", err)}
	}
	if err := body.Close(); err != nil {
		return &failure{after: content, err: err}
	}
	return nil
}

// close ends the conversation.
func (over *connection) close() {
	_ = over.wire.SetDeadline(time.Now().Add(farewell))
	_ = over.client.Quit()
	_ = over.wire.Close()
}
