package auth

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"time"

	"golang.org/x/oauth2"
)

// errTellsNothing means that the provider cannot name the person's groups again until they sign in
// again.
var errTellsNothing = errors.New("the groups can be read again only after a sign-in")

// askUserinfo reads a person again with the access token of the sign-in, as long as that is valid.
// [errTellsNothing] means that the token has ended, or that userinfo says nothing about groups; it
// is then not asked again. Any other error except [ErrProviderUnavailable] means that the provider
// no longer vouches for the person.
func (p *provider) askUserinfo(ctx context.Context, old identity) (identity, error) {
	e, err := p.discover(ctx)
	if err != nil {
		return old, err
	}
	silent := old
	silent.AccessToken = ""
	if e.oidc.UserInfoEndpoint() == "" {
		return silent, errTellsNothing
	}
	info, err := p.userinfo(ctx, e, &oauth2.Token{AccessToken: old.AccessToken, TokenType: "Bearer"})
	// the provider did not say how long the token is valid: it may have ended
	if errors.Is(err, ErrTokenInvalid) && old.AccessEndsAt.IsZero() {
		return silent, errTellsNothing
	}
	if err != nil {
		return old, err
	}
	said, err := info.about(old.Subject)
	if err != nil {
		return old, err
	}
	fresh := newIdentity(p.cfg.GroupsClaim, said, nil)
	if fresh.tellsNothing(old) {
		return silent, errTellsNothing
	}
	fresh.GroupsReadAt = p.cfg.Now()
	return fresh.after(old), nil
}

// userinfo asks for the claims about the owner of an access token. It returns [ErrTokenInvalid] if
// the provider refuses the token, and [ErrProviderUnavailable] if it does not answer as it should.
// It is our own because go-oidc refuses an email_verified that is null.
func (p *provider) userinfo(ctx context.Context, e *endpoints, token *oauth2.Token) (claims, error) {
	unavailable := func(err error) error { return &providerError{ErrProviderUnavailable, "userinfo", err} }
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.oidc.UserInfoEndpoint(), http.NoBody)
	if err != nil {
		return nil, unavailable(err)
	}
	token.SetAuthHeader(req)
	resp, err := p.client.Do(req)
	if err != nil {
		return nil, unavailable(err)
	}
	defer func() { _ = resp.Body.Close() }()
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusUnauthorized, http.StatusForbidden:
		return nil, invalid("userinfo", "the provider answers %s", resp.Status)
	default:
		return nil, unavailable(fmt.Errorf("the provider answers %s", resp.Status))
	}
	body, err := io.ReadAll(resp.Body) // the client bounds it
	if err == nil && isToken(resp.Header) {
		body, err = e.keys.VerifySignature(ctx, string(body))
	}
	var said claims
	if err == nil {
		err = json.Unmarshal(body, &said)
	}
	if err != nil {
		return nil, unavailable(err)
	}
	return said, nil
}

// isToken reports whether userinfo is a signed token (OpenID Connect Core section 5.3.2).
func isToken(h http.Header) bool {
	media, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && media == "application/jwt"
}

// about returns the claims of userinfo if they are about the subject that was asked for (OpenID
// Connect Core section 5.3.2).
func (c claims) about(subject string) (claims, error) {
	if c["sub"] != subject {
		return nil, invalid("userinfo", "it is about another subject")
	}
	return c, nil
}

// tellsNothing reports whether userinfo lacks the groups that the ID token named.
func (id identity) tellsNothing(old identity) bool {
	return id.Unread.Fault == FaultGroupsMissing && !old.GroupsInUserinfo
}

// after returns an identity that was read again, with the tokens and names of the old one that did
// not come again. No name is lost, because the four-eyes check compares them.
func (id identity) after(old identity) identity {
	fresh := old
	fresh.Groups, fresh.Unread, fresh.GroupsReadAt = id.Groups, id.Unread, id.GroupsReadAt
	fresh.Name, fresh.GivenName, fresh.FamilyName = cmp.Or(id.Name, old.Name), cmp.Or(id.GivenName, old.GivenName), cmp.Or(id.FamilyName, old.FamilyName)
	if id.Email != "" && id.Email != old.Email {
		fresh.Email, fresh.EmailVerified = id.Email, id.EmailVerified
	} else {
		fresh.EmailVerified = id.EmailVerified || old.EmailVerified && !id.disowned
	}
	fresh.UserNames = id.UserNames
	for _, name := range old.UserNames {
		if !slices.Contains(fresh.UserNames, name) && len(fresh.UserNames) < maxUserNames {
			fresh.UserNames = append(fresh.UserNames, name)
		}
	}
	return fresh
}

// maxUserNames bounds how many names a session collects over its renewals.
const maxUserNames = 32

// Bounds on an access token: its length in bytes, and its lifetime in seconds.
const (
	maxAccessToken = 16 << 10
	maxAccessLife  = 30 * 24 * 60 * 60
)

// keepAccess keeps the access token of a sign-in if it can be of use: without a refresh token it is
// what reads the groups again.
func (p *provider) keepAccess(e *endpoints, id *identity, token *oauth2.Token) {
	if token.RefreshToken != "" || e.oidc.UserInfoEndpoint() == "" || len(token.AccessToken) > maxAccessToken {
		return
	}
	id.AccessToken = token.AccessToken
	if token.ExpiresIn > 0 {
		id.AccessEndsAt = p.cfg.Now().Add(time.Duration(min(token.ExpiresIn, maxAccessLife)) * time.Second)
	}
}
