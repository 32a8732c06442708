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
	Stance   string
	Comment  string
	SignedAt int64

	ConfigVersion string
}

// signatureColumns are the columns of signatures, in the order of values.
const signatureColumns = `
	callback, person, name, via, outcome, stance, comment, signed_at, config_version`

var insertSignature = insertText("signatures", signatureColumns)

func (r *signatureRow) values() []any {
	return []any{
		r.Callback, r.Person, r.Name, r.Via, r.Outcome, r.Stance, r.Comment, r.SignedAt,
		r.ConfigVersion,
	}
}

// sign writes a signature. A person has at most one on a callback: for a second it returns
// [callbacks.ErrConflict].
func (t *tx) sign(ctx context.Context, num int64, s callbacks.Signature) error {
	r := signatureRow{
		Callback: num, Person: s.By.ID, Name: s.By.Name, Via: string(s.Via),
		Outcome: s.Outcome, Stance: string(s.Stance), Comment: s.Comment, SignedAt: millis(s.At),
		ConfigVersion: string(s.ConfigVersion),
	}
	err := t.add(ctx, insertSignature, r.values())
	switch {
	case t.engine.Duplicate(err):
		return fmt.Errorf("this person has signed already: %w", callbacks.ErrConflict)
	case err != nil:
		return fmt.Errorf("insert signature: %w", err)
	}
	return nil
}
