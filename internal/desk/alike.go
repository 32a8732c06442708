package desk

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"countersign/internal/callbacks"
)

// MaxAlike bounds how many callbacks that ask the same are counted, and how many can be selected in one
// go.
const MaxAlike = 200

// Alike is the key of what a callback asks. Callbacks of one key are in one queue and of one sender:
// those that the sender put into one group or, without one, those of one function and callback name,
// under one rule and with the same forms. The title says nothing of that: it is a stranger's text.
func Alike(c *callbacks.Callback) string {
	said := fmt.Appendf(nil, "%q %q %q", c.Queue, c.Source, c.Group)
	if c.Group == "" {
		said = fmt.Appendf(said, " %q %q %q", c.Function, c.Name, c.Requirement.Rule)
		for _, o := range c.Outcomes {
			if o.Form {
				said = fmt.Appendf(said, " %q", o.Name)
			}
		}
	}
	sum := sha256.Sum256(said)
	const enough = 8 // bytes, with the queue beside them
	return hex.EncodeToString(sum[:enough])
}
