package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"countersign/internal/callbacks"
)

// signatureRow is a row of signatures.
type signatureRow struct {
	bun.BaseModel `bun:"table:signatures"`

	Callback int64 `bun:",pk"`
	Number   int64 `bun:",pk"` // from 1, in the order in which they were given
	Person   string
	Name     string
	Via      string
	Outcome  string
	Kind     string
	Stance   string
	Proposal string         // the hash
	Answer   sql.NullString // JSON, if the outcome is free or has a form
	Sealed   sql.NullString // the answer with its secrets, while the signature needs it
	Shown    string
	Comment  string
	SignedAt int64
	Grounds  string // see groundsDocument

	ConfigVersion string
	Lapse         sql.NullString // see lapseDocument
}

// groundsDocument says what the right to sign rested on.
type groundsDocument struct {
	Subject      string             `json:"subject,omitempty"`
	Email        string             `json:"email,omitempty"`
	Address      string             `json:"address,omitempty"`
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
	Address    string   `json:"address,omitempty"`
	Name       string   `json:"name"`
	Groups     []string `json:"groups,omitempty"`
	ReadAt     int64    `json:"readAt,omitempty"`
}

// lapseDocument says why a signature no longer counts.
type lapseDocument struct {
	How callbacks.Lapse `json:"how"`
	At  int64           `json:"at"`
	Why string          `json:"why,omitempty"`
}

func documentOfGrounds(s callbacks.Signature) groundsDocument {
	d := groundsDocument{
		Subject: s.Subject, Email: s.Email, Address: s.Address, Groups: s.Groups, GroupsReadAt: millis(s.GroupsReadAt),
		InQueue: s.InQueue, Escalated: s.Escalated, NotRequester: s.NotRequester, Rule: s.Rule,
	}
	if from := s.ActingFor; from != nil {
		d.ActingFor = &delegatorDocument{
			Delegation: from.Delegation, ID: from.ID, Address: from.Address, Name: from.Name,
			Groups: from.Groups, ReadAt: millis(from.ReadAt),
		}
	}
	return d
}

// signatureColumns are the columns of signatures, in the order of values.
const signatureColumns = `
	callback, number, person, name, via, outcome, kind, stance, proposal, answer, sealed, shown,
	comment, signed_at, grounds, config_version, lapse`

// lastingColumns are signatureColumns without the answers of signatures that ended: a person may
// leave many, and no change looks at them.
var lastingColumns = strings.Replace(
	signatureColumns, " answer,", " case when lapse is null then answer end as answer,", 1)

var insertSignature = insertText("signatures", signatureColumns)

func (r *signatureRow) values() []any {
	return []any{
		r.Callback, r.Number, r.Person, r.Name, r.Via, r.Outcome, r.Kind, r.Stance, r.Proposal,
		r.Answer, r.Sealed, r.Shown, r.Comment, r.SignedAt, r.Grounds, r.ConfigVersion, r.Lapse,
	}
}

func (r *signatureRow) columns() string { return signatureColumns }

func (r *signatureRow) places() []any {
	return []any{
		&r.Callback, &r.Number, &r.Person, &r.Name, &r.Via, &r.Outcome, &r.Kind, &r.Stance,
		&r.Proposal, &r.Answer, &r.Sealed, &r.Shown, &r.Comment, &r.SignedAt, &r.Grounds, &r.ConfigVersion, &r.Lapse,
	}
}

// signatureRowOf makes the row of a signature of a callback, which numbers its signatures from 1.
func signatureRowOf(num, number int64, s callbacks.Signature) (signatureRow, error) {
	grounds, err := encode(documentOfGrounds(s))
	if err != nil {
		return signatureRow{}, fmt.Errorf("encode signature: %w", err)
	}
	r := signatureRow{
		Callback: num, Number: number, Person: s.By.ID, Name: s.By.Name, Via: string(s.Via),
		Outcome: s.Outcome, Kind: string(s.Kind), Stance: string(s.Stance), Proposal: s.Hash,
		Shown: s.Shown, Comment: s.Comment, SignedAt: millis(s.At), Grounds: grounds.String,
		ConfigVersion: string(s.ConfigVersion),
	}
	if r.Answer, err = encodeAnswer(s.Answer); err != nil {
		return r, fmt.Errorf("encode the answer of a signature: %w", err)
	}
	if s.Answer.Sealed != "" && s.Live() {
		r.Sealed = sql.NullString{String: s.Answer.Sealed, Valid: true}
	}
	if r.Lapse, err = encodeLapse(s.End); err != nil {
		return r, fmt.Errorf("encode the end of a signature: %w", err)
	}
	return r, nil
}

func encodeAnswer(a callbacks.Answer) (sql.NullString, error) {
	if a == (callbacks.Answer{}) {
		return sql.NullString{}, nil
	}
	return encode(a)
}

func encodeLapse(e *callbacks.SignatureEnd) (sql.NullString, error) {
	if e == nil {
		return sql.NullString{}, nil
	}
	return encode(lapseDocument{How: e.Lapse, At: millis(e.At), Why: e.Why})
}

// signature turns the row into a signature of the domain.
func (r *signatureRow) signature() (callbacks.Signature, error) {
	var grounds groundsDocument
	if err := json.Unmarshal([]byte(r.Grounds), &grounds); err != nil {
		return callbacks.Signature{}, fmt.Errorf("grounds of a signature: %w", err)
	}
	s := callbacks.Signature{
		By:      callbacks.Actor{Kind: callbacks.ActorPerson, ID: r.Person, Name: r.Name},
		Subject: grounds.Subject, Email: grounds.Email, Address: grounds.Address,
		Groups: grounds.Groups, GroupsReadAt: fromMillis(grounds.GroupsReadAt),
		InQueue: grounds.InQueue, Escalated: grounds.Escalated, NotRequester: grounds.NotRequester,
		Proposal: callbacks.Proposal{
			Hash: r.Proposal, Outcome: r.Outcome, Kind: callbacks.Kind(r.Kind),
			Stance: callbacks.Stance(r.Stance),
		},
		Comment: r.Comment, At: fromMillis(r.SignedAt), Shown: r.Shown, Rule: grounds.Rule,
		Via: callbacks.Via(r.Via), ConfigVersion: callbacks.ConfigVersion(r.ConfigVersion),
	}
	if from := grounds.ActingFor; from != nil {
		s.ActingFor = &callbacks.Delegator{
			Delegation: from.Delegation, ID: from.ID, Address: from.Address, Name: from.Name,
			Groups: from.Groups, ReadAt: fromMillis(from.ReadAt),
		}
	}
	if _, err := decode(r.Answer, &s.Answer); err != nil {
		return s, fmt.Errorf("answer of a signature: %w", err)
	}
	s.Answer.Sealed = r.Sealed.String
	var lapse lapseDocument
	lapsed, err := decode(r.Lapse, &lapse)
	if err != nil {
		return s, fmt.Errorf("end of a signature: %w", err)
	}
	if lapsed {
		s.End = &callbacks.SignatureEnd{Lapse: lapse.How, At: fromMillis(lapse.At), Why: lapse.Why}
	}
	return s, nil
}

func signaturesOf(rows []signatureRow) ([]callbacks.Signature, error) {
	var all []callbacks.Signature
	for i := range rows {
		s, err := rows[i].signature()
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// signaturesOf reads the signatures of a callback for a change: those that ended without their
// answers. While there are none, it runs no statement.
func (t *tx) signaturesOf(ctx context.Context, c *callbackRow) ([]signatureRow, error) {
	if c.SignatureCount == 0 {
		return nil, nil
	}
	all, err := rows[signatureRow](ctx, t,
		`select `+lastingColumns+` from signatures where callback = ? order by number`, c.Num)
	if err != nil {
		return nil, fmt.Errorf("read signatures: %w", err)
	}
	return all, nil
}

// putSignatures writes the signatures of a case that are new, and the ends of those that ended.
func (t *tx) putSignatures(
	ctx context.Context, num int64, before []signatureRow, all []callbacks.Signature,
) (err error) {
	for i := range all {
		if i < len(before) {
			err = t.endSignature(ctx, &before[i], all[i].End)
		} else {
			err = t.addSignature(ctx, num, int64(i+1), all[i])
		}
		if err != nil {
			return fmt.Errorf("write signature: %w", err)
		}
	}
	return nil
}

func (t *tx) addSignature(ctx context.Context, num, number int64, s callbacks.Signature) error {
	r, err := signatureRowOf(num, number, s)
	if err != nil {
		return err
	}
	return t.add(ctx, insertSignature, r.values())
}

// forgetAnswers drops the secrets in the answers of a callback's signatures.
func (t *tx) forgetAnswers(ctx context.Context, num int64) error {
	return t.later(ctx, `update signatures set sealed = null where callback = ? and sealed is not null`, num)
}

// endSignature writes how a signature ended, unless that is known, and drops the secrets of its answer.
func (t *tx) endSignature(
	ctx context.Context, before *signatureRow, end *callbacks.SignatureEnd,
) error {
	lapse, err := encodeLapse(end)
	if err != nil || lapse == before.Lapse {
		return err
	}
	return t.later(ctx, `update signatures set lapse = ?, sealed = null where callback = ? and number = ?`,
		lapse, before.Callback, before.Number)
}

// Signatures implements desk.Store.
func (s *Store) Signatures(ctx context.Context, id callbacks.ID) ([]callbacks.Signature, error) {
	var found []signatureRow
	err := s.db.NewSelect().Model(&found).
		Where("callback = (select num from callbacks where id = ?)", storable(string(id))).
		OrderExpr("number").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read signatures: %w", s.unavailable(err))
	}
	return signaturesOf(found)
}

// signatures returns by callback the signatures that count, and all of the reader, in the order in
// which they were given. They come without answers and comments, which may be long and which no list
// needs.
func (s *Store) signatures(ctx context.Context, nums []int64, reader string) (map[int64][]callbacks.Signature, error) {
	if len(nums) == 0 {
		return nil, nil
	}
	var found []signatureRow
	err := s.db.NewSelect().Model(&found).ExcludeColumn("answer", "sealed", "comment").
		Where("callback in (?)", bun.List(nums)).Where("(lapse is null or person = ?)", storable(reader)).OrderExpr("callback, number").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read signatures: %w", s.unavailable(err))
	}
	all := make(map[int64][]callbacks.Signature, len(nums))
	for i := range found {
		one, err := found[i].signature()
		if err != nil {
			return nil, err
		}
		all[found[i].Callback] = append(all[found[i].Callback], one)
	}
	return all, nil
}
