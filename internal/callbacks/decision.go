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
	SHA256  string // of the body that goes to Lambda; under a key if that holds a secret, see [Sealed]
	Size    int    // of that body in bytes, with marks in the place of secrets

	ConfigVersion ConfigVersion // under whose rules it was made
	Batch         ID            // with which it was made for many callbacks; empty for one alone
}

// ConfigVersion names a version of countersign.yaml: the SHA-256 of the file, in hexadecimal.
type ConfigVersion string

// Short is the beginning of a version, enough for people to compare.
func (v ConfigVersion) Short() string { return string(v[:min(12, len(v))]) }

// Ours reports whether it was for an outcome that every reviewer knows, see [Outcome.Ours].
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
