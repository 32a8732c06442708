package callbacks

import (
	"slices"
	"strings"

	"countersign/internal/answers"
	"countersign/internal/form"
)

// Free says for which callbacks of a queue reviewers may write what is sent.
type Free string

// The kinds of callbacks that take a free answer. A queue that does not say has none.
const (
	FreeFound  Free = "found" // those that nobody announced
	FreeAlways Free = "always"
	FreeNever  Free = "never"
)

// The names of the free outcomes. No sender can give these names to an outcome.
const (
	OutcomeResult  = "freeResult"
	OutcomeFailure = "freeFailure"
)

// freeOutcomes are the two ways to decide for which the reviewer writes what is sent. The comment is
// for the record alone.
var freeOutcomes = []Outcome{
	{Name: OutcomeFailure, Label: "Fail", Kind: Failure, Comment: CommentOptional},
	{Name: OutcomeResult, Label: "Send result", Kind: Success, Comment: CommentOptional},
}

// Free reports whether the reviewer writes what the outcome sends.
func (o Outcome) Free() bool { return o.Name == OutcomeResult || o.Name == OutcomeFailure }

// Offers are the ways to decide a callback now: those of its request, and the free ones if its queue
// allows them.
func (q Queues) Offers(c *Callback) []Outcome {
	return q[c.Queue].offers(c)
}

func (q Queue) offers(c *Callback) []Outcome {
	if q.Free == FreeAlways || q.Free == FreeFound && c.Found() {
		return slices.Concat(c.Outcomes, freeOutcomes)
	}
	return c.Outcomes
}

// offer finds an outcome among those that are offered.
func (q Queue) offer(c *Callback, name string) (Outcome, bool) {
	offers := q.offers(c)
	i := slices.IndexFunc(offers, func(o Outcome) bool { return o.Name == name })
	if i < 0 {
		return Outcome{}, false
	}
	return offers[i], true
}

// Answer is what a reviewer writes. Format and Result belong to a free result, the fields of an error
// to a free failure, and Document to an outcome with a form. A draft may hold all of them.
type Answer struct {
	Format       answers.Format `json:"format,omitempty"`
	Result       string         `json:"result,omitempty"`
	ErrorType    string         `json:"errorType,omitempty"`
	ErrorMessage string         `json:"errorMessage,omitempty"`
	ErrorData    string         `json:"errorData,omitempty"`
	// Document is the answer to a form, as JSON, before the desk writes into it.
	Document string `json:"document,omitempty"`
	// Sealed is Document with the secrets in it, encrypted, if somebody typed secrets. Document then has
	// marks in their place. It is dropped once the signature does not count any more or the callback is
	// decided or over.
	Sealed string     `json:"-"`
	Typed  form.Typed `json:"typed,omitzero"` // which hidden values of Document somebody typed
}

// answer returns what an answer says for the outcome, and nothing else. Line ends are those of the
// page: a form posts others.
func (o Outcome) answer(a Answer) Answer {
	switch {
	case o.Name == OutcomeFailure:
		return Answer{
			ErrorType: strings.TrimSpace(a.ErrorType), ErrorMessage: lines(a.ErrorMessage),
			ErrorData: lines(a.ErrorData),
		}
	case o.Form:
		return Answer{Document: a.Document, Sealed: a.Sealed, Typed: a.Typed}
	case o.Name != OutcomeResult:
		return Answer{}
	case a.Format == answers.Empty:
		return Answer{Format: answers.Empty}
	}
	return Answer{Format: a.Format, Result: lines(a.Result)}
}

// lines replaces the line ends of a form by those of the page.
func lines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// Completion is what an answer sends as a result or as a failure, byte for byte as it was typed. The
// error is a fault.List that names the answer's fields.
func (a Answer) Completion(kind Kind) (Completion, error) {
	if kind == Failure {
		return Completion{Kind: Failure, Error: ErrorObject{
			ErrorType: a.ErrorType, ErrorMessage: a.ErrorMessage, ErrorData: a.ErrorData,
		}}, answers.CheckError(a.ErrorType, a.ErrorMessage, a.ErrorData)
	}
	if err := answers.CheckResult(a.Format, a.Result); err != nil {
		return Completion{}, err
	}
	return Completion{Kind: Success, Result: []byte(a.Result), Text: a.Format == answers.Text}, nil
}

// labelled is the outcome with a label that says what kind of answer it sends, without its content.
func (o Outcome) labelled(a Answer) Outcome {
	switch {
	case o.Name != OutcomeResult:
	case a.Format == answers.Text:
		o.Label = "Send text"
	case a.Format == answers.Empty:
		o.Label = "Send empty result"
	}
	return o
}
