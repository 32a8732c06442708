package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
)

const (
	// keyBytes is the length of an AES-256 key.
	keyBytes = 32
	// makeKey tells how to make a key.
	makeKey = "make one with `openssl rand -base64 32`"
)

// EncryptionKeys are the AES-GCM keys of functions whose results are encrypted, in base64, by
// function name.
type EncryptionKeys map[string]Secret

// functionNames is Lambda's own rule for names (CreateFunction, FunctionName).
var functionNames = nameRule{regexp.MustCompile(`^[a-zA-Z0-9-_]{1,64}$`).MatchString, "use a Lambda function's name"}

// UnmarshalText reads a JSON object of keys. Its errors never repeat a key.
func (k *EncryptionKeys) UnmarshalText(text []byte) error {
	keys, err := decodeNamed[Secret](text, functionNames)
	if err != nil {
		return err
	}
	var problems []error
	for _, function := range slices.Sorted(maps.Keys(keys)) {
		if len(keys[function].key()) != keyBytes {
			problems = append(problems, fmt.Errorf("function %q needs %d bytes in base64: %s", function, keyBytes, makeKey))
		}
	}
	*k = keys
	return errors.Join(problems...)
}

// Key returns the key of a function as bytes.
func (k EncryptionKeys) Key(function string) []byte { return k[function].key() }

// key decodes a key in base64. It is nil if the text is not a key.
func (s Secret) key() []byte {
	key, err := base64.StdEncoding.DecodeString(string(s))
	if err != nil {
		return nil
	}
	return key
}
