package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"countersign/internal/batch"
	"countersign/internal/callbacks"
)

// batchRow is a row of batches.
type batchRow struct {
	bun.BaseModel `bun:"table:batches"`

	ID          string `bun:",pk"`
	Person      string
	Signer      sql.NullString // JSON, never null
	Stance      string
	Comment     string
	List        string
	MadeAt      int64
	BegunAt     int64
	StopAt      int64
	EndedAt     int64
	LeaseOwner  string
	ClaimableAt int64
}

// itemRow is a row of batch_items.
type itemRow struct {
	bun.BaseModel `bun:"table:batch_items"`

	Batch      string `bun:",pk"`
	Position   int    `bun:",pk"`
	Callback   string
	Outcome    string
	Revision   string
	Seen       string
	PreparedAt int64
	Result     string
	Code       string
	Why        string
	At         int64
}

// signerDocument is a person with the rights that they had.
type signerDocument struct {
	ID            string   `json:"id"`
	Issuer        string   `json:"issuer"`
	Subject       string   `json:"subject"`
	Name          string   `json:"name"`
	Email         string   `json:"email"`
	EmailVerified bool     `json:"emailVerified,omitempty"`
	GivenName     string   `json:"givenName,omitempty"`
	FamilyName    string   `json:"familyName,omitempty"`
	UserNames     []string `json:"userNames,omitempty"`
	Groups        []string `json:"groups"`
	GroupsReadAt  int64    `json:"groupsReadAt"`
	Reviewer      bool     `json:"reviewer,omitempty"`
	Admin         bool     `json:"admin,omitempty"`
	Auditor       bool     `json:"auditor,omitempty"`
}

func documentOfSigner(p callbacks.Person) signerDocument {
	return signerDocument{
		ID: p.ID, Issuer: p.Issuer, Subject: p.Subject, Name: p.Name, Email: p.Email, EmailVerified: p.EmailVerified,
		GivenName: p.GivenName, FamilyName: p.FamilyName, UserNames: p.UserNames,
		Groups: p.Groups, GroupsReadAt: millis(p.GroupsReadAt),
		Reviewer: p.Roles.Reviewer, Admin: p.Roles.Admin, Auditor: p.Roles.Auditor,
	}
}

func (d signerDocument) person() callbacks.Person {
	return callbacks.Person{
		ID: d.ID, Issuer: d.Issuer, Subject: d.Subject, Name: d.Name, Email: d.Email, EmailVerified: d.EmailVerified,
		GivenName: d.GivenName, FamilyName: d.FamilyName, UserNames: d.UserNames,
		Groups: d.Groups, GroupsReadAt: fromMillis(d.GroupsReadAt),
		Roles: callbacks.Roles{Reviewer: d.Reviewer, Admin: d.Admin, Auditor: d.Auditor},
	}
}

func rowOfBatch(b *batch.Batch) (batchRow, error) {
	signer, err := encode(documentOfSigner(b.By))
	return batchRow{
		ID: string(b.ID), Person: b.By.ID, Signer: signer, Stance: string(b.Stance), Comment: b.Comment, List: b.List,
		MadeAt: millis(b.MadeAt), BegunAt: millis(b.BegunAt), StopAt: millis(b.StopAt), EndedAt: millis(b.EndedAt),
	}, err
}

func (r *batchRow) batch(items []itemRow) (batch.Batch, error) {
	var signer signerDocument
	if _, err := decode(r.Signer, &signer); err != nil {
		return batch.Batch{}, fmt.Errorf("signer of a batch: %w", err)
	}
	b := batch.Batch{
		ID: callbacks.ID(r.ID), By: signer.person(), Stance: callbacks.Stance(r.Stance), Comment: r.Comment, List: r.List,
		MadeAt: fromMillis(r.MadeAt), BegunAt: fromMillis(r.BegunAt), StopAt: fromMillis(r.StopAt), EndedAt: fromMillis(r.EndedAt),
	}
	for i := range items {
		b.Items = append(b.Items, items[i].item())
	}
	return b, nil
}

func rowOfItem(id callbacks.ID, position int, i *batch.Item) itemRow {
	return itemRow{
		Batch: string(id), Position: position, Callback: string(i.Callback), Outcome: i.Outcome, Revision: i.Revision,
		Seen: i.Seen, PreparedAt: millis(i.PreparedAt), Result: string(i.Result), Code: string(i.Code), Why: i.Why, At: millis(i.At),
	}
}

func (r *itemRow) item() batch.Item {
	return batch.Item{
		Callback: callbacks.ID(r.Callback), Outcome: r.Outcome, Revision: r.Revision, Seen: r.Seen,
		PreparedAt: fromMillis(r.PreparedAt), Result: batch.Result(r.Result),
		Code: callbacks.ReasonCode(r.Code), Why: r.Why, At: fromMillis(r.At),
	}
}

// AddBatch implements batch.Store.
func (s *Store) AddBatch(ctx context.Context, b batch.Batch) error {
	return s.transact(ctx, func(ctx context.Context, t *tx) error {
		r, err := rowOfBatch(&b)
		if err != nil {
			return err
		}
		if err := t.insert(ctx, &r); err != nil {
			return fmt.Errorf("write a batch: %w", err)
		}
		if err := t.putItems(ctx, &b); err != nil {
			return err
		}
		return t.later(ctx, `delete from batches where id in (
			select id from batches where person = ? and begun_at = 0 order by made_at desc limit 1000 offset ?)`,
			storable(b.By.ID), batch.MaxSelections)
	})
}

func (t *tx) putItems(ctx context.Context, b *batch.Batch) error {
	for i := range b.Items {
		r := rowOfItem(b.ID, i, &b.Items[i])
		if err := t.insert(ctx, &r); err != nil {
			return fmt.Errorf("write an item of a batch: %w", err)
		}
	}
	return nil
}

// Batch implements batch.Store.
func (s *Store) Batch(ctx context.Context, id callbacks.ID) (batch.Batch, error) {
	r, err := readRow[batchRow](ctx, s, `select * from batches where id = ?`, storable(string(id)))
	if err != nil {
		return batch.Batch{}, missing(err)
	}
	var items []itemRow
	if err := s.db.NewSelect().Model(&items).Where("batch = ?", r.ID).OrderExpr("position").Scan(ctx); err != nil {
		return batch.Batch{}, fmt.Errorf("read the items of a batch: %w", s.unavailable(err))
	}
	return r.batch(items)
}

// ArmBatch implements batch.Store.
func (s *Store) ArmBatch(ctx context.Context, b batch.Batch) error {
	return s.transact(ctx, func(ctx context.Context, t *tx) error {
		b.BegunAt = time.Time{}
		return t.putBatch(ctx, &b)
	})
}

// BeginBatch implements batch.Store.
func (s *Store) BeginBatch(ctx context.Context, b batch.Batch, entry callbacks.AuditEntry) error {
	return s.transact(ctx, func(ctx context.Context, t *tx) error {
		if err := t.putBatch(ctx, &b); err != nil {
			return err
		}
		return t.record(ctx, entry)
	})
}

// putBatch writes a selection that is not confirmed yet, with its items.
func (t *tx) putBatch(ctx context.Context, b *batch.Batch) error {
	before, err := row[batchRow](ctx, t, `select * from batches where id = ?`+t.dialect.ForUpdate, storable(string(b.ID)))
	if err != nil {
		return missing(err)
	}
	if before.BegunAt != 0 {
		return batch.ErrBegun
	}
	after, err := rowOfBatch(b)
	if err != nil {
		return err
	}
	after.ClaimableAt = after.BegunAt
	if err := t.update(ctx, &before, &after); err != nil {
		return fmt.Errorf("write a batch: %w", err)
	}
	if err := t.later(ctx, `delete from batch_items where batch = ?`, before.ID); err != nil {
		return err
	}
	return t.putItems(ctx, b)
}

// StopBatch implements batch.Store.
func (s *Store) StopBatch(ctx context.Context, id callbacks.ID, at time.Time, entry callbacks.AuditEntry) error {
	return s.transact(ctx, func(ctx context.Context, t *tx) error {
		n, err := t.exec(ctx, `update batches set stop_at = ? where id = ? and begun_at > 0 and ended_at = 0 and stop_at = 0`,
			millis(at), storable(string(id)))
		if err != nil || n == 0 {
			return err
		}
		return t.record(ctx, entry)
	})
}

// ClaimBatches implements batch.Store.
func (s *Store) ClaimBatches(ctx context.Context, now time.Time, lease callbacks.Lease, limit int) ([]batch.Batch, error) {
	var all []batch.Batch
	err := s.transact(ctx, func(ctx context.Context, t *tx) error {
		all = nil
		claimed, err := rows[batchRow](ctx, t, `
			update batches set lease_owner = ?, claimable_at = ? where id in (
				select id from batches where claimable_at > 0 and claimable_at <= ? order by claimable_at limit ?`+t.dialect.SkipLocked+`)
			returning *`, storable(lease.Owner), millis(lease.Until), millis(now), limit)
		if err != nil {
			return fmt.Errorf("claim batches: %w", err)
		}
		for i := range claimed {
			items, err := rows[itemRow](ctx, t, `select * from batch_items where batch = ? order by position`, claimed[i].ID)
			if err != nil {
				return fmt.Errorf("read the items of a batch: %w", err)
			}
			b, err := claimed[i].batch(items)
			if err != nil {
				return err
			}
			all = append(all, b)
		}
		return nil
	})
	return all, err
}

// FinishItem implements batch.Store.
func (s *Store) FinishItem(
	ctx context.Context, id callbacks.ID, position int, item batch.Item, lease callbacks.Lease,
) (stopAt time.Time, err error) {
	err = s.transact(ctx, func(ctx context.Context, t *tx) error {
		stop, err := t.renew(ctx, id, lease, lease.Until)
		if err != nil {
			return err
		}
		stopAt = fromMillis(stop)
		return t.later(ctx, `update batch_items set result = ?, code = ?, why = ?, at = ? where batch = ? and position = ?`,
			string(item.Result), string(item.Code), storable(item.Why), millis(item.At), storable(string(id)), position)
	})
	return stopAt, err
}

// renew moves the end of a lease, to zero if nothing is left to do, and returns when somebody asked to
// stop the batch.
func (t *tx) renew(ctx context.Context, id callbacks.ID, lease callbacks.Lease, until time.Time) (stopAt int64, err error) {
	held, err := rows[int64](ctx, t, `update batches set claimable_at = ? where id = ? and lease_owner = ? and ended_at = 0 returning stop_at`,
		millis(until), storable(string(id)), storable(lease.Owner))
	switch {
	case err != nil:
		return 0, fmt.Errorf("renew the lease of a batch: %w", err)
	case len(held) == 0:
		return 0, callbacks.ErrLeaseLost
	}
	return held[0], nil
}

// EndBatch implements batch.Store.
func (s *Store) EndBatch(
	ctx context.Context, id callbacks.ID, rest batch.Result, now time.Time, lease callbacks.Lease,
) error {
	return s.transact(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.renew(ctx, id, lease, time.Time{}); err != nil {
			return err
		}
		key := storable(string(id))
		if err := t.later(ctx, `update batch_items set result = ?, at = ? where batch = ? and result = ''`, string(rest), millis(now), key); err != nil {
			return err
		}
		return t.later(ctx, `update batches set ended_at = ? where id = ?`, millis(now), key)
	})
}

// NextBatch implements batch.Store.
func (s *Store) NextBatch(ctx context.Context) (time.Time, error) {
	return s.next(ctx, `select claimable_at from batches where claimable_at > 0 order by claimable_at limit 1`)
}

// ForgetBatches implements batch.Store.
func (s *Store) ForgetBatches(ctx context.Context, before time.Time, limit int) error {
	return s.transact(ctx, func(ctx context.Context, t *tx) error {
		return t.later(ctx, `delete from batches where id in
			(select id from batches where claimable_at = 0 and made_at < ? order by made_at limit ?)`, millis(before), limit)
	})
}
