package push

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// maxLife is how far ahead a token may end.
// https://www.rfc-editor.org/rfc/rfc8292#section-2
const maxLife = 24 * time.Hour

// credentials is the header of https://www.rfc-editor.org/rfc/rfc8292#section-3.
var credentials = regexp.MustCompile(`^vapid t=([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+), ?k=([A-Za-z0-9_-]+)$`)

// authorize checks that the sender of a message is the one that the browser subscribed to. An error
// comes with the status of https://www.rfc-editor.org/rfc/rfc8292#section-4.2.
func (s *Service) authorize(r *http.Request, b *Browser) (int, error) {
	parts := credentials.FindStringSubmatch(r.Header.Get("Authorization"))
	if parts == nil {
		return http.StatusUnauthorized, errors.New("the sender does not say who it is")
	}
	if parts[4] != b.sender {
		return http.StatusForbidden, errors.New("the browser subscribed to another key")
	}
	if err := verify(parts[1]+"."+parts[2], parts[3], parts[4]); err != nil {
		return http.StatusForbidden, err
	}
	claims, err := base64url.DecodeString(parts[2])
	if err != nil {
		return http.StatusForbidden, errors.New("the token is not base64url")
	}
	if err := s.check(claims); err != nil {
		return http.StatusForbidden, err
	}
	return 0, nil
}

// verify checks a signature by ES256: two numbers of 32 bytes.
// https://www.rfc-editor.org/rfc/rfc7518#section-3.4
func verify(signed, signature, key string) error {
	rs, err := base64url.DecodeString(signature)
	point, malformed := base64url.DecodeString(key)
	if err != nil || malformed != nil || len(rs) != 64 {
		return errors.New("the token is malformed")
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return errors.New("the key is no point of P-256")
	}
	hash := sha256.Sum256([]byte(signed))
	if !ecdsa.Verify(public, hash[:], new(big.Int).SetBytes(rs[:32]), new(big.Int).SetBytes(rs[32:])) {
		return errors.New("the token is not signed with the key")
	}
	return nil
}

// check reads the claims of a token.
func (s *Service) check(claims []byte) error {
	var c struct {
		Aud string `json:"aud"`
		Exp int64  `json:"exp"`
		Sub string `json:"sub"`
	}
	if err := json.Unmarshal(claims, &c); err != nil {
		return errors.New("the token holds no claims")
	}
	switch left := time.Unix(c.Exp, 0).Sub(s.now()); {
	case c.Aud != s.origin:
		return fmt.Errorf("the token is for %q", c.Aud)
	case left <= 0 || left > maxLife:
		return errors.New("the token has ended, or ends more than 24 hours from now")
	case !strings.HasPrefix(c.Sub, "mailto:") && !strings.HasPrefix(c.Sub, "https:"):
		return fmt.Errorf("the contact %q begins with neither mailto: nor https: as it must", c.Sub)
	case strings.HasPrefix(c.Sub, "mailto:mailto:"):
		return fmt.Errorf("the contact is %q", c.Sub)
	}
	return nil
}
