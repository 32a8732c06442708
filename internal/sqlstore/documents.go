package sqlstore

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"reflect"

	"countersign/internal/callbacks"
	"countersign/internal/form"
	"countersign/internal/replies"
)

// The JSON documents in columns. Their structs fix the names, so that renaming a field of the
// domain does not lose stored data.

// requestDocument is what a request says that no statement asks for. A field of callbacks.Request
// goes here, without a migration, unless lists are filtered or ordered by it.
type requestDocument struct {
	// Outcomes are left out for the default ones, which nearly every callback has: written out they
	// would be most of the hot row. A reviewer's decision is bound to the bytes of the preview, so a
	// later change of the defaults cannot send something that nobody saw.
	Outcomes []outcomeDocument `json:"outcomes,omitempty"`
	// RejectSucceeds tells the default outcomes whose reject is a success from the usual ones.
	RejectSucceeds bool `json:"rejectSucceeds,omitempty"`
	// KeepAlive is left out for the default.
	KeepAlive callbacks.KeepAlive `json:"keepAlive,omitempty"`
	// RequesterStatedByAddress is there if an admin named the requester.
	RequesterStatedByAddress string `json:"requesterStatedByAddress,omitempty"`
	Group                    string `json:"group,omitempty"`
}

// encodeRequest returns null for the request of nearly every callback.
func encodeRequest(r callbacks.Request) (sql.NullString, error) {
	d := requestDocument{RequesterStatedByAddress: r.Requester.StatedByAddress, Group: r.Group}
	switch {
	case reflect.DeepEqual(r.Outcomes, callbacks.DefaultOutcomes(callbacks.Failure)):
	case reflect.DeepEqual(r.Outcomes, callbacks.DefaultOutcomes(callbacks.Success)):
		d.RejectSucceeds = true
	default:
		d.Outcomes = documentsOfOutcomes(r.Outcomes)
	}
	if r.KeepAlive != callbacks.KeepAliveReview {
		d.KeepAlive = r.KeepAlive
	}
	return encodeUnlessEmpty(d)
}

// decodeRequest adds to the request what the column holds.
func decodeRequest(column sql.NullString, r *callbacks.Request) error {
	var d requestDocument
	if _, err := decode(column, &d); err != nil {
		return err
	}
	switch {
	case len(d.Outcomes) > 0:
		r.Outcomes = outcomesOf(d.Outcomes)
	case d.RejectSucceeds:
		r.Outcomes = callbacks.DefaultOutcomes(callbacks.Success)
	default:
		r.Outcomes = callbacks.DefaultOutcomes(callbacks.Failure)
	}
	r.KeepAlive = cmp.Or(d.KeepAlive, callbacks.KeepAliveReview)
	r.Requester.StatedByAddress, r.Group = d.RequesterStatedByAddress, d.Group
	return nil
}

type outcomeDocument struct {
	Name     string                `json:"name"`
	Label    string                `json:"label"`
	Kind     callbacks.Kind        `json:"kind"`
	Stance   callbacks.Stance      `json:"stance,omitempty"` // as the sender stated it
	Comment  callbacks.CommentRule `json:"comment"`
	Encoding callbacks.Encoding    `json:"encoding,omitempty"`
	// templates are strings: stored as JSON, their spacing would change
	Payload      string `json:"payload,omitempty"`
	ErrorType    string `json:"errorType,omitempty"`
	ErrorMessage string `json:"errorMessage,omitempty"`
	ErrorData    string `json:"errorData,omitempty"`

	Form   bool           `json:"form,omitempty"`
	Stamps []form.Stamped `json:"stamps,omitempty"`
	Secret bool           `json:"secret,omitempty"`
}

func documentsOfOutcomes(outcomes []callbacks.Outcome) []outcomeDocument {
	documents := make([]outcomeDocument, 0, len(outcomes))
	for _, o := range outcomes {
		documents = append(documents, outcomeDocument{
			Name: o.Name, Label: o.Label, Kind: o.Kind, Stance: o.Stated, Comment: o.Comment,
			Encoding: o.Encoding, Payload: string(o.Payload), ErrorType: o.ErrorType, ErrorMessage: o.ErrorMessage, ErrorData: string(o.ErrorData),
			Form: o.Form, Stamps: o.Stamps, Secret: o.Secret,
		})
	}
	return documents
}

func outcomesOf(documents []outcomeDocument) []callbacks.Outcome {
	outcomes := make([]callbacks.Outcome, 0, len(documents))
	for _, d := range documents {
		outcomes = append(outcomes, callbacks.Outcome{
			Name: d.Name, Label: d.Label, Kind: d.Kind, Stated: d.Stance, Comment: d.Comment,
			Encoding: d.Encoding, Payload: template(d.Payload), ErrorType: d.ErrorType, ErrorMessage: d.ErrorMessage, ErrorData: template(d.ErrorData),
			Form: d.Form, Stamps: d.Stamps, Secret: d.Secret,
		})
	}
	return outcomes
}

// template returns nil if there is none.
func template(s string) json.RawMessage {
	if s == "" {
		return nil
	}
	return json.RawMessage(s)
}

// encodeRequirement returns null for the requirement of nearly every callback. Others are documents
// whose names the domain fixes.
func encodeRequirement(r callbacks.Requirement) (sql.NullString, error) {
	if reflect.DeepEqual(r, callbacks.OneSignature) {
		return sql.NullString{}, nil
	}
	return encode(r)
}

func decodeRequirement(column sql.NullString) (callbacks.Requirement, error) {
	var r callbacks.Requirement
	if found, err := decode(column, &r); !found || err != nil {
		return callbacks.OneSignature, err
	}
	return r, nil
}

type actorDocument struct {
	Kind callbacks.ActorKind `json:"kind"`
	ID   string              `json:"id"`
	Name string              `json:"name"`
}

type decisionDocument struct {
	Outcome string         `json:"outcome"`
	Label   string         `json:"label"`
	Kind    callbacks.Kind `json:"kind"`
	By      actorDocument  `json:"by"`
	Comment string         `json:"comment,omitempty"`
	At      int64          `json:"at"`
	SHA256  string         `json:"sha256"`
	Size    int            `json:"size"`

	ConfigVersion callbacks.ConfigVersion `json:"configVersion,omitempty"`
	Batch         callbacks.ID            `json:"batch,omitempty"`
}

func encodeDecision(d *callbacks.Decision) (sql.NullString, error) {
	if d == nil {
		return sql.NullString{}, nil
	}
	return encode(documentOfDecision(d))
}

func decodeDecision(column sql.NullString) (*callbacks.Decision, error) {
	var d decisionDocument
	if found, err := decode(column, &d); !found || err != nil {
		return nil, err
	}
	return d.decision(), nil
}

func documentOfDecision(d *callbacks.Decision) decisionDocument {
	return decisionDocument{
		Outcome: d.Outcome, Label: d.Label, Kind: d.Kind, By: actorDocument(d.By), Comment: d.Comment,
		At: millis(d.At), SHA256: d.SHA256, Size: d.Size, ConfigVersion: d.ConfigVersion, Batch: d.Batch,
	}
}

func (d decisionDocument) decision() *callbacks.Decision {
	return &callbacks.Decision{
		Outcome: d.Outcome, Label: d.Label, Kind: d.Kind, By: callbacks.Actor(d.By), Comment: d.Comment,
		At: fromMillis(d.At), SHA256: d.SHA256, Size: d.Size, ConfigVersion: d.ConfigVersion, Batch: d.Batch,
	}
}

type endingDocument struct {
	By       callbacks.EndedBy       `json:"by"`
	Cause    callbacks.DeadlineCause `json:"cause,omitempty"`
	At       int64                   `json:"at"`
	Assumed  bool                    `json:"assumed,omitempty"`
	Around   callbacks.Around        `json:"around,omitempty"`
	Kind     callbacks.Kind          `json:"kind,omitempty"`
	Event    int                     `json:"event,omitempty"`
	Proven   bool                    `json:"proven,omitempty"`
	Accepted bool                    `json:"accepted,omitempty"`
	Doubt    callbacks.Doubt         `json:"doubt,omitempty"`
	Unread   callbacks.Doubt         `json:"unread,omitempty"`
	Refusal  replies.Reply           `json:"refusal,omitempty"`
	Code     string                  `json:"code,omitempty"`
}

func documentOfEnding(e *callbacks.Ending) endingDocument {
	return endingDocument{
		By: e.By, Cause: e.Cause, At: millis(e.At), Assumed: e.Assumed, Around: e.Around,
		Kind: e.Kind, Event: e.Event, Proven: e.Proven, Accepted: e.Accepted,
		Doubt: e.Doubt, Unread: e.Unread, Refusal: e.Refusal, Code: e.Code,
	}
}

func (d endingDocument) ending() *callbacks.Ending {
	return &callbacks.Ending{
		By: d.By, Cause: d.Cause, At: fromMillis(d.At), Assumed: d.Assumed, Around: d.Around,
		Kind: d.Kind, Event: d.Event, Proven: d.Proven, Accepted: d.Accepted,
		Doubt: d.Doubt, Unread: d.Unread, Refusal: d.Refusal, Code: d.Code,
	}
}

func encodeEnding(e *callbacks.Ending) (sql.NullString, error) {
	if e == nil {
		return sql.NullString{}, nil
	}
	return encode(documentOfEnding(e))
}

func decodeEnding(column sql.NullString) (*callbacks.Ending, error) {
	var d endingDocument
	if found, err := decode(column, &d); !found || err != nil {
		return nil, err
	}
	return d.ending(), nil
}

type missedHeartbeatsDocument struct {
	Since  int64         `json:"since,omitempty"`
	Failed int           `json:"failed,omitempty"`
	Reply  replies.Reply `json:"answer,omitempty"`
	LostAt int64         `json:"lostAt,omitempty"`
}

func encodeMissedHeartbeats(u callbacks.MissedHeartbeats) (sql.NullString, error) {
	if u == (callbacks.MissedHeartbeats{}) {
		return sql.NullString{}, nil
	}
	return encode(missedHeartbeatsDocument{Since: millis(u.Since), Failed: u.Failed, Reply: u.Reply, LostAt: millis(u.LostAt)})
}

func decodeMissedHeartbeats(column sql.NullString) (callbacks.MissedHeartbeats, error) {
	var d missedHeartbeatsDocument
	if found, err := decode(column, &d); !found || err != nil {
		return callbacks.MissedHeartbeats{}, err
	}
	return callbacks.MissedHeartbeats{Since: fromMillis(d.Since), Failed: d.Failed, Reply: d.Reply, LostAt: fromMillis(d.LostAt)}, nil
}

func encode(v any) (sql.NullString, error) {
	document, err := json.Marshal(v)
	return sql.NullString{String: string(document), Valid: true}, err
}

// encodeUnlessEmpty returns null for a document all of whose fields are left out.
func encodeUnlessEmpty(v any) (sql.NullString, error) {
	column, err := encode(v)
	if column.String == "{}" {
		return sql.NullString{}, err
	}
	return column, err
}

// decode reads a document. found is false if the column is null.
func decode(column sql.NullString, v any) (found bool, err error) {
	if !column.Valid {
		return false, nil
	}
	return true, json.Unmarshal([]byte(column.String), v)
}

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
	ActingFor string                    `json:"actingFor,omitempty"`
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

	StatedByAddress string `json:"statedByAddress,omitempty"`
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
		Event: f.Event, Field: f.Field, ActingFor: f.ActingFor, Groups: f.Groups, Changes: f.Changes,
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
		Event: d.Event, Field: d.Field, ActingFor: d.ActingFor, Groups: d.Groups, Changes: d.Changes,
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
