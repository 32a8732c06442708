package views

import (
	"crypto/sha256"
	"encoding/hex"

	"countersign/internal/callbacks"
)

// personKey tells a browser's people apart without naming them: drafts are kept under it.
func personKey(p callbacks.Person) string {
	sum := sha256.Sum256([]byte("countersign drafts of " + p.ID))
	return hex.EncodeToString(sum[:16])
}
