package webpush

import (
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
)

// base64url is how the Push API writes bytes.
var base64url = base64.RawURLEncoding

// NewKey makes the private key by which push services know a desk (VAPID, RFC 8292). Browsers
// subscribe to it: with another key, each has to subscribe again.
func NewKey() (string, error) {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return "", err
	}
	return base64url.EncodeToString(key.Bytes()), nil
}

// publicKey returns the public half of a private key.
func publicKey(private string) (string, error) {
	bytes, err := base64url.DecodeString(private)
	if err != nil {
		return "", errBadKey
	}
	key, err := ecdh.P256().NewPrivateKey(bytes)
	if err != nil {
		return "", errBadKey
	}
	return base64url.EncodeToString(key.PublicKey().Bytes()), nil
}

var errBadKey = errors.New("the key for pushes is none: countersign notices key makes one")

// fingerprint is a short name of a key.
func fingerprint(public string) string { return digest(public, 6) }

// digest names a text by so many bytes of its hash, in base64url.
func digest(text string, bytes int) string {
	hash := sha256.Sum256([]byte(text))
	return base64url.EncodeToString(hash[:bytes])
}
