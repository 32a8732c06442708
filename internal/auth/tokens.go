package auth

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// redeem exchanges the code that the provider sent the browser back with, and returns whom it stands for.
func (p *provider) redeem(ctx context.Context, at attempt, answer url.Values) (identity, error) {
	ctx = p.context(ctx)
	e, err := p.discover(ctx)
	if err != nil {
		return identity{}, err
	}
	if err := checkAnswer(answer, p.cfg.Issuer, e.sendsIssuer); err != nil {
		return identity{}, err
	}
	token, err := e.oauth.Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(at.Verifier))
	if err != nil {
		return identity{}, classify("exchange the code", err)
	}
	raw, _ := token.Extra("id_token").(string)
	verified, err := p.verify(ctx, e, raw, token)
	if err != nil {
		return identity{}, err
	}
	if verified.Nonce != at.Nonce {
		return identity{}, invalid("ID token", "the nonce is not the one that was sent")
	}
	return p.identify(ctx, e, verified, raw, token)
}

// refresh reads an identity again. Any error but [ErrProviderUnavailable] means that the provider does not vouch for the
// person any more.
func (p *provider) refresh(ctx context.Context, old identity) (identity, error) {
	ctx = p.context(ctx)
	e, err := p.discover(ctx)
	if err != nil {
		return identity{}, err
	}
	token, err := e.oauth.TokenSource(ctx, &oauth2.Token{RefreshToken: old.RefreshToken}).Token()
	if err != nil {
		return identity{}, classify("refresh", err)
	}
	// A refresh may come without an ID token (OpenID Connect Core section 12.2); userinfo tells then.
	verified, raw := &oidc.IDToken{Subject: old.Subject}, old.IDToken
	if fresh, _ := token.Extra("id_token").(string); fresh != "" {
		raw = fresh
		if verified, err = p.verify(ctx, e, raw, token); err != nil {
			return identity{}, err
		}
	}
	if verified.Subject != old.Subject {
		return identity{}, invalid("refresh", "the subject changed")
	}
	if raw == old.IDToken && e.oidc.UserInfoEndpoint() == "" { // renewed, but nobody told anything
		old.RefreshToken = token.RefreshToken
		return old, nil
	}
	return p.identify(ctx, e, verified, raw, token)
}

// checkAnswer reads the redirect's parameters: who answers (RFC 9207), and whether it is a refusal.
func checkAnswer(answer url.Values, issuer string, sendsIssuer bool) error {
	if iss := answer.Get("iss"); iss != issuer && (sendsIssuer || iss != "") {
		return invalid("redirect", "another issuer answers: %q", iss)
	}
	switch code := answer.Get("error"); code {
	case "":
	case "temporarily_unavailable", "server_error":
		return &providerError{ErrProviderUnavailable, "redirect", errors.New(code)}
	default:
		return &RefusedError{Code: foreignText(code), Description: foreignText(answer.Get("error_description"))}
	}
	if answer.Get("code") == "" {
		return invalid("redirect", "it has no code")
	}
	return nil
}

// verify checks an ID token as OpenID Connect Core section 3.1.3.7 says, but for the nonce, which a refresh has none of.
func (p *provider) verify(ctx context.Context, e *endpoints, raw string, token *oauth2.Token) (*oidc.IDToken, error) {
	signature := &signatureCheck{keys: e.keys}
	verified, err := oidc.NewVerifier(p.cfg.Issuer, signature, &e.verify).Verify(ctx, raw)
	if signature.err != nil {
		err = signature.err
	}
	if err != nil {
		return nil, classify("verify the ID token", err)
	}
	if verified.AccessTokenHash != "" {
		if err := verified.VerifyAccessToken(token.AccessToken); err != nil {
			return nil, classify("verify the access token", err)
		}
	}
	if err := checkIssued(verified, p.cfg.ClientID, p.cfg.Now()); err != nil {
		return nil, err
	}
	if verified.Subject == "" || len(verified.Subject) > maxSubject {
		return nil, invalid("ID token", "its subject has %d bytes", len(verified.Subject))
	}
	return verified, nil
}

// signatureCheck remembers why a signature could not be checked. The verifier tells it as text only, but keys that cannot
// be fetched are not the same as a signature that is wrong.
type signatureCheck struct {
	keys oidc.KeySet
	err  error
}

func (s *signatureCheck) VerifySignature(ctx context.Context, jwt string) ([]byte, error) {
	payload, err := s.keys.VerifySignature(ctx, jwt)
	s.err = err
	return payload, err
}

// identify reads the claims; userinfo is asked for what the ID token does not tell.
func (p *provider) identify(ctx context.Context, e *endpoints, verified *oidc.IDToken, raw string, token *oauth2.Token) (identity, error) {
	told := claims{}
	if verified.Issuer != "" { // a real ID token, not only the subject of an earlier one
		if err := verified.Claims(&told); err != nil {
			return identity{}, classify("read the ID token", err)
		}
	}
	more, err := p.more(ctx, e, told, verified.Subject, token)
	if err != nil {
		return identity{}, err
	}
	id := newIdentity(p.cfg.GroupsClaim, told, more)
	id.Subject, id.IDToken, id.RefreshToken = verified.Subject, raw, token.RefreshToken
	return id, nil
}

// more asks userinfo for what the ID token does not tell. Whether the address is verified is worth a question, but nobody stays
// signed out because it got no answer.
func (p *provider) more(ctx context.Context, e *endpoints, told claims, subject string, token *oauth2.Token) (claims, error) {
	complete := told.complete(p.cfg.GroupsClaim)
	if e.oidc.UserInfoEndpoint() == "" || complete && (told["email_verified"] != nil || p.cfg.EmailTrusted) {
		return nil, nil
	}
	info, err := e.oidc.UserInfo(ctx, oauth2.StaticTokenSource(token))
	switch {
	case err != nil && complete:
		return nil, nil
	case err != nil:
		return nil, classify("userinfo", err)
	case info.Subject != subject: // OpenID Connect Core section 5.3.2
		return nil, invalid("userinfo", "it is about another subject")
	}
	var more claims
	if err := info.Claims(&more); err != nil {
		return nil, classify("read userinfo", err)
	}
	return more, nil
}

// invalid is [ErrTokenInvalid] for a check of our own.
func invalid(what, format string, args ...any) error {
	return &providerError{ErrTokenInvalid, what, fmt.Errorf(format, args...)}
}
