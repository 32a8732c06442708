package config

import (
	"errors"
	"fmt"
	"net/url"
)

// Collector is the address of an OpenTelemetry collector, with its path. It may be plain http: the
// spans hold no secrets, and a collector is often a neighbour without a certificate.
type Collector string

// UnmarshalText reads an http or https URL without user, query or fragment. If it has no path, it
// gets the path of OTLP.
func (c *Collector) UnmarshalText(text []byte) error {
	u, err := url.Parse(string(text))
	switch {
	case err != nil || u.Hostname() == "":
		return errors.New("must be a whole URL with a scheme and a host")
	case u.User != nil:
		return errors.New("must not have a user or password in it; OTEL_EXPORTER_OTLP_HEADERS may hold one")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return errors.New("must not have a query or fragment")
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("must be http or https, not %q", text)
	case u.Path == "" || u.Path == "/":
		u.Path = "/v1/traces"
	}
	*c = Collector(u.String())
	return nil
}
