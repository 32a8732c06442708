package auth

import (
	"context"
	"errors"
	"slices"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// refresh reads an identity again. An error means that the provider does not vouch for the person
// any more, unless it is [errTellsNothing] or one that [passes] reports. With any error, refresh
// returns the old identity with the refresh token that is valid from now on: most providers accept
// each of them once.
func (p *provider) refresh(ctx context.Context, old identity) (identity, error) {
	ctx = p.context(ctx)
	e, err := p.discover(ctx)
	if err != nil {
		return old, err
	}
	token, err := e.oauth.TokenSource(ctx, &oauth2.Token{RefreshToken: old.RefreshToken}).Token()
	if refused := e.refusedClient(err); refused != nil {
		return old, refused
	}
	if err != nil {
		return old, notRefreshed(err)
	}
	old.RefreshToken = token.RefreshToken
	fresh, err := p.refreshed(ctx, e, old, token)
	if err != nil {
		return old, err
	}
	return fresh, nil
}

// inTrouble are the error codes by which a provider says that it cannot answer now. The standard
// defines them only for the redirect.
var inTrouble = []string{"temporarily_unavailable", "server_error", "slow_down"}

// notRefreshed returns why a refresh token brought nothing. A provider that refuses the person says
// so with an error code (RFC 6749 section 5.2). Anything else, such as a page of a gateway or of a
// firewall, is not the provider's answer.
func notRefreshed(err error) error {
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok && refused.ErrorCode != "" && !slices.Contains(inTrouble, refused.ErrorCode) {
		return classify("refresh", err)
	}
	return &providerError{ErrProviderUnavailable, "refresh", err}
}

// refreshed returns the person that the answer to a refresh names. If the answer has no ID token
// (OpenID Connect Core section 12.2), it asks userinfo.
func (p *provider) refreshed(ctx context.Context, e *endpoints, old identity, token *oauth2.Token) (identity, error) {
	verified, raw := &oidc.IDToken{Subject: old.Subject}, old.IDToken
	fresh, _ := token.Extra("id_token").(string)
	if fresh != "" {
		var err error
		raw = fresh
		if e, verified, err = p.verify(ctx, e, raw, token); err != nil {
			return identity{}, err
		}
	}
	if verified.Subject != old.Subject {
		return identity{}, invalid("refresh", "the subject changed")
	}
	id, err := p.identify(ctx, e, verified, raw, token)
	if err != nil {
		return identity{}, err
	}
	if fresh == "" && id.tellsNothing(old) { // if an ID token has no groups, there are none
		return identity{}, errTellsNothing
	}
	again := id.after(old)
	again.IDToken, again.GroupsInUserinfo = id.IDToken, id.GroupsInUserinfo
	return again, nil
}
