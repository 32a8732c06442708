package secrets

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"countersign/internal/callbacks"
	"countersign/internal/keyring"
)

// Setting is the name of the setting that has the keys, for errors.
const Setting = "COUNTERSIGN_SECRETS_KEY"

// ErrUnopened means that no configured key opens what was sealed.
var ErrUnopened = errors.New("no key of " + Setting + " opens what was typed as a secret")

// Keys seal and open. A nil Keys is a desk without keys: it seals nothing and opens nothing.
type Keys struct{ ring *keyring.Ring }

// New makes keys of 32 bytes each: the first one seals, and all open. Without any, it returns nil.
func New(keys [][]byte) (*Keys, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	ring, err := keyring.New(keys)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", Setting, err)
	}
	return &Keys{ring: ring}, nil
}

// Typed is where a secret was typed.
type Typed struct {
	Callback callbacks.ID
	Person   string // who typed it, by the ID
	Name     string // of the input
}

func (t Typed) about() []byte { return about("typed", string(t.Callback), t.Person, t.Name) }

// about says what a box is for. No part holds a zero byte, so that two places never look the same.
func about(parts ...string) []byte {
	for i := range parts {
		parts[i] = strings.ReplaceAll(parts[i], "\x00", "")
	}
	return []byte(strings.Join(parts, "\x00"))
}

// block is the length to a multiple of which a typed secret is padded: a page carries its box, whose
// length would tell that of the secret.
const block = 64

// SealTyped seals a secret that somebody typed, as text. It returns nothing without keys.
func (k *Keys) SealTyped(t Typed, secret string) string {
	if k == nil {
		return ""
	}
	padded := secret + "\x01" + strings.Repeat("\x00", block-1-len(secret)%block)
	return base64.RawURLEncoding.EncodeToString(k.ring.Seal([]byte(padded), t.about()))
}

// OpenTyped opens what SealTyped sealed for the same place. ok is false if no key does.
func (k *Keys) OpenTyped(t Typed, sealed string) (secret string, ok bool) {
	padded, ok := k.open(sealed, t.about())
	return strings.TrimSuffix(strings.TrimRight(padded, "\x00"), "\x01"), ok
}

// SealAnswer seals the answer of a signature for a callback.
func (k *Keys) SealAnswer(id callbacks.ID, document string) (string, error) {
	if k == nil {
		return "", ErrUnopened
	}
	return base64.RawURLEncoding.EncodeToString(k.ring.Seal([]byte(document), about("answer", string(id)))), nil
}

// OpenAnswer opens the answer of a signature. The error is [ErrUnopened].
func (k *Keys) OpenAnswer(id callbacks.ID, sealed string) (string, error) {
	document, ok := k.open(sealed, about("answer", string(id)))
	if !ok {
		return "", ErrUnopened
	}
	return document, nil
}

func (k *Keys) open(sealed string, about []byte) (string, bool) {
	box, err := base64.RawURLEncoding.DecodeString(sealed)
	if k == nil || err != nil {
		return "", false
	}
	data, ok := k.ring.Open(box, about)
	return string(data), ok
}
