package mail

import (
	"context"
	"errors"
	"net/mail"
	"sync"
	"time"

	"countersign/internal/notice"
)

// How long an attempt may take, and how long a connection waits for the next mail. The wait is
// shorter than an attempt, so that the deadline of the last one has not passed.
const (
	attempt = 30 * time.Second
	idle    = 15 * time.Second
)

// Channel sends mails. It keeps one connection open for a moment, for the next mail.
type Channel struct {
	config Config
	host   string // of the server
	from   *mail.Address

	mu   sync.Mutex
	kept *connection // nil if none is open
}

// New makes the channel. It does not connect. Its errors are for operators.
func New(c Config) (*Channel, error) {
	from, host, err := c.check()
	if err != nil {
		return nil, err
	}
	return &Channel{config: c, host: host, from: from}, nil
}

// Style implements [notice.Channel].
func (c *Channel) Style() notice.Style { return notice.Appended }

// Deliver implements [notice.Channel]. The handle is the Message-ID of the first mail: later ones
// answer it, so that they stand in one thread.
func (c *Channel) Deliver(ctx context.Context, e notice.Envelope) (notice.Handle, error) {
	to, err := mail.ParseAddress(e.To)
	if err != nil {
		return "", &notice.Fault{Code: notice.NoPlace, Words: "this is no e-mail address"}
	}
	l, err := c.compose(e, to)
	if err != nil {
		return "", &notice.Fault{Code: notice.Refused, Err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	if err := c.send(ctx, l); err != nil {
		return "", faultOf(err)
	}
	if e.Handle != "" {
		return e.Handle, nil
	}
	return notice.Handle(l.id), nil
}

// send sends over the connection that is open, or over a new one. If the open one has been closed
// meanwhile, which takes no mail, a new one gets its turn.
func (c *Channel) send(ctx context.Context, l letter) error {
	if open := c.take(); open != nil {
		err := c.sendOver(ctx, open, l)
		var broken *failure
		if !errors.As(err, &broken) || broken.after >= content || ctx.Err() != nil || broken.refused() {
			return err
		}
	}
	fresh, err := c.dial(ctx)
	if err != nil {
		return err
	}
	return c.sendOver(ctx, fresh, l)
}

// sendOver sends over a connection and keeps it, unless it failed.
func (c *Channel) sendOver(ctx context.Context, over *connection, l letter) error {
	if err := over.send(ctx, l); err != nil {
		over.close()
		return err
	}
	c.keep(over)
	return nil
}

// take returns the open connection, nil if there is none. The caller owns it.
func (c *Channel) take() *connection {
	c.mu.Lock()
	defer c.mu.Unlock()
	open := c.kept
	c.kept = nil
	if open != nil && !open.expiry.Stop() {
		return nil // it is being closed
	}
	return open
}

// keep holds a connection open for the next mail. If there is one already, it is closed.
func (c *Channel) keep(over *connection) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept != nil {
		go over.close() // says goodbye, which waits for an answer
		return
	}
	c.kept = over
	over.expiry = time.AfterFunc(idle, func() {
		c.mu.Lock()
		if c.kept == over {
			c.kept = nil
		}
		c.mu.Unlock()
		over.close()
	})
}
