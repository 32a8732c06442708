package auth

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// errTellsNothing: the provider has no way to name the person's groups again before they sign in anew.
var errTellsNothing = errors.New("the groups cannot be read again without a sign-in")

// askUserinfo reads a person again with the access token of the sign-in, for as long as that lives. [errTellsNothing] means
// that it has ended, or that userinfo says nothing of groups; any other error but [ErrProviderUnavailable] that the provider
// does not vouch for the person any more.
func (p *provider) askUserinfo(ctx context.Context, old identity) (identity, error) {
	e, err := p.discover(ctx)
	if err != nil {
		return identity{}, err
	}
	if e.oidc.UserInfoEndpoint() == "" {
		return identity{}, errTellsNothing
	}
	said, err := p.userinfoClaims(ctx, e, old)
	if err != nil {
		return identity{}, err
	}
	if lookup(said, p.cfg.GroupsClaim) == nil && !old.GroupsInUserinfo {
		return identity{}, errTellsNothing // they were in the ID token
	}
	fresh := newIdentity(p.cfg.GroupsClaim, said, nil)
	fresh.GroupsReadAt = p.cfg.Now()
	return fresh.after(old), nil
}

// userinfoClaims is what userinfo says of the person of an earlier identity.
func (p *provider) userinfoClaims(ctx context.Context, e *endpoints, old identity) (claims, error) {
	watched, status := watchStatus(p.client)
	bearer := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: old.AccessToken, TokenType: "Bearer"})
	info, err := e.oidc.UserInfo(oidc.ClientContext(ctx, watched), bearer)
	switch {
	case err != nil && (*status == http.StatusUnauthorized || *status == http.StatusForbidden):
		if old.AccessEndsAt.IsZero() { // nobody said how long the token lives: it may have ended
			return nil, errTellsNothing
		}
		return nil, classify("userinfo", err)
	case err != nil:
		return nil, &providerError{ErrProviderUnavailable, "userinfo", err}
	case info.Subject != old.Subject: // OpenID Connect Core section 5.3.2
		return nil, invalid("userinfo", "it is about another subject")
	}
	var said claims
	if err := info.Claims(&said); err != nil {
		return nil, &providerError{ErrProviderUnavailable, "read userinfo", err}
	}
	return said, nil
}

// after is an identity that userinfo named, with what only the sign-in could tell: the keys, and names that are not said
// again. No name is lost, for four eyes compare them.
func (id identity) after(old identity) identity {
	fresh := old
	fresh.Groups, fresh.Unread, fresh.GroupsReadAt = id.Groups, id.Unread, id.GroupsReadAt
	fresh.Name, fresh.GivenName, fresh.FamilyName = cmp.Or(id.Name, old.Name), cmp.Or(id.GivenName, old.GivenName), cmp.Or(id.FamilyName, old.FamilyName)
	if id.Email != "" && id.Email != old.Email {
		fresh.Email, fresh.EmailVerified = id.Email, id.EmailVerified
	} else {
		fresh.EmailVerified = id.EmailVerified || old.EmailVerified
	}
	fresh.UserNames = id.UserNames
	for _, name := range old.UserNames {
		if !slices.Contains(fresh.UserNames, name) && len(fresh.UserNames) < maxUserNames {
			fresh.UserNames = append(fresh.UserNames, name)
		}
	}
	return fresh
}

// maxUserNames bounds the names that a session gathers while it is renewed.
const maxUserNames = 32

// watchStatus is a client that notes the status of its last answer: the library tells it as text only.
func watchStatus(client *http.Client) (watched *http.Client, status *int) {
	copied, status := *client, new(int)
	next := client.Transport
	copied.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		answer, err := next.RoundTrip(r)
		if err == nil {
			*status = answer.StatusCode
		}
		return answer, err
	})
	return &copied, status
}

// roundTrip is a transport that is a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Bounds on an access token: how long it may be, in bytes, and how long its life, in seconds.
const (
	maxAccessToken = 16 << 10
	maxAccessLife  = 30 * 24 * 60 * 60
)

// keepAccess keeps the access token of a sign-in where it can be of use: without a refresh token it is what reads groups again.
func (p *provider) keepAccess(e *endpoints, id *identity, token *oauth2.Token) {
	if token.RefreshToken != "" || e.oidc.UserInfoEndpoint() == "" || len(token.AccessToken) > maxAccessToken {
		return
	}
	id.AccessToken = token.AccessToken
	if token.ExpiresIn > 0 {
		id.AccessEndsAt = p.cfg.Now().Add(time.Duration(min(token.ExpiresIn, maxAccessLife)) * time.Second)
	}
}
