package config

import "encoding/base64"

const (
	// keyBytes is the length of an AES-256 key.
	keyBytes = 32
	// makeKey tells how to make a key.
	makeKey = "make one with `openssl rand -base64 32`"
)

// key decodes a key in base64. It is nil if the text is not a key.
func (s Secret) key() []byte {
	key, err := base64.StdEncoding.DecodeString(string(s))
	if err != nil {
		return nil
	}
	return key
}
