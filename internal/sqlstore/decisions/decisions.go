// Package decisions keeps the record of decisions: its statements and rows, for both databases.
package decisions

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/record"
	"countersign/internal/sqlstore/engine"
)

// Store is the part of a database that the record uses. It may be used by any number of goroutines.
type Store struct{ engine engine.Engine }

var _ record.Store = (*Store)(nil)

// New returns the part of an open database.
func New(e engine.Engine) *Store { return &Store{e} }

// Later runs a statement in a transaction, at the latest with its commit.
type Later func(ctx context.Context, text string, args ...any) error

// Add writes an entry of the record, in the transaction of the decision. received is when the request
// arrived.
func Add(ctx context.Context, later Later, callback int64, e record.Entry, received time.Time) error {
	err := later(ctx, `insert into decisions (callback, at, hour, took, queue, function, person, person_name, outcome, label, stance, rule, via)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		callback, e.At.UnixMilli(), received.UTC().Hour(), max(e.At.Sub(received), 0).Milliseconds(), engine.Storable(e.Queue), engine.Storable(e.Function), engine.Storable(e.By.ID), engine.Storable(e.By.Name), engine.Storable(e.Outcome),
		engine.Storable(e.Label), string(e.Stance), engine.Storable(e.Rule), string(e.Via))
	if err != nil {
		return fmt.Errorf("write a decision to the record: %w", err)
	}
	var args []any
	for _, person := range e.Signers {
		args = append(args, engine.Storable(person), e.At.UnixMilli(), callback)
	}
	err = later(ctx, `insert into decision_signers (person, at, callback) values (?, ?, ?)`+
		strings.Repeat(", (?, ?, ?)", len(e.Signers)-1), args...)
	if err != nil {
		return fmt.Errorf("write who signed to the record: %w", err)
	}
	return nil
}

// Move corrects the queue and the function of a decision on a callback that was found, and announced
// after that.
func Move(ctx context.Context, later Later, callback int64, queue, function string) error {
	err := later(ctx, `update decisions set queue = ?, function = ? where callback = ?`, engine.Storable(queue), engine.Storable(function), callback)
	if err != nil {
		return fmt.Errorf("correct a decision of the record: %w", err)
	}
	return nil
}

// row is a row of decisions together with its callback's.
type row struct {
	Callback   int64
	At         int64
	Queue      string
	Function   string
	Person     string
	PersonName string
	Outcome    string
	Label      string
	Stance     string
	Rule       string
	Via        string

	ID      string
	Title   string
	Name    string
	State   string
	EndedAt int64
	Failed  sql.NullInt64
}

func (r *row) decision(signatures []record.Signature) record.Decision {
	d := record.Decision{
		Entry: record.Entry{
			At: time.UnixMilli(r.At).UTC(), Queue: r.Queue, Function: r.Function,
			By:      callbacks.Actor{Kind: callbacks.ActorPerson, ID: r.Person, Name: r.PersonName},
			Outcome: r.Outcome, Label: r.Label, Stance: callbacks.Stance(r.Stance), Rule: r.Rule, Via: callbacks.Via(r.Via),
		},
		Callback: callbacks.ID(r.ID), Title: r.Title, Name: r.Name, Signatures: signatures,
		State: callbacks.State(r.State), ExecutionFailed: r.Failed.Valid,
	}
	if r.EndedAt != 0 {
		d.EndedAt = time.UnixMilli(r.EndedAt).UTC()
	}
	return d
}

// read reads the decisions at the places, in their order.
func (s *Store) read(ctx context.Context, places []place) ([]record.Decision, error) {
	if len(places) == 0 {
		return nil, nil
	}
	nums := make([]int64, len(places))
	for i, p := range places {
		nums[i] = p.Callback
	}
	var found []row
	err := s.engine.DB().NewRaw(`select d.callback, d.at, d.person, d.person_name, `+lineColumns+`, c.id, c.title, c.name, c.state, c.ended_at, c.failed
		from decisions d join callbacks c on c.num = d.callback where d.callback in (?)`, bun.List(nums)).Scan(ctx, &found)
	if err != nil {
		return nil, fmt.Errorf("read decisions: %w", s.engine.Unavailable(err))
	}
	signed, err := s.signatures(ctx, nums)
	if err != nil {
		return nil, err
	}
	of := make(map[int64]*row, len(found))
	for i := range found {
		of[found[i].Callback] = &found[i]
	}
	all := make([]record.Decision, 0, len(places))
	for _, num := range nums {
		if r := of[num]; r != nil {
			all = append(all, r.decision(signed[num]))
		}
	}
	return all, nil
}

// signatureRow is what the record shows of a row of signatures.
type signatureRow struct {
	Callback int64
	Person   string
	Name     string
	Stance   string
	SignedAt int64
	Grounds  string
}

// groundsDocument is what the record reads of the grounds of a signature.
type groundsDocument struct {
	ActingFor *struct {
		Name string `json:"name"`
	} `json:"actingFor"`
}

// signatures reads the signatures that count of callbacks.
func (s *Store) signatures(ctx context.Context, nums []int64) (map[int64][]record.Signature, error) {
	var found []signatureRow
	err := s.engine.DB().NewRaw(`select callback, person, name, stance, signed_at, grounds from signatures
		where callback in (?) and lapse is null order by callback, number`, bun.List(nums)).Scan(ctx, &found)
	if err != nil {
		return nil, fmt.Errorf("read the signatures of decisions: %w", s.engine.Unavailable(err))
	}
	all := make(map[int64][]record.Signature, len(nums))
	for _, r := range found {
		var grounds groundsDocument
		if err := json.Unmarshal([]byte(r.Grounds), &grounds); err != nil {
			return nil, fmt.Errorf("grounds of a signature: %w", err)
		}
		given := record.Signature{
			By:     callbacks.Actor{Kind: callbacks.ActorPerson, ID: r.Person, Name: r.Name},
			Stance: callbacks.Stance(r.Stance), At: time.UnixMilli(r.SignedAt).UTC(),
		}
		if grounds.ActingFor != nil {
			given.ActingFor = grounds.ActingFor.Name
		}
		all[r.Callback] = append(all[r.Callback], given)
	}
	return all, nil
}

// cursor is the place of a decision for an address.
func (s *Store) cursor(ctx context.Context, p place) (*desk.Cursor, error) {
	var id string
	if err := s.engine.DB().NewRaw(`select id from callbacks where num = ?`, p.Callback).Scan(ctx, &id); err != nil {
		return nil, fmt.Errorf("read the place of a decision: %w", s.engine.Unavailable(err))
	}
	return &desk.Cursor{Key: p.At, ID: callbacks.ID(id)}, nil
}
