package intake

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Source is the configuration of a sender: how it proves itself and which queues it may address.
// Several secrets or tokens at once let a sender rotate its own without a gap.
type Source struct {
	Name    string
	Secrets []string // "whsec_" and base64 of at least 24 bytes, as Standard Webhooks writes them
	Tokens  []string // bearer tokens, for senders that cannot sign: at least 32 characters
	Queues  []string // that it may address; none means any
}

const (
	secretPrefix   = "whsec_"
	minSecretBytes = 24 // Standard Webhooks, "Signature scheme"
	minToken       = 32
	// maxKeys bounds the secrets of all sources together, because each of them is tried on each
	// message.
	maxKeys = 64
)

// key is one secret or token, prepared for checks.
type key struct {
	owner  int                       // index of its source
	secret *standardwebhooks.Webhook // nil for a token
	digest [sha256.Size]byte         // of the secret's bytes or the token
}

// keys checks a source's secrets and tokens. Errors name the source and the place of the wrong key,
// never its value.
func (s Source) keys(owner int) ([]key, error) {
	if len(s.Secrets)+len(s.Tokens) == 0 {
		return nil, fmt.Errorf("webhook source %q: it needs a secret or a token", s.Name)
	}
	var keys []key
	for i, secret := range s.Secrets {
		encoded, prefixed := strings.CutPrefix(secret, secretPrefix)
		raw, err := base64.StdEncoding.DecodeString(encoded)
		if !prefixed || err != nil || len(raw) < minSecretBytes {
			return nil, fmt.Errorf("webhook source %q: secret %d is not %s and the base64 of at least %d bytes",
				s.Name, i+1, secretPrefix, minSecretBytes)
		}
		webhook, err := standardwebhooks.NewWebhookRaw(raw)
		if err != nil {
			return nil, fmt.Errorf("webhook source %q: secret %d: %w", s.Name, i+1, err)
		}
		keys = append(keys, key{owner: owner, secret: webhook, digest: sha256.Sum256(raw)})
	}
	for i, token := range s.Tokens {
		if len(token) < minToken || strings.ContainsFunc(token, notVisible) {
			return nil, fmt.Errorf("webhook source %q: token %d is not at least %d visible ASCII characters", s.Name, i+1, minToken)
		}
		keys = append(keys, key{owner: owner, digest: sha256.Sum256([]byte(token))})
	}
	return keys, nil
}

// notVisible reports whether an HTTP header cannot carry a rune as part of a word.
func notVisible(r rune) bool { return r <= ' ' || r > '~' }
