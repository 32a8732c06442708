package callbacks

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"countersign/internal/form"
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

// Outcome is one way to decide a request. The template is JSON with {{comment}} and the other
// [Placeholders] inside strings; they are filled when somebody decides.
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
}

// Placeholders are the names that a template may use as {{name}} inside its strings.
var Placeholders = []string{"outcome", "comment", "decidedAt", "reviewer.id", "reviewer.name", "reviewer.email"}

// PlaceholderSignatures is the whole of a string that stands for who signed, as an array. Each has
// id, name, email, at, comment, and actingFor, which is null for those who signed in their own right.
const PlaceholderSignatures = `"{{signatures}}"`

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
	// Fields are the inputs of forms as they were posted; package desk makes Answer.Document and
	// Changes of them.
	Fields     form.Posted
	Changes    []form.Change // by which the document differs from the proposed one
	PreparedAt time.Time
	Sends      bool // the page said that this signature decides
}

// Fill makes the completion of a choice by a person. signed are the signatures that decide, theirs
// last. The same arguments always give the same bytes.
func (o Outcome) Fill(choice Choice, by Person, signed []Signature) Completion {
	inJSON, inText := o.fillers(choice, by, signed)
	document := func(template json.RawMessage) string { return inJSON.Replace(string(template)) }
	if o.Kind == Failure {
		return Completion{Kind: Failure, Error: ErrorObject{
			ErrorType:    o.ErrorType,
			ErrorMessage: inText.Replace(o.ErrorMessage),
			ErrorData:    document(o.ErrorData),
		}}
	}
	result := []byte(document(o.Payload))
	if o.Encoding == EncodingText {
		var text string
		if err := json.Unmarshal(result, &text); err == nil {
			return Completion{Kind: Success, Result: []byte(text), Text: true}
		}
	}
	return Completion{Kind: Success, Result: result}
}

// fillers replace the placeholders of a JSON document and of plain text with the values of a
// choice. A placeholder can only stand inside a JSON string, so replacing it with escaped text
// keeps the document valid, with the sender's order and spelling; a Replacer never looks at text
// that it inserted.
func (o Outcome) fillers(choice Choice, by Person, signed []Signature) (inJSON, inText *strings.Replacer) {
	values := map[string]string{
		"outcome":        o.Name,
		"comment":        choice.Comment,
		"decidedAt":      choice.PreparedAt.UTC().Format(time.RFC3339),
		"reviewer.id":    by.Subject,
		"reviewer.name":  by.Name,
		"reviewer.email": by.Email,
	}
	escaped := append([]string{PlaceholderSignatures, o.signersArray(signed)}, o.answerFillers(choice, by)...)
	var plain []string
	for _, name := range Placeholders {
		escaped = append(escaped, "{{"+name+"}}", quoted(values[name]))
		plain = append(plain, "{{"+name+"}}", values[name])
	}
	return strings.NewReplacer(escaped...), strings.NewReplacer(plain...)
}

// listsSigners reports whether the outcome's templates say who signed.
func (o Outcome) listsSigners() bool {
	return bytes.Contains(o.Payload, []byte(PlaceholderSignatures)) ||
		bytes.Contains(o.ErrorData, []byte(PlaceholderSignatures))
}

// signersArray is what [PlaceholderSignatures] stands for.
func (o Outcome) signersArray(signed []Signature) string {
	type signer struct {
		ID        string  `json:"id"` // the subject, like reviewer.id
		Name      string  `json:"name"`
		Email     string  `json:"email"`
		At        string  `json:"at"`
		Comment   string  `json:"comment"`
		ActingFor *string `json:"actingFor"`
	}
	all := make([]signer, 0, len(signed))
	for _, s := range signed {
		one := signer{
			ID: s.Subject, Name: s.By.Name, Email: s.Email,
			At: s.At.UTC().Format(time.RFC3339),
		}
		if o.Comment != CommentNone { // else it is for the record alone
			one.Comment = s.Comment
		}
		if s.ActingFor != nil {
			one.ActingFor = &s.ActingFor.Name
		}
		all = append(all, one)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(all); err != nil { // strings always encode
		panic(err)
	}
	return strings.TrimSpace(b.String())
}

// NotFinal are the placeholders of the outcome's templates whose values only the last signature
// fixes, sorted as they are listed.
func (o Outcome) NotFinal() (names []string) {
	templates := string(o.Payload) + o.ErrorMessage + string(o.ErrorData)
	for _, name := range Placeholders {
		if name != "outcome" && strings.Contains(templates, "{{"+name+"}}") {
			names = append(names, name)
		}
	}
	if o.listsSigners() {
		names = append(names, "signatures")
	}
	return names
}

// longestEscape is how many bytes JSON may need for one byte.
const longestEscape = len(`\u0000`)

// leastSize returns the size in bytes of what [Outcome.Fill] would make, or somewhat less, without
// making it: a comment repeated in many places of a template can become far longer than either.
func (o Outcome) leastSize(choice Choice, by Person, signed []Signature) int {
	inJSON, inText := o.fillers(choice, by, signed)
	var n length
	if o.Kind == Failure {
		_, _ = inText.WriteString(&n, o.ErrorMessage) // writing to a length cannot fail
		_, _ = inJSON.WriteString(&n, string(o.ErrorData))
		return int(n)
	}
	_, _ = inJSON.WriteString(&n, string(o.Payload))
	if o.Encoding == EncodingText {
		return int(n) / longestEscape
	}
	return int(n)
}

// length counts the bytes written to it and keeps none.
type length int

func (n *length) Write(p []byte) (int, error) {
	*n += length(len(p))
	return len(p), nil
}

func (n *length) WriteString(s string) (int, error) {
	*n += length(len(s))
	return len(s), nil
}

// quoted returns s as it is written between the quotes of a JSON string.
func quoted(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil { // a string always encodes
		panic(err)
	}
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(b.String()), `"`), `"`)
}

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
