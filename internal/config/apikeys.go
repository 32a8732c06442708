package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Bounds of a key in characters. A shorter one could be guessed; maxAPIKey is EventBridge's limit for
// the key of a connection (API reference, ApiKeyValue).
const (
	minAPIKey = 32
	maxAPIKey = 512
)

// APIKeys are keys of which a sender has one. There are several while one is being replaced.
type APIKeys []Secret

// UnmarshalText reads keys separated by commas. Its errors never repeat a key.
func (k *APIKeys) UnmarshalText(text []byte) error {
	var keys APIKeys
	var problems []error
	for i, key := range splitTrimmed(string(text)) {
		switch {
		case len(key) < minAPIKey || len(key) > maxAPIKey:
			problems = append(problems, fmt.Errorf("must have %d to %d characters in each key, key %d has %d: make one with `openssl rand -hex 32`",
				minAPIKey, maxAPIKey, i+1, len(key)))
		case strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }):
			problems = append(problems, fmt.Errorf("must have visible ASCII characters only, key %d has others", i+1))
		case slices.Contains(keys, Secret(key)):
			problems = append(problems, fmt.Errorf("has key %d twice", i+1))
		}
		keys = append(keys, Secret(key))
	}
	*k = keys
	return errors.Join(problems...)
}
