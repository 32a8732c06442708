package config

import (
	"errors"
	"fmt"
	"slices"
)

// maxSessionKeys is more than replacing a key needs. Each key makes it slower to refuse data that
// no key opens.
const maxSessionKeys = 8

// sessionKeyNeeded says when the settings have to hold a session key.
const sessionKeyNeeded = "is required unless the database is a SQLite file"

// ErrNoSessionKey means that the settings hold no session key although they have to.
var ErrNoSessionKey = errors.New(Prefix + "SESSION_KEY " + sessionKeyNeeded)

// SessionKeys are the AES-256 keys of sessions in base64. The first one encrypts; the others are
// older and only decrypt.
type SessionKeys []Secret

// UnmarshalText reads keys separated by commas. Its errors never repeat a key.
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

// Bytes decodes the keys.
func (k SessionKeys) Bytes() [][]byte {
	var all [][]byte
	for _, key := range k {
		all = append(all, key.key())
	}
	return all
}
