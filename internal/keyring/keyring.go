// Package keyring encrypts and hashes what a store keeps, under keys that can be replaced: the first
// key is used for what is new, and every key for what is there. It does not know what it encrypts.
package keyring

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// KeyBytes is the length of a key, that of AES-256.
const KeyBytes = 32

// Ring holds one key or more. It may be used by several goroutines at once.
type Ring struct{ keys []key }

// key encrypts with one key, and hashes with another one that is made of it.
type key struct {
	gcm  cipher.AEAD
	hash []byte
	name string // begins the hashes that were made with it, and tells nothing of it
}

// New makes a ring of keys of [KeyBytes].
func New(keys [][]byte) (*Ring, error) {
	if len(keys) == 0 {
		return nil, errors.New("no key")
	}
	r := &Ring{}
	for i, k := range keys {
		if len(k) != KeyBytes {
			return nil, fmt.Errorf("key %d has %d bytes; AES-256 needs %d", i+1, len(k), KeyBytes)
		}
		block, err := aes.NewCipher(k)
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
		gcm, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
		name := hex.EncodeToString(sum(k, []byte("name")))[:8]
		r.keys = append(r.keys, key{gcm: gcm, hash: sum(k, []byte("hash")), name: name})
	}
	return r, nil
}

// Seal encrypts data with AES-256-GCM and a random nonce. Only who says the same about it can open
// it: about binds it to its place, so that what is sealed cannot be moved to another.
func (r *Ring) Seal(data, about []byte) []byte { return r.keys[0].gcm.Seal(nil, nil, data, about) }

// Open decrypts what one of the keys has sealed. ok is false if none of them opens it.
func (r *Ring) Open(sealed, about []byte) (data []byte, ok bool) {
	for _, k := range r.keys {
		if data, err := k.gcm.Open(nil, nil, sealed, about); err == nil {
			return data, true
		}
	}
	return nil, false
}

// Hash is a hash of data by which only who has the key can try out what the data are: the name of
// the key, a colon, and HMAC-SHA-256 in hexadecimal.
func (r *Ring) Hash(data []byte) string { return r.keys[0].hashed(data) }

// Matches reports whether a hash is that of the data. known is false if the key with which it was
// made is not in the ring; nobody can tell then.
func (r *Ring) Matches(hash string, data []byte) (same, known bool) {
	name, _, _ := strings.Cut(hash, ":")
	for _, k := range r.keys {
		if k.name == name {
			return hmac.Equal([]byte(hash), []byte(k.hashed(data))), true
		}
	}
	return false, false
}

func (k key) hashed(data []byte) string { return k.name + ":" + hex.EncodeToString(sum(k.hash, data)) }

func sum(key, data []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(data) // never fails
	return mac.Sum(nil)
}
