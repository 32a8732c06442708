package callbacks

import (
	"fmt"
	"time"
)

// MaxCommentRunes bounds a reviewer's comment.
const MaxCommentRunes = 4000

// Decision says who chose which outcome, when, and with what comment.
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

// Ours reports whether the decision was for an outcome that every reviewer knows (see
// [Outcome.Ours]).
func (d *Decision) Ours() bool {
	return Outcome{Name: d.Outcome, Label: d.Label, Kind: d.Kind}.Ours()
}

// sizeNote says that the size of the body may be why Lambda refused it, if the size is between the
// older limit and today's. Otherwise it returns "".
func (d *Decision) sizeNote() string {
	if d.Size <= olderMaxCompletionBytes {
		return ""
	}
	return fmt.Sprintf(" Its size may be why: it has %d bytes, and where the limit has not been raised yet Lambda takes at most %d.",
		d.Size, olderMaxCompletionBytes)
}
