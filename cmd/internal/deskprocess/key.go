package deskprocess

import (
	"crypto/rand"
	"encoding/base64"
)

// NewKey is a random AES-256 key in base64, as the setting for sessions takes it.
func NewKey() string {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return base64.StdEncoding.EncodeToString(key)
}
