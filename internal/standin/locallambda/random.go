package locallambda

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	mathrand "math/rand/v2"
)

// newUUID returns a random UUID (version 4).
func newUUID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	s := hex.EncodeToString(b[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// newCallbackID returns an ID that nobody can guess. Lambda documents base64 of at most 1,024 characters; lengths differ so
// that padding of every kind occurs, and with it every character that a careless client would forget to escape.
func newCallbackID() string {
	b := make([]byte, 48+mathrand.IntN(3))
	rand.Read(b)
	return base64.StdEncoding.EncodeToString(b)
}

// newToken returns a checkpoint token.
func newToken() string {
	var b [24]byte
	rand.Read(b[:])
	return base64.StdEncoding.EncodeToString(b[:])
}
