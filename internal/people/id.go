package people

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// ID is the key of a person. It combines issuer and subject, because two providers may use one subject
// for two people. It is a hash, so it fits everywhere, and every replica computes the same one. An
// issuer is a URL without line breaks, so no two pairs give the same text.
func ID(issuer, subject string) string {
	const size = 20 // bytes; 32 characters
	sum := sha256.Sum256([]byte("countersign person\n" + issuer + "\n" + subject))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:size]))
}
