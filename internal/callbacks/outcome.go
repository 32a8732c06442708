package callbacks

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"countersign/internal/form"
	"countersign/internal/template"
)

// CommentRule says whether an outcome takes a comment.
type CommentRule string

// The comment rules.
const (
	CommentOptional CommentRule = "optional"
	CommentRequired CommentRule = "required"
	CommentNone     CommentRule = "none"
)

// Encoding says how a success payload becomes bytes. The function's serdes determines which
// encoding it can read.
type Encoding string

// The encodings.
const (
	EncodingJSON Encoding = "json" // the document as it stands
	EncodingText Encoding = "text" // the payload is a JSON string; its text is sent without quotes
)

// Outcome is one way to decide a request. Package template knows what
// stands in its templates for the comment and other values; they are filled when somebody decides.
type Outcome struct {
	Name     string          `json:"name"`
	Label    string          `json:"label"`
	Kind     Kind            `json:"kind"`
	Stated   Stance          `json:"stance,omitempty"` // by the sender; see [Outcome.Stance]
	Comment  CommentRule     `json:"comment"`
	Encoding Encoding        `json:"encoding,omitempty"`
	Payload  json.RawMessage `json:"payload,omitempty"` // template of a success

	ErrorType    string          `json:"errorType,omitempty"`    // of a failure
	ErrorMessage string          `json:"errorMessage,omitempty"` // template of a failure's message
	ErrorData    json.RawMessage `json:"errorData,omitempty"`    // template of a failure's data

	// Form says that the outcome has a form, in [Content.Forms]: the reviewer's answer goes into the
	// templates.
	Form   bool           `json:"-"`
	Stamps []form.Stamped `json:"-"` // what the desk writes into the answer
	Secret bool           `json:"-"` // the form asks for a secret
}

const detailsTemplate = `"outcome":"{{outcome}}","comment":"{{comment}}","reviewer":{"id":"{{reviewer.id}}","name":"{{reviewer.name}}","email":"{{reviewer.email}}"},"decidedAt":"{{decidedAt}}"`

// DefaultOutcomes are approve and reject. Reject is a failure unless the queue wants a negative
// success: a function that does not check the result must not continue as if it were approved.
func DefaultOutcomes(rejectAs Kind) []Outcome {
	reject := Outcome{
		Name: "reject", Label: "Reject", Kind: Failure, Comment: CommentRequired,
		ErrorType: "Rejected", ErrorMessage: "{{comment}}",
		ErrorData: json.RawMessage(`{"approved":false,` + detailsTemplate + `}`),
	}
	if rejectAs == Success {
		reject = Outcome{
			Name: "reject", Label: "Reject", Kind: Success, Comment: CommentRequired, Encoding: EncodingJSON,
			Payload: json.RawMessage(`{"approved":false,` + detailsTemplate + `}`),
		}
	}
	return []Outcome{
		{
			Name: "approve", Label: "Approve", Kind: Success, Comment: CommentOptional, Encoding: EncodingJSON,
			Payload: json.RawMessage(`{"approved":true,` + detailsTemplate + `}`),
		},
		reject,
	}
}

// Choice is what a reviewer picks: an outcome, a comment and perhaps an answer. PreparedAt is the time
// that the preview showed; it goes into the payload, so that the bytes sent are the bytes shown.
type Choice struct {
	Outcome string
	Comment string
	Answer  Answer // for an outcome that is free or has a form
	// Fields are the inputs of forms as posted: package desk makes Answer.Document and Changes of them
	Fields  form.Posted
	Changes []form.Change // by which the document differs from the proposed one
	// Real is Answer.Document with the secrets in it, if that has marks in their place. It is never
	// stored, and Answer.Sealed is made of it.
	Real string
	// Veiled is the answer with marks in the place of what pages do not show; empty if they show all.
	Veiled     string
	PreparedAt time.Time
	Sends      bool // the page said that this signature decides
	Batch      ID   // with which it was chosen for many callbacks; empty for one alone
}

// Fill makes the completion of a choice by a person. signed are the signatures that decide, theirs
// last. The same arguments always give the same bytes.
func (o Outcome) Fill(choice Choice, by Person, signed []Signature) Completion {
	fill := o.filler(choice, by, signed)
	if o.Kind == Failure {
		return Completion{Kind: Failure, Error: ErrorObject{
			ErrorType:    o.ErrorType,
			ErrorMessage: fill.Text(o.ErrorMessage),
			ErrorData:    fill.JSON(string(o.ErrorData)),
		}}
	}
	result := []byte(fill.JSON(string(o.Payload)))
	if o.Encoding == EncodingText {
		var text string
		if err := json.Unmarshal(result, &text); err == nil {
			return Completion{Kind: Success, Result: []byte(text), Text: true}
		}
	}
	return Completion{Kind: Success, Result: result}
}

// longestEscape is how many bytes JSON may need for one byte.
const longestEscape = len(`\u0000`)

// leastSize returns the size in bytes of what [Outcome.Fill] would make, or somewhat less, without
// making it.
func (o Outcome) leastSize(choice Choice, by Person, signed []Signature) int {
	fill := o.filler(choice, by, signed)
	switch n := fill.SizeOfJSON(string(o.Payload)); {
	case o.Kind == Failure:
		return fill.SizeOfText(o.ErrorMessage) + fill.SizeOfJSON(string(o.ErrorData))
	case o.Encoding == EncodingText:
		return n / longestEscape
	default:
		return n
	}
}

// filler fills the outcome's templates with the values of a choice.
func (o Outcome) filler(choice Choice, by Person, signed []Signature) template.Filler {
	values := template.Values{
		Outcome: o.Name, Comment: choice.Comment, DecidedAt: choice.PreparedAt,
		Reviewer: template.Reviewer{ID: by.Subject, Name: by.Name, Email: by.Email},
		Answered: o.Form, Changes: choice.Changes,
	}
	for _, s := range signed {
		values.Signers = append(values.Signers, o.signer(s))
	}
	if document, err := form.Parse(cmp.Or(choice.Real, choice.Answer.Document)); o.Form && err == nil { // else it is null
		values.Answer = o.Stamped(document, by, choice.PreparedAt)
	}
	return values.Filler(o.templates()...)
}

// signer is a signature as templates list it.
func (o Outcome) signer(s Signature) template.Signer {
	listed := template.Signer{ID: s.Subject, Name: s.By.Name, Email: s.Email, At: s.At.UTC().Format(time.RFC3339)}
	if o.Comment != CommentNone { // else it is for the record alone
		listed.Comment = s.Comment
	}
	if s.ActingFor != nil {
		listed.ActingFor = &s.ActingFor.Name
	}
	return listed
}

// templates are what the outcome sends, before it is filled.
func (o Outcome) templates() []string {
	return []string{string(o.Payload), o.ErrorMessage, string(o.ErrorData)}
}

// NotFinal are the placeholders of the outcome's templates whose values only the last signature
// fixes.
func (o Outcome) NotFinal() []string { return template.NotFinal(o.templates()...) }

// The names of the default outcomes. Pages and reviewers know them.
const (
	OutcomeApprove = "approve"
	OutcomeReject  = "reject"
)

// Ours reports whether an outcome is one of the two that every reviewer knows, whatever it sends: it
// has the name and kind that [DefaultOutcomes] gives approve or reject, and the label is that word
// or begins with it, as "Approve $7,846.20" does. Pages give the colours and keys of these two to
// no other outcome. The word must end at a plain space: other spaces and signs make other words,
// and letters that only look like ours make none.
func (o Outcome) Ours() bool {
	ours := append(DefaultOutcomes(Failure), DefaultOutcomes(Success)...)
	return slices.ContainsFunc(ours, func(known Outcome) bool {
		word, _, _ := strings.Cut(o.Label, " ")
		return o.Name == known.Name && word == known.Label && o.Kind == known.Kind
	})
}
