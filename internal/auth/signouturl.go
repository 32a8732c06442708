package auth

import (
	"context"
	"fmt"
	"net/url"
	"strings"
)

// signOutURL returns the address where the provider ends its own session and sends the browser back
// to us. It is [SignedOutPath] if the provider has no such endpoint or does not answer: the session
// here is over in any case.
func (p *provider) signOutURL(ctx context.Context, idToken string) string {
	if p.cfg.SignOutURL != "" {
		return fillSignOutURL(p.cfg)
	}
	e, err := p.discover(ctx)
	if err != nil || e.endSession == "" {
		return SignedOutPath
	}
	address, err := endSessionURL(p.cfg, e.endSession, idToken)
	if err != nil {
		return SignedOutPath
	}
	return address
}

// Placeholders of [Config.SignOutURL].
const (
	clientPlaceholder = "{client_id}"
	returnPlaceholder = "{return_to}"
)

// fillSignOutURL returns the configured address with its placeholders filled in for this client.
func fillSignOutURL(cfg Config) string {
	return strings.NewReplacer(
		clientPlaceholder, url.QueryEscape(cfg.ClientID),
		returnPlaceholder, url.QueryEscape(ownURL(cfg, SignedOutPath)),
	).Replace(cfg.SignOutURL)
}

// maxSignOutURL bounds the address of a sign-out, in bytes. Keycloak reads request lines of 4096
// bytes, other servers of 8 KiB. If the address is too long, the person sees an error of the
// provider and stays signed in there.
const maxSignOutURL = 4000

// endSessionURL builds a request of OpenID Connect RP-Initiated Logout 1.0. It leaves out an ID
// token that makes the address too long: the provider knows us by client_id, and may ask the person
// to confirm. The token is not sent by POST, although the standard allows that: the browser would
// then withhold the provider's SameSite=Lax cookies, among them its session, and would check all
// redirects that follow against form-action, including those to a third site.
func endSessionURL(cfg Config, endpoint, idToken string) (string, error) {
	u, err := url.Parse(endpoint)
	if err != nil {
		return "", fmt.Errorf("end_session_endpoint: %w", err)
	}
	q := u.Query()
	q.Set("client_id", cfg.ClientID)
	q.Set("post_logout_redirect_uri", ownURL(cfg, SignedOutPath))
	q.Set("state", SignedOut)
	u.RawQuery = q.Encode()
	short := u.String()
	if idToken == "" {
		return short, nil
	}
	q.Set("id_token_hint", idToken)
	u.RawQuery = q.Encode()
	if long := u.String(); len(long) <= maxSignOutURL {
		return long, nil
	}
	return short, nil
}
