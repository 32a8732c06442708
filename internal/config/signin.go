package config

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// SignOutURL is where the provider ends its session, with placeholders in its query.
type SignOutURL string

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

// UnmarshalText reads an absolute URL whose query may hold {client_id} and {return_to}.
func (s *SignOutURL) UnmarshalText(text []byte) error {
	address, query, _ := strings.Cut(string(text), "?")
	if _, err := parseURL(address); err != nil {
		return err
	}
	for _, found := range placeholder.FindAllString(string(text), -1) {
		if found != "{client_id}" && found != "{return_to}" {
			return fmt.Errorf("may hold {client_id} and {return_to}, not %s", found)
		}
	}
	if _, err := url.ParseQuery(query); err != nil || strings.Contains(query, "#") {
		return errors.New("must have a query of the form a=b&c=d, and no fragment")
	}
	*s = SignOutURL(text)
	return nil
}

// AuthParams are parameters of the authorization request, written as a query.
type AuthParams url.Values

// maxAuthParams bounds the parameters in bytes, because they are part of an address.
const maxAuthParams = 1000

// ownParams are the parameters that the desk sets itself. An operator must not change them.
var ownParams = []string{
	"client_id", "client_secret", "code_challenge", "code_challenge_method", "nonce", "redirect_uri", "request", "request_uri", "response_mode",
	"response_type", "scope", "state",
}

// UnmarshalText reads a query, such as access_type=offline&prompt=consent.
func (p *AuthParams) UnmarshalText(text []byte) error {
	values, err := url.ParseQuery(string(text))
	if err != nil || len(text) > maxAuthParams {
		return fmt.Errorf("must be a query of the form a=b&c=d, of at most %d bytes", maxAuthParams)
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		switch {
		case name == "" || len(values[name]) > 1:
			return fmt.Errorf("must name each parameter once, %q is not", name)
		case slices.Contains(ownParams, name):
			return fmt.Errorf("must not hold %s: the desk sets it itself", name)
		}
	}
	*p = AuthParams(values)
	return nil
}

// String returns the query, sorted by name.
func (p AuthParams) String() string { return url.Values(p).Encode() }
