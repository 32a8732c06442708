package push

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
)

// errUnreadable is a message that a browser would drop.
var errUnreadable = errors.New("the message cannot be decrypted")

// decrypt reads a message of one record, as https://www.rfc-editor.org/rfc/rfc8291#section-3.4 and
// https://www.rfc-editor.org/rfc/rfc8188#section-2 say.
func (b *Browser) decrypt(message []byte) ([]byte, error) {
	const salt, size, length = 16, 4, 1
	if len(message) < salt+size+length+65 || message[salt+size] != 65 {
		return nil, errUnreadable
	}
	record := binary.BigEndian.Uint32(message[salt:])
	public := message[salt+size+length:][:65]
	sealed := message[salt+size+length+65:]
	if len(sealed) > int(record) {
		return nil, errUnreadable // more than one record
	}
	gcm, nonce, err := b.keys(public, message[:salt])
	if err != nil {
		return nil, err
	}
	padded, err := gcm.Open(nil, nonce, sealed, nil)
	if err != nil {
		return nil, errUnreadable
	}
	// The text ends with 2, the mark of the last record, and zeros.
	text := bytes.TrimRight(padded, "\x00")
	if len(text) == 0 || text[len(text)-1] != 2 {
		return nil, errUnreadable
	}
	return text[:len(text)-1], nil
}

// keys derives the cipher and the nonce of a message from the sender's public key and the salt.
func (b *Browser) keys(public, salt []byte) (cipher.AEAD, []byte, error) {
	sender, err := ecdh.P256().NewPublicKey(public)
	if err != nil {
		return nil, nil, errUnreadable
	}
	shared, err := b.key.ECDH(sender)
	if err != nil {
		return nil, nil, errUnreadable
	}
	both := slices.Concat([]byte("WebPush: info\x00"), b.key.PublicKey().Bytes(), public)
	input, err := hkdf.Key(sha256.New, shared, b.auth, string(both), 32)
	if err != nil {
		return nil, nil, err
	}
	key, err := hkdf.Key(sha256.New, input, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, nil, err
	}
	nonce, err := hkdf.Key(sha256.New, input, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, nil, err
	}
	gcm, err := cipher.NewGCM(block)
	return gcm, nonce, err
}
