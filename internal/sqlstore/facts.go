package sqlstore

import (
	"database/sql"

	"countersign/internal/callbacks"
	"countersign/internal/form"
	"countersign/internal/replies"
)

// factsDocument are the values behind an audit entry.
type factsDocument struct {
	Reply     replies.Reply             `json:"reply,omitempty"`
	Attempt   int                       `json:"attempt,omitempty"`
	Failed    int                       `json:"failed,omitempty"`
	Announced callbacks.Announced       `json:"announced,omitempty"`
	Differs   []string                  `json:"differs,omitempty"`
	Source    string                    `json:"source,omitempty"`
	Requester *requesterDocument        `json:"requester,omitempty"`
	Reason    string                    `json:"reason,omitempty"`
	Field     string                    `json:"field,omitempty"`
	Groups    []string                  `json:"groups,omitempty"`
	Signature *signedDocument           `json:"signature,omitempty"`
	Policy    *reboundDocument          `json:"policy,omitempty"`
	Decision  *decisionDocument         `json:"decision,omitempty"`
	Changes   []form.Change             `json:"changes,omitempty"`
	Ending    *endingDocument           `json:"ending,omitempty"`
	Execution callbacks.OperationStatus `json:"execution,omitempty"`
	Event     int                       `json:"event,omitempty"`
}

type requesterDocument struct {
	ID       string `json:"id,omitempty"`
	Name     string `json:"name,omitempty"`
	Email    string `json:"email,omitempty"`
	StatedBy string `json:"statedBy,omitempty"`
}

type signedDocument struct {
	By        string           `json:"by"`
	ActingFor string           `json:"actingFor,omitempty"`
	Outcome   string           `json:"outcome"`
	Stance    callbacks.Stance `json:"stance"`
	Rule      string           `json:"rule,omitempty"`
	Has       int              `json:"has"`
	Needs     int              `json:"needs"`
}

type reboundDocument struct {
	From callbacks.Requirement `json:"from"`
	To   callbacks.Requirement `json:"to"`
}

// encodeFacts returns null for an entry without facts.
func encodeFacts(f callbacks.Facts) (sql.NullString, error) {
	d := factsDocument{
		Reply: f.Reply, Attempt: f.Attempt, Failed: f.Failed, Announced: f.Announced,
		Differs: f.Differs, Source: f.Source, Reason: f.Reason, Execution: f.Execution,
		Event: f.Event, Field: f.Field, Groups: f.Groups, Changes: f.Changes,
	}
	if f.Requester != nil {
		stated := requesterDocument(*f.Requester)
		d.Requester = &stated
	}
	if f.Signature != nil {
		signed := signedDocument(*f.Signature)
		d.Signature = &signed
	}
	if f.Policy != nil {
		policy := reboundDocument(*f.Policy)
		d.Policy = &policy
	}
	if f.Decision != nil {
		decision := documentOfDecision(f.Decision)
		d.Decision = &decision
	}
	if f.Ending != nil {
		ending := documentOfEnding(f.Ending)
		d.Ending = &ending
	}
	column, err := encode(d)
	if column.String == "{}" {
		return sql.NullString{}, err
	}
	return column, err
}

func decodeFacts(column sql.NullString) (callbacks.Facts, error) {
	var d factsDocument
	if found, err := decode(column, &d); !found || err != nil {
		return callbacks.Facts{}, err
	}
	f := callbacks.Facts{
		Reply: d.Reply, Attempt: d.Attempt, Failed: d.Failed, Announced: d.Announced,
		Differs: d.Differs, Source: d.Source, Reason: d.Reason, Execution: d.Execution,
		Event: d.Event, Field: d.Field, Groups: d.Groups, Changes: d.Changes,
	}
	if d.Requester != nil {
		stated := callbacks.Requester(*d.Requester)
		f.Requester = &stated
	}
	if d.Signature != nil {
		signed := callbacks.Signed(*d.Signature)
		f.Signature = &signed
	}
	if d.Policy != nil {
		policy := callbacks.Rebound(*d.Policy)
		f.Policy = &policy
	}
	if d.Decision != nil {
		f.Decision = d.Decision.decision()
	}
	if d.Ending != nil {
		f.Ending = d.Ending.ending()
	}
	return f, nil
}
