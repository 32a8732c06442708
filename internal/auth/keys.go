package auth

import (
	"context"
	"crypto/ed25519"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

// ed25519Name is the name that RFC 9864 gave to Ed25519, which was EdDSA before. go-jose knows only
// the old name.
const ed25519Name = "Ed25519"

// verifiable are the signature algorithms that are accepted. Each has a public key, so that a
// signature proves who made it.
var verifiable = []jose.SignatureAlgorithm{
	jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512, jose.EdDSA, ed25519Name,
}

// verifiableOf returns the algorithms that a provider announces, without "none", the HMAC
// algorithms and those that the desk does not know.
func verifiableOf(algorithms []string) []string {
	return slices.DeleteFunc(slices.Clone(algorithms), func(alg string) bool {
		return !slices.Contains(verifiable, jose.SignatureAlgorithm(alg))
	})
}

// keySet is the provider's public keys as they were when its discovery document was read. It
// replaces the set of go-oidc, which asks the provider again for each token that fits no key, keeps
// keys that were withdrawn, and skips Ed25519 by its new name.
type keySet []jose.JSONWebKey

// errNoKey means that none of the keys fits.
var errNoKey = errors.New("no key matches the signature")

// fetchKeys reads the provider's keys.
func (p *provider) fetchKeys(ctx context.Context, address string) (keySet, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("read the keys: %w", err)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("read the keys: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("read the keys from %s: status %s", address, resp.Status)
	}
	var keys keySet
	if err := json.NewDecoder(resp.Body).Decode(&keys); err != nil {
		return nil, fmt.Errorf("read the keys from %s: %w", address, err)
	}
	return keys, nil
}

// UnmarshalJSON reads a JWK set (RFC 7517 section 5). It skips keys of other kinds and for other
// uses.
func (s *keySet) UnmarshalJSON(document []byte) error {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(document, &set); err != nil {
		return fmt.Errorf("it is not a JSON Web Key Set: %w", err)
	}
	for _, raw := range set.Keys {
		var key jose.JSONWebKey
		if key.UnmarshalJSON(raw) == nil && key.IsPublic() && (key.Use == "" || key.Use == "sig") {
			*s = append(*s, key)
		}
	}
	return nil
}

// VerifySignature returns the payload of a token that one of the keys signed, or else [errNoKey].
// The caller has already checked that the provider may use the algorithm.
func (s keySet) VerifySignature(_ context.Context, token string) ([]byte, error) {
	signed, err := jose.ParseSignedCompact(token, verifiable)
	if err != nil {
		return nil, fmt.Errorf("read the token: %w", err)
	}
	id := signed.Signatures[0].Header.KeyID
	for _, key := range s {
		if id != "" && key.KeyID != id {
			continue
		}
		if payload, err := signed.Verify(verifierFor(key)); err == nil {
			return payload, nil
		}
	}
	return nil, errNoKey
}

// verifierFor returns the value with which go-jose checks a signature of a key.
func verifierFor(key jose.JSONWebKey) any {
	if public, ok := key.Key.(ed25519.PublicKey); ok {
		return edwards(public)
	}
	return &key
}

// edwards checks Ed25519 signatures under both names of the algorithm.
type edwards ed25519.PublicKey

// VerifyPayload implements [jose.OpaqueVerifier].
func (e edwards) VerifyPayload(payload, signature []byte, alg jose.SignatureAlgorithm) error {
	if alg != jose.EdDSA && alg != ed25519Name {
		return jose.ErrUnsupportedAlgorithm
	}
	if !ed25519.Verify(ed25519.PublicKey(e), payload, signature) {
		return errNoKey
	}
	return nil
}

// checkAccessToken compares an access token with its hash in the ID token, if there is one (OpenID
// Connect Core section 3.1.3.6).
func checkAccessToken(verified *oidc.IDToken, alg, accessToken string) error {
	if verified.AccessTokenHash == "" {
		return nil
	}
	if alg != ed25519Name {
		return verified.VerifyAccessToken(accessToken)
	}
	sum := sha512.Sum512([]byte(accessToken))
	if base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2]) != verified.AccessTokenHash {
		return errors.New("the hash in the ID token belongs to another access token")
	}
	return nil
}
