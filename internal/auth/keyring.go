package auth

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
)

// keyBytes is the length of an AES-256 key.
const keyBytes = 32

// keyring encrypts what the store keeps, with AES-256-GCM. The first key seals and any key opens,
// so that a key can be replaced while people stay signed in.
type keyring []cipher.AEAD

func newKeyring(keys [][]byte) (keyring, error) {
	if len(keys) == 0 {
		return nil, errors.New("sign-in needs a key for its sessions")
	}
	var ring keyring
	for i, key := range keys {
		if len(key) != keyBytes {
			return nil, fmt.Errorf("session key %d has %d bytes; AES-256 needs %d", i+1, len(key), keyBytes)
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, fmt.Errorf("session key %d: %w", i+1, err)
		}
		gcm, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, fmt.Errorf("session key %d: %w", i+1, err)
		}
		ring = append(ring, gcm)
	}
	return ring, nil
}

// seal encrypts data and binds it to the hash of a token: it does not open under another token, so
// rows cannot be swapped.
func (k keyring) seal(data, tokenHash []byte) []byte { return k[0].Seal(nil, nil, data, tokenHash) }

// open decrypts data that one of the keys has sealed for the same hash.
func (k keyring) open(sealed, tokenHash []byte) (data []byte, ok bool) {
	for _, gcm := range k {
		if data, err := gcm.Open(nil, nil, sealed, tokenHash); err == nil {
			return data, true
		}
	}
	return nil, false
}
