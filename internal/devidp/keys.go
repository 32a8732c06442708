package devidp

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// algorithm is quick to make keys for, and every client library knows it.
const algorithm = jose.ES256

// idTokenLifetime is short, as with real providers: the token proves a sign-in, it is no session.
const idTokenLifetime = 5 * time.Minute

// signingKey signs ID tokens.
type signingKey struct {
	private jose.JSONWebKey
	signer  jose.Signer
}

// newSigningKey makes a key of its own for every start: nothing that was signed before should be good after.
func newSigningKey() (signingKey, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
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

// public is the key set for everybody: go-jose leaves out the private part.
func (k signingKey) public() jose.JSONWebKeySet {
	return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{k.private.Public()}}
}

// idToken makes the ID token of a grant (OpenID Connect Core section 2), with whatever is wrong with it.
func (p *Provider) idToken(g grant, user User, accessToken string) (string, error) {
	now := p.now()
	sum := sha256.Sum256([]byte(accessToken))
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
		maps.Copy(all, user.claims())
	}
	p.faults.spoil(all, now)
	token, err := jwt.Signed(p.key.signer).Claims(all).Serialize()
	if err != nil {
		return "", fmt.Errorf("sign the ID token: %w", err)
	}
	return token, nil
}

// spoil puts the faults into the claims of an ID token, last, so that nothing mends them.
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

// claims are what ID token and userinfo tell about a user.
func (u User) claims() map[string]any {
	all := map[string]any{
		"sub": u.Subject, "name": u.Name, "email": u.Email, "email_verified": true, "groups": u.Groups,
	}
	maps.Copy(all, u.Claims)
	return all
}

// readHint returns for whom we issued an ID token. The token may have ended since: at a sign-out it usually has.
func (p *Provider) readHint(token string) (clientID, subject string, ok bool) {
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{algorithm})
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
