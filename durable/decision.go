package durable

import (
	"encoding/json"
	"errors"
	"time"
)

// The payloads of outcomes whose result a [Decision] reads, as JSON: what was decided, by whom, and
// who signed. Announce one of them with each outcome of kind success, that with the answer if the
// outcome brings a form.
const (
	DecisionTemplate     = `{"outcome":"{{outcome}}",` + decisionFields
	FormDecisionTemplate = `{"outcome":"{{outcome}}","answer":"{{answer}}",` + decisionFields

	decisionFields = `"comment":"{{comment}}","reviewer":{"id":"{{reviewer.id}}","name":"{{reviewer.name}}","email":"{{reviewer.email}}"},` +
		`"decidedAt":"{{decidedAt}}","signatures":"{{signatures}}"}`
)

// Decision is what the desk sends for these templates, and for its own outcome approve, which has no
// signatures. It is the type of a callback:
//
//	callback, err := durable.CreateCallback[durable.Decision[Order]](ctx, "approval")
//
// T is the type of the answer that the reviewer filled in; for outcomes without a form, take struct{}.
type Decision[T any] struct {
	Outcome    string      `json:"outcome"` // name of the outcome, never empty
	Answer     T           `json:"answer"`
	Comment    string      `json:"comment"`
	Reviewer   Signer      `json:"reviewer"` // who signed last
	DecidedAt  time.Time   `json:"decidedAt"`
	Signatures []Signature `json:"signatures"`
}

// Signer is a person as the desk's OpenID provider names them.
type Signer struct {
	ID    string `json:"id"` // the subject
	Name  string `json:"name"`
	Email string `json:"email"`
}

// Signature is one of those that decided.
type Signature struct {
	Signer
	At        time.Time `json:"at"`
	Comment   string    `json:"comment"`
	ActingFor string    `json:"actingFor"` // name of the person they acted for; empty if they acted for nobody
}

// errNoOutcome is the fault of a result that somebody else sent, or another template.
var errNoOutcome = errors.New("durable: the result names no outcome, so it is no decision of the desk")

// UnmarshalJSON implements [json.Unmarshaler]. It refuses JSON without an outcome: a function must not
// go on as if it had been decided.
func (d *Decision[T]) UnmarshalJSON(data []byte) error {
	type fields Decision[T] // without this method
	var f fields
	if err := json.Unmarshal(data, &f); err != nil {
		return err
	}
	if f.Outcome == "" {
		return errNoOutcome
	}
	*d = Decision[T](f)
	return nil
}
