package mail

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strconv"
	"strings"

	"countersign/internal/loopback"
)

// TLS says how a connection to the server is protected.
type TLS string

// The ways. The server's certificate is always checked.
const (
	StartTLS TLS = "starttls" // begins in the clear and must change to TLS: port 587
	Implicit TLS = "tls"      // TLS from the first byte: port 465
	None     TLS = "none"     // in the clear, without a password, on this machine only
)

// Config is what the operator says of the mail server.
type Config struct {
	Server string // host and port: "smtp.example.com:587"
	From   string // the sender: "Countersign <desk@example.com>"
	TLS    TLS
	// User and Password are empty if the server asks for none.
	User, Password string
	// Host is the name of this machine for the server, the host of the desk's address.
	Host string
	// Roots are who may sign the server's certificate; nil means the system's.
	Roots *x509.CertPool
}

// check returns the sender's address and the server's host. Its errors are for operators, and name
// no secret.
func (c Config) check() (from *mail.Address, host string, err error) {
	host, port, err := net.SplitHostPort(c.Server)
	if n, bad := strconv.Atoi(port); err != nil || host == "" || bad != nil || n < 1 || n > 65535 {
		return nil, "", fmt.Errorf("the mail server %q is no host with a port, such as smtp.example.com:587", c.Server)
	}
	from, err = mail.ParseAddress(c.From)
	if err != nil {
		return nil, "", fmt.Errorf("the sender %q is no address, such as Countersign <desk@example.com>", c.From)
	}
	if (c.User == "") != (c.Password == "") {
		return nil, "", errors.New("the mail server's user and password belong together: one of them is missing")
	}
	switch c.TLS {
	case StartTLS, Implicit:
	case None:
		if !loopback.Host(host) {
			return nil, "", fmt.Errorf("mails would cross the network to %s in the clear: use starttls or tls", host)
		}
		if c.User != "" {
			return nil, "", errors.New("a password is not sent without TLS: use starttls or tls")
		}
	default:
		return nil, "", fmt.Errorf("the mail server's tls is %q: it is starttls, tls or none", c.TLS)
	}
	return from, host, nil
}

// tls returns the settings of TLS for the server's host.
func (c Config) tls(host string) *tls.Config {
	return &tls.Config{ServerName: host, RootCAs: c.Roots, MinVersion: tls.VersionTLS12}
}

// domain is the part of an address after the "@".
func domain(address string) string {
	return address[strings.LastIndexByte(address, '@')+1:]
}
