package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
)

const (
	// keyBytes is the length of an AES-256 key.
	keyBytes = 32
	// makeKey tells how to make a key.
	makeKey = "make one with `openssl rand -base64 32`"
	// maxKeys is more than replacing a key needs. Each key makes it slower to refuse data that no key
	// opens.
	maxKeys = 8
)

// sessionKeyNeeded says when the settings have to hold a session key.
const sessionKeyNeeded = "is required unless the database is a SQLite file"

// ErrNoSessionKey means that the settings hold no session key although they have to.
var ErrNoSessionKey = errors.New(Prefix + "SESSION_KEY " + sessionKeyNeeded)

// Keys are AES-256 keys in base64. The first one encrypts; the others are older and only decrypt.
type Keys []Secret

// UnmarshalText reads keys separated by commas. Its errors never repeat a key.
func (k *Keys) UnmarshalText(text []byte) error {
	var keys Keys
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
	if len(keys) > maxKeys {
		problems = append(problems, fmt.Errorf("has %d keys; at most %d are allowed", len(keys), maxKeys))
	}
	*k = keys
	return errors.Join(problems...)
}

// Bytes decodes the keys.
func (k Keys) Bytes() [][]byte {
	var all [][]byte
	for _, key := range k {
		all = append(all, key.key())
	}
	return all
}

// key decodes a key in base64. It is nil if the text is not a key.
func (s Secret) key() []byte {
	key, err := base64.StdEncoding.DecodeString(string(s))
	if err != nil {
		return nil
	}
	return key
}
