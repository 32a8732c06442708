// Package template fills what an outcome sends: JSON with {{comment}} and other names inside its
// strings, and with whole strings such as "{{signatures}}" that stand for a value. It knows what
// each name stands for, and keeps what is between them byte for byte.
//
// It does not know outcomes, callbacks or people: whoever decides brings the [Values].
package template

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"countersign/internal/form"
)

// Names are those that a template may use as {{name}} inside its strings.
var Names = []string{"outcome", "comment", "decidedAt", "reviewer.id", "reviewer.name", "reviewer.email"}

// The strings that stand for a whole value.
const (
	// Signatures stands for who signed, as an array of [Signer].
	Signatures = `"{{signatures}}"`
	// Answer stands for the answer to the form.
	Answer = `"{{answer}}"`
	// changes stands for how the answer differs from the proposed one, as an array. Each has pointer,
	// title and kind, and old, new, unit and note where they say something.
	changes = `"{{changes}}"`
)

// answerPart finds the strings that stand for an answer, or for a part of it by its JSON pointer.
var answerPart = regexp.MustCompile(`"\{\{answer((?:/[^"\\{}]*)?)\}\}"`)

// WholeValue reports whether a placeholder, named without its braces, stands for a whole value and
// not for text in a string.
func WholeValue(name string) bool {
	return name == "signatures" || name == "changes" || name == "answer" || strings.HasPrefix(name, "answer/")
}

// ListsSigners reports whether one of some templates says who signed.
func ListsSigners(templates ...string) bool {
	return slices.ContainsFunc(templates, func(t string) bool { return strings.Contains(t, Signatures) })
}

// NotFinal are the placeholders of templates whose values only the last signature fixes, sorted as
// [Names] are.
func NotFinal(templates ...string) (names []string) {
	all := strings.Join(templates, "")
	for _, name := range Names {
		if name != "outcome" && strings.Contains(all, "{{"+name+"}}") {
			names = append(names, name)
		}
	}
	if ListsSigners(templates...) {
		names = append(names, "signatures")
	}
	return names
}

// Values are what the placeholders of an outcome stand for.
type Values struct {
	Outcome   string // its name
	Comment   string
	DecidedAt time.Time
	Reviewer  Reviewer
	Signers   []Signer

	Answered bool // the outcome has a form, so the templates may name the answer
	Answer   form.Value
	Changes  []form.Change
}

// Reviewer is the person who signs last.
type Reviewer struct{ ID, Name, Email string }

// Signer is one of those who signed. ActingFor is null for those who signed in their own right.
type Signer struct {
	ID        string  `json:"id"` // the subject, like reviewer.id
	Name      string  `json:"name"`
	Email     string  `json:"email"`
	At        string  `json:"at"`
	Comment   string  `json:"comment"`
	ActingFor *string `json:"actingFor"`
}
