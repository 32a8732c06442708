package config

import (
	"errors"
	"fmt"
	"slices"
)

// maxSessionKeys is more than a replacement needs. Each makes what no key opens slower to refuse.
const maxSessionKeys = 8

// SessionKeys are the AES-256 keys of sessions in base64. The first encrypts; the others are older
// and decrypt only.
type SessionKeys []Secret

// UnmarshalText takes keys with commas between them. Its errors never repeat a key.
func (k *SessionKeys) UnmarshalText(text []byte) error {
	var keys SessionKeys
	var problems []error
	for i, key := range splitTrimmed(string(text)) {
		switch {
		case len(Secret(key).key()) != keyBytes:
			problems = append(problems, fmt.Errorf("must have %d bytes in base64 in each key, key %d has not: %s", keyBytes, i+1, makeKey))
		case slices.Contains(keys, Secret(key)):
			problems = append(problems, fmt.Errorf("has key %d twice", i+1))
		}
		keys = append(keys, Secret(key))
	}
	if len(keys) > maxSessionKeys {
		problems = append(problems, fmt.Errorf("has %d keys; at most %d are allowed", len(keys), maxSessionKeys))
	}
	*k = keys
	return errors.Join(problems...)
}

// Bytes are the keys as bytes.
func (k SessionKeys) Bytes() [][]byte {
	var all [][]byte
	for _, key := range k {
		all = append(all, key.key())
	}
	return all
}
