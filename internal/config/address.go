package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"countersign/internal/loopback"
)

// Address is a host and port to listen on, as net.Listen takes it. An empty host means every
// interface.
type Address string

// UnmarshalText reads host:port with a numeric port.
func (a *Address) UnmarshalText(text []byte) error {
	_, port, err := net.SplitHostPort(string(text))
	if err != nil {
		return fmt.Errorf("must be a host and a port, not %q", text)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("must have a port from 0 to 65535, not %q", port)
	}
	*a = Address(text)
	return nil
}

// URL is the address of a service: https, or http on this machine only. It is kept exactly as
// written, because issuers are compared byte by byte.
type URL string

// UnmarshalText reads an absolute URL without user, query or fragment.
func (u *URL) UnmarshalText(text []byte) error {
	if _, err := parseURL(string(text)); err != nil {
		return err
	}
	*u = URL(text)
	return nil
}

// Origin is a URL without a path, such as https://countersign.example.com.
type Origin string

// UnmarshalText reads what [URL] reads, without a path. It stores the origin in the form that
// browsers write, because they compare it character by character.
func (o *Origin) UnmarshalText(text []byte) error {
	u, err := parseURL(string(text))
	if err != nil {
		return err
	}
	if u.Path != "" && u.Path != "/" {
		return fmt.Errorf("must not have a path, %q has: give the desk a host name of its own", text)
	}
	host, err := browserHost(u)
	if err != nil {
		return err
	}
	*o = Origin(u.Scheme + "://" + host)
	return nil
}

// browserHost returns a URL's host as browsers write it: a name in lower case and ASCII, an address
// in its short form, and no port if it is the scheme's default.
func browserHost(u *url.URL) (string, error) {
	name := strings.ToLower(u.Hostname())
	if ip, err := netip.ParseAddr(name); err == nil {
		name = ip.String()
	}
	if strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII }) {
		ascii, err := idna.Lookup.ToASCII(name)
		if err != nil {
			return "", fmt.Errorf("has a host name that is none, %q", name)
		}
		name = ascii
	}
	if strings.Contains(name, ":") {
		name = "[" + name + "]"
	}
	if port := u.Port(); port != "" && port != map[string]string{"http": "80", "https": "443"}[u.Scheme] {
		name += ":" + port
	}
	return name, nil
}

// parseURL parses a URL. Its error does not repeat the text if it may hold a password.
func parseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "":
		return nil, errors.New("must be a whole URL with a scheme and a host")
	case u.User != nil:
		return nil, errors.New("must not have a user or password in it")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("must not have a query or fragment")
	case u.Scheme == "https", u.Scheme == "http" && loopback.Host(u.Hostname()):
		return u, nil
	}
	return nil, fmt.Errorf("must be https, or http on localhost, not %q", text)
}
