package callbacks

import "time"

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

// brief returns the decision as the audit keeps it: without its comment; nil if there is none.
func (d *Decision) brief() *Decision {
	if d == nil {
		return nil
	}
	brief := *d
	brief.Comment = ""
	return &brief
}

// LargeForSome reports whether the body is larger than Lambda takes in regions that still have the
// older limit.
func (d *Decision) LargeForSome() bool { return d.Size > OlderMaxCompletionBytes }
