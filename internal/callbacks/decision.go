package callbacks

import (
	"fmt"
	"time"
)

// MaxCommentRunes bounds a reviewer's comment.
const MaxCommentRunes = 4000

// Decision is who chose which outcome, when, with what comment.
type Decision struct {
	Outcome string // the outcome's name
	Label   string // the outcome's label at that time
	Kind    Kind
	By      Actor
	Comment string
	At      time.Time
	SHA256  string // of the body that goes to Lambda
	Size    int    // of that body, in bytes
}

// Ours reports whether the decision was for an outcome that every reviewer knows, as [Outcome.Ours]
// has them.
func (d *Decision) Ours() bool {
	return Outcome{Name: d.Outcome, Label: d.Label, Kind: d.Kind}.Ours()
}

// sizeNote says of a body between the older limit and today's that its size may be why Lambda
// refuses it; else nothing.
func (d *Decision) sizeNote() string {
	if d.Size <= olderMaxCompletionBytes {
		return ""
	}
	return fmt.Sprintf(" Its size may be why: it has %d bytes, and where the limit has not been raised yet Lambda takes at most %d.",
		d.Size, olderMaxCompletionBytes)
}
