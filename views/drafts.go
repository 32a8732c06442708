package views

import (
	"crypto/sha256"
	"encoding/hex"

	"countersign/internal/callbacks"
)

// personKey identifies a person without naming them. A browser stores drafts under it, so that each
// of its users has their own.
func personKey(p callbacks.Person) string {
	sum := sha256.Sum256([]byte("countersign drafts of " + p.ID))
	return hex.EncodeToString(sum[:16])
}
