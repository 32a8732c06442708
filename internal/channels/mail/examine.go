package mail

import (
	"context"
	"crypto/tls"
	"errors"

	"countersign/internal/doctor"
)

// Examine says whether the server takes connections, TLS and the sign-in. It sends no mail.
func (c *Channel) Examine(ctx context.Context, _ []string) doctor.Channel {
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	over, err := c.dial(ctx)
	if err == nil {
		over.close()
		return doctor.Channel{Says: c.config.Server + " takes " + c.config.greeted()}
	}
	fault := faultOf(err)
	certificate := new(tls.CertificateVerificationError)
	switch {
	case errors.As(err, &certificate):
		fault.Words = "its certificate is not accepted: " + fault.Words
	case fault.Words == "":
		fault.Words = words(err.Error())
	}
	return doctor.Channel{Problem: c.config.Server + ": " + fault.Words}
}

// greeted is what a server has taken before a mail.
func (c Config) greeted() string {
	switch {
	case c.TLS == None:
		return "connections"
	case c.User == "":
		return "connections with TLS"
	}
	return "connections with TLS and the sign-in"
}
