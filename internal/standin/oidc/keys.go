package oidc

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// idTokenLifetime is short, as with real providers: the token proves a sign-in, and is not a
// session.
const idTokenLifetime = 5 * time.Minute

// signingKey signs ID tokens.
type signingKey struct {
	private jose.JSONWebKey
	signer  jose.Signer
}

// newSigningKey generates a key. Each start has its own, so that nothing signed before is valid
// afterwards.
func newSigningKey(algorithm jose.SignatureAlgorithm) (signingKey, error) {
	private, err := generate(algorithm)
	if err != nil {
		return signingKey{}, fmt.Errorf("make a signing key: %w", err)
	}
	key := jose.JSONWebKey{Key: private, KeyID: rand.Text(), Algorithm: string(algorithm), Use: "sig"}
	options := (&jose.SignerOptions{}).WithType("JWT")
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, options)
	if err != nil {
		return signingKey{}, fmt.Errorf("make a signer: %w", err)
	}
	return signingKey{private: key, signer: signer}, nil
}

// generate makes a private key for an algorithm of RFC 7518 or RFC 8037.
func generate(algorithm jose.SignatureAlgorithm) (crypto.Signer, error) {
	switch algorithm {
	case jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512:
		return rsa.GenerateKey(rand.Reader, 2048)
	case jose.ES256:
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case jose.ES384:
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case jose.ES512:
		return ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case jose.EdDSA:
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	default:
		return nil, fmt.Errorf("%q is no algorithm of this provider", algorithm)
	}
}

// digest is the hash that an algorithm uses (OpenID Connect Core section 3.1.3.6).
func digest(algorithm jose.SignatureAlgorithm, text string) []byte {
	switch name := string(algorithm); {
	case strings.HasSuffix(name, "384"):
		sum := sha512.Sum384([]byte(text))
		return sum[:]
	case strings.HasSuffix(name, "512"), algorithm == jose.EdDSA:
		sum := sha512.Sum512([]byte(text))
		return sum[:]
	default:
		sum := sha256.Sum256([]byte(text))
		return sum[:]
	}
}

// public is the key set for everybody: go-jose leaves out the private part.
func (k signingKey) public() jose.JSONWebKeySet {
	return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{k.private.Public()}}
}

// idToken makes the ID token of a grant (OpenID Connect Core section 2), with the faults that were
// set.
func (p *Provider) idToken(g grant, user User, accessToken string) (string, error) {
	now := p.now()
	sum := digest(p.like.Algorithm, accessToken)
	all := map[string]any{
		"iss":     p.issuer,
		"sub":     user.Subject,
		"aud":     g.client,
		"iat":     now.Unix(),
		"exp":     now.Add(idTokenLifetime).Unix(),
		"at_hash": base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2]),
	}
	if g.nonce != "" {
		all["nonce"] = g.nonce
	}
	if !p.faults.Lean {
		maps.Copy(all, user.inIDToken())
	}
	p.faults.spoil(all, now)
	token, err := jwt.Signed(p.key.signer).Claims(all).Serialize()
	if err != nil {
		return "", fmt.Errorf("sign the ID token: %w", err)
	}
	return token, nil
}

// spoil puts the faults into the claims of an ID token. It comes last, so that nothing overwrites
// them.
func (f Faults) spoil(claims map[string]any, now time.Time) {
	if f.Nonce != "" {
		claims["nonce"] = f.Nonce
	}
	if f.Audience != "" {
		claims["aud"] = f.Audience
	}
	if f.Expired {
		claims["exp"] = now.Add(-time.Hour).Unix()
	}
}

// claims returns the claims that the fields of a user stand for.
func (u User) claims() map[string]any {
	all := map[string]any{
		"sub": u.Subject, "name": u.Name, "email": u.Email, "email_verified": true, "groups": u.Groups,
	}
	maps.Copy(all, u.Claims)
	return all
}

// inIDToken returns the claims of a user that the ID token has.
func (u User) inIDToken() map[string]any {
	if u.IDToken != nil {
		return u.IDToken
	}
	return u.claims()
}

// inUserinfo returns the claims of a user that userinfo has.
func (u User) inUserinfo() map[string]any {
	if u.Userinfo == nil {
		return u.claims()
	}
	all := map[string]any{"sub": u.Subject}
	maps.Copy(all, u.Userinfo)
	return all
}

// readHint returns the client and the subject for which this provider issued an ID token. The token
// may have expired: at a sign-out it usually has.
func (p *Provider) readHint(token string) (clientID, subject string, ok bool) {
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{p.like.Algorithm})
	if err != nil {
		return "", "", false
	}
	var read jwt.Claims
	p.mu.Lock()
	err = parsed.Claims(p.key.public(), &read)
	p.mu.Unlock()
	if err != nil || len(read.Audience) != 1 {
		return "", "", false
	}
	return read.Audience[0], read.Subject, true
}
