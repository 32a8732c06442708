package sqlstore

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"countersign/internal/callbacks"
)

// signatureRow is a row of signatures.
type signatureRow struct {
	bun.BaseModel `bun:"table:signatures"`

	Callback int64  `bun:",pk"`
	Person   string `bun:",pk"`
	Name     string
	Via      string
	Outcome  string
	Kind     string
	Stance   string
	Proposal string // the hash
	Shown    string
	Comment  string
	SignedAt int64
	Grounds  string // see groundsDocument

	ConfigVersion string
}

// groundsDocument is what the right to sign rested on.
type groundsDocument struct {
	Groups       []string           `json:"groups,omitempty"`
	GroupsReadAt int64              `json:"groupsReadAt,omitempty"`
	ActingFor    *delegatorDocument `json:"actingFor,omitempty"`
	InQueue      bool               `json:"inQueue,omitempty"`
	Escalated    bool               `json:"escalated,omitempty"`
	NotRequester bool               `json:"notRequester,omitempty"`
	Rule         string             `json:"rule,omitempty"`
}

type delegatorDocument struct {
	Delegation string   `json:"delegation"`
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Groups     []string `json:"groups,omitempty"`
	ReadAt     int64    `json:"readAt,omitempty"`
}

func documentOfGrounds(s callbacks.Signature) groundsDocument {
	d := groundsDocument{
		Groups: s.Groups, GroupsReadAt: millis(s.GroupsReadAt), InQueue: s.InQueue,
		Escalated: s.Escalated, NotRequester: s.NotRequester, Rule: s.Rule,
	}
	if from := s.ActingFor; from != nil {
		d.ActingFor = &delegatorDocument{
			Delegation: from.Delegation, ID: from.ID, Name: from.Name,
			Groups: from.Groups, ReadAt: millis(from.ReadAt),
		}
	}
	return d
}

// signatureColumns are the columns of signatures, in the order of values.
const signatureColumns = `
	callback, person, name, via, outcome, kind, stance, proposal, shown, comment, signed_at, grounds,
	config_version`

var insertSignature = insertText("signatures", signatureColumns)

func (r *signatureRow) values() []any {
	return []any{
		r.Callback, r.Person, r.Name, r.Via, r.Outcome, r.Kind, r.Stance, r.Proposal, r.Shown,
		r.Comment, r.SignedAt, r.Grounds, r.ConfigVersion,
	}
}

// sign writes a signature. A person has at most one on a callback: for a second it returns
// [callbacks.ErrConflict].
func (t *tx) sign(ctx context.Context, num int64, s callbacks.Signature) error {
	grounds, err := encode(documentOfGrounds(s))
	if err != nil {
		return fmt.Errorf("encode signature: %w", err)
	}
	r := signatureRow{
		Callback: num, Person: s.By.ID, Name: s.By.Name, Via: string(s.Via),
		Outcome: s.Outcome, Kind: string(s.Kind), Stance: string(s.Stance), Proposal: s.Hash,
		Shown: s.Shown, Comment: s.Comment, SignedAt: millis(s.At), Grounds: grounds.String,
		ConfigVersion: string(s.ConfigVersion),
	}
	err = t.add(ctx, insertSignature, r.values())
	switch {
	case t.engine.Duplicate(err):
		return fmt.Errorf("this person has signed already: %w", callbacks.ErrConflict)
	case err != nil:
		return fmt.Errorf("insert signature: %w", err)
	}
	return nil
}
