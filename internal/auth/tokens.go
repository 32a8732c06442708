package auth

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"golang.org/x/oauth2"
)

// redeem exchanges the code that the browser brought back from the provider, and returns the person
// that it stands for.
func (p *provider) redeem(ctx context.Context, at attempt, reply url.Values) (identity, error) {
	ctx = p.context(ctx)
	e, err := p.discover(ctx)
	if err != nil {
		return identity{}, err
	}
	if err := checkAnswer(reply, p.cfg.Issuer, e.sendsIssuer); err != nil {
		return identity{}, err
	}
	token, err := e.oauth.Exchange(ctx, reply.Get("code"), oauth2.VerifierOption(at.Verifier))
	if refused := e.refusedClient(err); refused != nil {
		return identity{}, refused
	}
	if err != nil {
		return identity{}, classify("exchange the code", err)
	}
	raw, _ := token.Extra("id_token").(string)
	e, verified, err := p.verify(ctx, e, raw, token)
	if err != nil {
		return identity{}, err
	}
	if verified.Nonce != at.Nonce {
		return identity{}, invalid("ID token", "the nonce is not the one that the desk sent")
	}
	return p.identify(ctx, e, verified, raw, token)
}

// checkAnswer reads the redirect's parameters: which provider answers (RFC 9207), and whether it
// refuses.
func checkAnswer(reply url.Values, issuer string, sendsIssuer bool) error {
	if iss := reply.Get("iss"); iss != issuer && (sendsIssuer || iss != "") {
		return invalid("redirect", "the answer comes from another issuer: %q", iss)
	}
	switch code := reply.Get("error"); code {
	case "":
	default:
		if slices.Contains(inTrouble, code) {
			return &providerError{ErrProviderUnavailable, "redirect", errors.New(code)}
		}
		return &RefusedError{Code: foreignText(code), Description: foreignText(reply.Get("error_description"))}
	}
	if reply.Get("code") == "" {
		return invalid("redirect", "it has no code")
	}
	return nil
}

// verify checks an ID token. If the token does not fit what is known about the provider, verify
// reads that again, because the provider may have changed its keys or its algorithm. It returns the
// endpoints that the token fits.
func (p *provider) verify(ctx context.Context, e *endpoints, raw string, token *oauth2.Token) (*endpoints, *oidc.IDToken, error) {
	verified, err := p.verifyBy(ctx, e, raw, token)
	if fault := FaultOf(err); fault != FaultAlgorithm && fault != FaultKey {
		return e, verified, err
	}
	fresh := p.rediscover(ctx, e)
	if fresh == e {
		return e, nil, err
	}
	verified, err = p.verifyBy(ctx, fresh, raw, token)
	return fresh, verified, err
}

// verifyBy checks an ID token as OpenID Connect Core section 3.1.3.7 says, except for the nonce,
// which a refresh does not have.
func (p *provider) verifyBy(ctx context.Context, e *endpoints, raw string, token *oauth2.Token) (*oidc.IDToken, error) {
	alg, err := e.algorithm(raw)
	if err != nil {
		return nil, err
	}
	signature := &signatureCheck{keys: e.keys}
	// checkTimes checks the expiry
	config := oidc.Config{ClientID: p.cfg.ClientID, SupportedSigningAlgs: e.algorithms, SkipExpiryCheck: true}
	verified, err := oidc.NewVerifier(p.cfg.Issuer, signature, &config).Verify(ctx, raw)
	switch {
	case errors.Is(signature.err, errNoKey):
		return nil, &faultError{ErrTokenInvalid, FaultKey, ""}
	case err != nil:
		return nil, classify("verify the ID token", err)
	}
	if err := checkTimes(verified, p.cfg.Now()); err != nil {
		return nil, err
	}
	if err := checkAccessToken(verified, alg, token.AccessToken); err != nil {
		return nil, classify("verify the access token", err)
	}
	if err := checkParty(verified, p.cfg.ClientID); err != nil {
		return nil, err
	}
	if verified.Subject == "" || len(verified.Subject) > maxSubject {
		return nil, invalid("ID token", "its subject has %d bytes", len(verified.Subject))
	}
	return verified, nil
}

// signatureCheck remembers why a signature could not be checked, because the verifier returns that
// only as text.
type signatureCheck struct {
	keys keySet
	err  error
}

func (s *signatureCheck) VerifySignature(ctx context.Context, jwt string) ([]byte, error) {
	payload, err := s.keys.VerifySignature(ctx, jwt)
	s.err = err
	return payload, err
}

// algorithm reads the algorithm that an ID token is signed with, and returns an error if it cannot
// be checked here. Nothing in the token is trusted yet.
func (e *endpoints) algorithm(raw string) (string, error) {
	switch {
	case raw == "":
		return "", &faultError{ErrTokenInvalid, FaultNoIDToken, ""}
	case strings.Count(raw, ".") == 4: // RFC 7516 section 3.1
		return "", &faultError{ErrTokenInvalid, FaultEncrypted, ""}
	}
	var allowed []jose.SignatureAlgorithm
	for _, alg := range e.algorithms {
		allowed = append(allowed, jose.SignatureAlgorithm(alg))
	}
	signed, err := jose.ParseSignedCompact(raw, allowed)
	if other, ok := errors.AsType[*jose.ErrUnexpectedSignatureAlgorithm](err); ok {
		detail := fmt.Sprintf("it is signed with %q; the provider announces %s", foreignText(string(other.Got)), strings.Join(e.algorithms, ", "))
		return "", &faultError{ErrTokenInvalid, FaultAlgorithm, detail}
	}
	if err != nil {
		return "", classify("read the ID token", err)
	}
	return signed.Signatures[0].Header.Algorithm, nil
}

// clockLeeway is how far the provider's clock may be from ours, both at the beginning of a token's
// validity and at its end.
const clockLeeway = 5 * time.Minute

// checkTimes compares an ID token's times with our clock. The verifier gives a leeway only to the
// beginning.
func checkTimes(verified *oidc.IDToken, now time.Time) error {
	var times struct {
		NotBefore *jwt.NumericDate `json:"nbf"`
	}
	if err := verified.Claims(&times); err != nil {
		return classify("read the ID token", err)
	}
	if issued := verified.IssuedAt; issued.After(now.Add(clockLeeway)) {
		return invalid("ID token", "it was issued at %s, and our clock says %s: synchronize both clocks with NTP",
			issued.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	if ended := verified.Expiry; ended.Add(clockLeeway).Before(now) {
		return invalid("ID token", "it expired at %s, and our clock says %s", ended.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	if begins := times.NotBefore; begins != nil && now.Add(clockLeeway).Before(begins.Time()) {
		return invalid("ID token", "it is valid from %s, and our clock says %s", begins.Time().UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	return nil
}

// identify reads the claims. It asks userinfo for what the ID token does not tell.
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
	id.GroupsReadAt, id.GroupsInUserinfo = p.cfg.Now(), lookup(told, p.cfg.GroupsClaim) == nil && lookup(more, p.cfg.GroupsClaim) != nil
	p.keepAccess(e, &id, token)
	return id, nil
}

// more asks userinfo for what the ID token does not tell. It also asks whether the address is
// verified, but if that gets no answer the sign-in goes on.
func (p *provider) more(ctx context.Context, e *endpoints, told claims, subject string, token *oauth2.Token) (claims, error) {
	complete := told.complete(p.cfg.GroupsClaim)
	if e.oidc.UserInfoEndpoint() == "" || complete && (told["email_verified"] != nil || p.cfg.EmailTrusted) {
		return nil, nil
	}
	info, err := p.userinfo(ctx, e, token)
	switch {
	case err != nil && complete:
		return nil, nil
	case err != nil:
		return nil, err
	}
	return info.about(subject)
}

// invalid returns [ErrTokenInvalid] for one of our own checks.
func invalid(what, format string, args ...any) error {
	return &providerError{ErrTokenInvalid, what, fmt.Errorf(format, args...)}
}
