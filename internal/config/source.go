package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"countersign/internal/callbacks"
)

// Least lengths of a source's credentials, so that they cannot be guessed.
const (
	// of a signing secret after decoding base64, the least that Standard Webhooks allows
	minSecretBytes     = 24
	minTokenCharacters = 32
)

// Source is one webhook sender as an operator writes it. It proves its identity with a signature or
// a bearer token.
type Source struct {
	// Standard Webhooks: whsec_ and base64; several while one is being replaced
	Secrets []Secret `json:"secrets"`
	Tokens  []Secret `json:"tokens"` // bearer tokens, for senders that cannot sign
	Queues  []string `json:"queues"` // that it may address; every queue if empty
}

// Sources are the webhook senders by name.
type Sources map[string]Source

// UnmarshalText reads a JSON object of sources. Its errors never repeat a credential.
func (s *Sources) UnmarshalText(text []byte) error {
	sources, err := decodeNamed[Source](text, plainNames)
	if err != nil {
		return err
	}
	*s = sources
	var problems []error
	owner := make(map[Secret]string)
	for _, name := range s.names() {
		source := sources[name]
		problems = append(problems, source.problems(name)...)
		for _, credential := range slices.Concat(source.Secrets, source.Tokens) {
			if first, taken := owner[credential]; taken {
				problems = append(problems, fmt.Errorf("source %q repeats a secret or token of source %q: each needs its own", name, first))
			}
			owner[credential] = name
		}
	}
	return errors.Join(problems...)
}

// problems returns what is wrong with the source. It names credentials by their position in the
// list.
func (s Source) problems(name string) []error {
	var list []error
	if callbacks.ReservedSource(name) {
		list = append(list, fmt.Errorf("source %q has a name that stands for something else here: choose another", name))
	}
	if len(s.Secrets)+len(s.Tokens) == 0 {
		list = append(list, fmt.Errorf(`source %q needs "secrets" or "tokens" to prove itself`, name))
	}
	for i, secret := range s.Secrets {
		if err := checkSigningSecret(secret); err != nil {
			list = append(list, fmt.Errorf("source %q, secret %d: %w", name, i+1, err))
		}
	}
	for i, token := range s.Tokens {
		if len(token) < minTokenCharacters {
			list = append(list, fmt.Errorf("source %q, token %d: needs at least %d characters", name, i+1, minTokenCharacters))
		}
	}
	return list
}

func checkSigningSecret(secret Secret) error {
	encoded, ok := strings.CutPrefix(string(secret), "whsec_")
	if !ok {
		return errors.New("must start with whsec_")
	}
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return errors.New("must be base64 after whsec_, with its = at the end")
	}
	if len(key) < minSecretBytes {
		return fmt.Errorf("needs at least %d bytes, has %d: make one with `openssl rand -base64 32`", minSecretBytes, len(key))
	}
	return nil
}

// names returns the names of the sources, sorted.
func (s Sources) names() []string { return slices.Sorted(maps.Keys(s)) }
