package auth

import (
	"context"
	"fmt"
	"net/url"
	"strings"
)

// signOutURL is where the provider ends its own session and sends the browser back to us. It is
// [SignedOutPath] when the provider has no such place, or does not answer: the session here is over
// in any case.
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

// fillSignOutURL is the configured address for this client.
func fillSignOutURL(cfg Config) string {
	return strings.NewReplacer(
		clientPlaceholder, url.QueryEscape(cfg.ClientID),
		returnPlaceholder, url.QueryEscape(ownURL(cfg, SignedOutPath)),
	).Replace(cfg.SignOutURL)
}

// maxSignOutURL bounds the address of a sign-out, in bytes. Keycloak reads request lines of 4096
// bytes, other servers of 8 KiB, and a person whose address is too long sees an error of the
// provider and stays signed in there.
const maxSignOutURL = 4000

// endSessionURL is a request of OpenID Connect RP-Initiated Logout 1.0. An ID token that makes it
// too long is left out: the provider knows us by client_id, and may ask the person to confirm. We
// do not POST the token, although the standard has it: a browser leaves out SameSite=Lax cookies of
// the provider then, among them its session, and holds all redirects that follow against
// form-action, also those to a third site.
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
