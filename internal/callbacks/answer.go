package callbacks

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"countersign/internal/fault"
	"countersign/internal/jsonsyntax"
	"countersign/internal/printable"
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

// Format is how a free result is written.
type Format string

// The formats. The bytes that are sent are those that were typed, in each of them.
const (
	FormatJSON  Format = "json" // a JSON document, checked
	FormatText  Format = "text" // any text
	FormatEmpty Format = "empty"
)

// Bounds of an answer. They are far below what Lambda takes: an answer is typed or pasted by a
// person, previewed at each pause in typing, and kept with each signature.
const (
	MaxAnswerBytes       = 64 << 10 // of a result, and of an error's data
	MaxErrorTypeRunes    = 256
	MaxErrorMessageBytes = 8 << 10
)

// Answer is what a reviewer writes. Format and Result belong to a free result, the fields of an error
// to a free failure, and Document to an outcome with a form. A draft may hold all of them.
type Answer struct {
	Format       Format `json:"format,omitempty"`
	Result       string `json:"result,omitempty"`
	ErrorType    string `json:"errorType,omitempty"`
	ErrorMessage string `json:"errorMessage,omitempty"`
	ErrorData    string `json:"errorData,omitempty"`
	// Document is the answer to a form, as JSON, before the desk writes into it.
	Document string `json:"document,omitempty"`
	// Sealed is Document with the secrets in it, encrypted, if somebody typed secrets. Document then has
	// marks in their place. It is dropped once the signature does not count any more or the callback is
	// decided or over.
	Sealed string `json:"-"`
}

// The names of the fields of an answer, in forms and in faults.
const (
	FieldFormat       = "format"
	FieldResult       = "result"
	FieldErrorType    = "errorType"
	FieldErrorMessage = "errorMessage"
	FieldErrorData    = "errorData"
)

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
		return Answer{Document: a.Document, Sealed: a.Sealed}
	case o.Name != OutcomeResult:
		return Answer{}
	case a.Format == FormatEmpty:
		return Answer{Format: FormatEmpty}
	}
	return Answer{Format: a.Format, Result: lines(a.Result)}
}

// lines replaces the line ends of a form by those of the page.
func lines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// Completion is what an answer sends as a result or as a failure, byte for byte as it was typed. The
// error is an [fault.List] that names the answer's fields.
func (a Answer) Completion(kind Kind) (Completion, error) {
	if kind == Failure {
		return a.failure()
	}
	if wrong := a.resultFault(); wrong != "" {
		return Completion{}, fault.List{{Pointer: FieldResult, Detail: wrong}}
	}
	return Completion{Kind: Success, Result: []byte(a.Result), Text: a.Format == FormatText}, nil
}

// resultFault says what is wrong with a result; it is empty if nothing is.
func (a Answer) resultFault() string {
	switch n := len(a.Result); {
	case a.Format == FormatEmpty:
		return ""
	case a.Format != FormatJSON && a.Format != FormatText:
		return "Say how the result is written: as JSON, as text, or empty."
	case n > MaxAnswerBytes:
		return fmt.Sprintf("At most %d bytes, this has %d.", MaxAnswerBytes, n)
	case a.Format == FormatJSON && strings.TrimSpace(a.Result) == "":
		return "Write the result as JSON: a number, text in double quotes, true, false, null, {…} or […]."
	case n == 0:
		return "Write the text, or choose to send nothing."
	case !utf8.ValidString(a.Result):
		return notText
	case a.Format == FormatJSON:
		if fault := jsonsyntax.Check(a.Result); fault != nil {
			return fault.Error() + "."
		}
	}
	return ""
}

const notText = "This holds bytes that are not text in UTF-8."

func (a Answer) failure() (Completion, error) {
	var faults fault.List
	switch n := utf8.RuneCountInString(a.ErrorType); {
	case !printable.HasInk(a.ErrorType):
		faults.Add(FieldErrorType, "Write the error's type: functions tell errors apart by it.")
	case n > MaxErrorTypeRunes:
		faults.Add(FieldErrorType, "At most %d characters, this has %d.", MaxErrorTypeRunes, n)
	case !utf8.ValidString(a.ErrorType) || strings.ContainsAny(a.ErrorType, "\r\n"):
		faults.Add(FieldErrorType, "The type is one line of text.")
	}
	switch n := len(a.ErrorMessage); {
	case !printable.HasInk(a.ErrorMessage):
		faults.Add(FieldErrorMessage, "Write a message: whoever reads the execution sees it.")
	case n > MaxErrorMessageBytes:
		faults.Add(FieldErrorMessage, "At most %d bytes, this has %d.", MaxErrorMessageBytes, n)
	case !utf8.ValidString(a.ErrorMessage):
		faults.Add(FieldErrorMessage, notText)
	}
	switch n := len(a.ErrorData); {
	case n > MaxAnswerBytes:
		faults.Add(FieldErrorData, "At most %d bytes, this has %d.", MaxAnswerBytes, n)
	case !utf8.ValidString(a.ErrorData):
		faults.Add(FieldErrorData, notText)
	}
	return Completion{Kind: Failure, Error: ErrorObject{
		ErrorType: a.ErrorType, ErrorMessage: a.ErrorMessage, ErrorData: a.ErrorData,
	}}, faults.Err()
}

// labelled is the outcome with a label that says what kind of answer it sends, without its content.
func (o Outcome) labelled(a Answer) Outcome {
	switch {
	case o.Name != OutcomeResult:
	case a.Format == FormatText:
		o.Label = "Send text"
	case a.Format == FormatEmpty:
		o.Label = "Send empty result"
	}
	return o
}
