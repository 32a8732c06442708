package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"countersign/internal/callbacks"
	"countersign/internal/delegation"
)

// delegationRow is a row of delegations.
type delegationRow struct {
	bun.BaseModel `bun:"table:delegations"`

	ID              string `bun:",pk"`
	Delegator       string
	DelegatorName   string
	Delegate        string
	DelegateName    string
	DelegateAddress string
	Queues          sql.NullString // JSON, never null
	StartsAt        int64
	EndsAt          int64
	MadeBy          string
	MadeByName      string
	MadeAt          int64
	EndedBy         string
	EndedByName     string
}

func rowOfDelegation(d delegation.Delegation) (delegationRow, error) {
	queues, err := encode(d.Queues)
	return delegationRow{
		ID: string(d.ID), Delegator: d.From.ID, DelegatorName: d.From.Name,
		Delegate: d.To.ID, DelegateName: d.To.Name, DelegateAddress: d.ToAddress, Queues: queues,
		StartsAt: millis(d.Since), EndsAt: millis(d.Until),
		MadeBy: d.MadeBy.ID, MadeByName: d.MadeBy.Name, MadeAt: millis(d.MadeAt),
		EndedBy: d.EndedBy.ID, EndedByName: d.EndedBy.Name,
	}, err
}

func (r *delegationRow) delegation() (delegation.Delegation, error) {
	person := func(id, name string) callbacks.Actor {
		return callbacks.Actor{Kind: callbacks.ActorPerson, ID: id, Name: name}
	}
	d := delegation.Delegation{
		ID: callbacks.ID(r.ID), From: person(r.Delegator, r.DelegatorName),
		To: person(r.Delegate, r.DelegateName), ToAddress: r.DelegateAddress,
		Since: fromMillis(r.StartsAt), Until: fromMillis(r.EndsAt),
		MadeBy: person(r.MadeBy, r.MadeByName), MadeAt: fromMillis(r.MadeAt),
	}
	if r.EndedBy != "" {
		d.EndedBy = person(r.EndedBy, r.EndedByName)
	}
	if _, err := decode(r.Queues, &d.Queues); err != nil {
		return d, fmt.Errorf("queues of a delegation: %w", err)
	}
	return d, nil
}

func delegationsOf(found []delegationRow) ([]delegation.Delegation, error) {
	all := make([]delegation.Delegation, 0, len(found))
	for i := range found {
		d, err := found[i].delegation()
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// AddDelegation implements delegation.Store. It locks the profiles of both people, so that additions
// which concern the same person wait for each other.
func (s *Store) AddDelegation(
	ctx context.Context, d delegation.Delegation, check func([]delegation.Delegation) error,
	e callbacks.AuditEntry,
) error {
	return s.transact(ctx, func(ctx context.Context, t *tx) error {
		from, to, made := storable(d.From.ID), storable(d.To.ID), millis(d.MadeAt)
		if _, err := rows[personRow](ctx, t, `select * from people where id in (?, ?) order by id`+t.dialect.ForUpdate, from, to); err != nil {
			return fmt.Errorf("lock people: %w", err)
		}
		found, err := rows[delegationRow](ctx, t, `select * from delegations where delegator in (?, ?) and ends_at > ?
			union all select * from delegations where delegate in (?, ?) and ends_at > ? and delegator not in (?, ?)`,
			from, to, made, from, to, made, from, to)
		if err != nil {
			return fmt.Errorf("read delegations: %w", err)
		}
		others, err := delegationsOf(found)
		if err != nil {
			return err
		}
		if err := check(others); err != nil {
			return err
		}
		r, err := rowOfDelegation(d)
		if err != nil {
			return err
		}
		if err := t.insert(ctx, &r); err != nil {
			return fmt.Errorf("write a delegation: %w", err)
		}
		return t.record(ctx, e)
	})
}

// EndDelegation implements delegation.Store.
func (s *Store) EndDelegation(
	ctx context.Context, id callbacks.ID, end func(*delegation.Delegation) (callbacks.AuditEntry, error),
) (delegation.Delegation, error) {
	var ended delegation.Delegation
	err := s.transact(ctx, func(ctx context.Context, t *tx) error {
		before, err := row[delegationRow](ctx, t, `select * from delegations where id = ?`+t.dialect.ForUpdate, storable(string(id)))
		if err != nil {
			return missing(err)
		}
		d, err := before.delegation()
		if err != nil {
			return err
		}
		entry, err := end(&d)
		if err != nil {
			return err
		}
		after, err := rowOfDelegation(d)
		if err != nil {
			return err
		}
		if err := t.update(ctx, &before, &after); err != nil {
			return fmt.Errorf("write a delegation: %w", err)
		}
		ended = d
		return t.record(ctx, entry)
	})
	return ended, err
}

// DelegationsTo implements delegation.Store.
func (s *Store) DelegationsTo(
	ctx context.Context, to []callbacks.Person, queue string, from, now time.Time, limit int,
) ([]delegation.Held, error) {
	named, err := encode(queue) // as it stands in the list of queues
	if err != nil {
		return nil, err
	}
	var keys, addresses []string
	for _, p := range to {
		keys = append(keys, storable(p.ID))
		if address := p.VerifiedAddress(); address != "" {
			addresses = append(addresses, storable(address))
		}
	}
	var all []delegationRow
	for column, values := range map[string][]string{"delegate": keys, "delegate_address": addresses} {
		if len(values) == 0 {
			continue
		}
		var found []delegationRow
		query := s.db.NewSelect().Model(&found).Where(column+" in (?) and ends_at > ?", bun.List(values), millis(from)).
			Where("starts_at <= ? and starts_at < ends_at", millis(now)).OrderExpr("ends_at desc").Limit(int64(limit))
		if queue != "" {
			query = query.Where("replace(queues, ?, '') <> queues", named.String)
		}
		if err := query.Scan(ctx); err != nil {
			return nil, fmt.Errorf("read delegations: %w", s.unavailable(err))
		}
		all = append(all, found...)
	}
	slices.SortFunc(all, func(a, b delegationRow) int {
		return cmp.Or(cmp.Compare(b.EndsAt, a.EndsAt), cmp.Compare(a.ID, b.ID))
	})
	all = slices.CompactFunc(all, func(a, b delegationRow) bool { return a.ID == b.ID })
	return s.held(ctx, all)
}

// DelegationsSince implements policy.Store, policy.AlarmStore and notice.Desk.
func (s *Store) DelegationsSince(ctx context.Context, from, now time.Time, limit int) ([]delegation.Held, error) {
	var found []delegationRow
	err := s.db.NewSelect().Model(&found).Where("ends_at > ? and starts_at <= ? and starts_at < ends_at", millis(from), millis(now)).
		OrderExpr("ends_at desc").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read delegations: %w", s.unavailable(err))
	}
	return s.held(ctx, found)
}

// held reads the delegators of some delegations.
func (s *Store) held(ctx context.Context, found []delegationRow) ([]delegation.Held, error) {
	all, err := delegationsOf(found)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	from := make([]string, len(found))
	for i := range found {
		from[i] = found[i].Delegator
	}
	var profiles []personRow
	if err := s.db.NewSelect().Model(&profiles).Where("id in (?)", bun.List(from)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read delegators: %w", s.unavailable(err))
	}
	held := make([]delegation.Held, len(all))
	for i, d := range all {
		held[i].Delegation = d
		of := slices.IndexFunc(profiles, func(p personRow) bool { return p.ID == from[i] })
		if of < 0 {
			return nil, fmt.Errorf("delegation %s: its delegator is not known", d.ID)
		}
		if held[i].Delegator, err = profiles[of].profile(); err != nil {
			return nil, err
		}
	}
	return held, nil
}

// LastDelegationEnd implements delegation.Store.
func (s *Store) LastDelegationEnd(ctx context.Context) (time.Time, error) {
	var last sql.NullInt64
	if err := s.db.NewRaw(`select max(ends_at) from delegations`).Scan(ctx, &last); err != nil {
		return time.Time{}, fmt.Errorf("look for delegations: %w", s.unavailable(err))
	}
	if !last.Valid {
		return time.Time{}, nil
	}
	return fromMillis(last.Int64), nil
}

// delegationEnds reads when some delegations end, by ID.
func (t *tx) delegationEnds(ctx context.Context, ids []string) (map[string]time.Time, error) {
	ends := make(map[string]time.Time, len(ids))
	for _, id := range ids {
		found, err := row[delegationRow](ctx, t, `select * from delegations where id = ?`, storable(id))
		if err != nil {
			return nil, fmt.Errorf("read a delegation: %w", err)
		}
		ends[id] = fromMillis(found.EndsAt)
	}
	return ends, nil
}

// Delegations implements delegation.Store.
func (s *Store) Delegations(ctx context.Context, person string, limit int) ([]delegation.Delegation, error) {
	var all []delegation.Delegation
	for _, column := range []string{"delegator", "delegate"} {
		var found []delegationRow
		err := s.db.NewSelect().Model(&found).Where(column+" = ?", storable(person)).
			OrderExpr("ends_at desc").Limit(int64(limit)).Scan(ctx)
		if err != nil {
			return nil, fmt.Errorf("list delegations: %w", s.unavailable(err))
		}
		some, err := delegationsOf(found)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}
