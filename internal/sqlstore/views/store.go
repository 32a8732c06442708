package views

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"countersign/internal/callbacks"
	"countersign/internal/savedview"
	"countersign/internal/sqlstore/engine"
)

// Store is the part of a database that saved views use. It may be used by any number of goroutines.
type Store struct {
	engine   engine.Engine
	transact Transact
}

// Transact runs fn in a transaction and returns after its commit. It may run fn more than once.
type Transact func(ctx context.Context, fn func(context.Context, engine.Statements) error) error

var _ savedview.Store = (*Store)(nil)

// New returns the part of an open database.
func New(e engine.Engine, transact Transact) *Store { return &Store{e, transact} }

// row is a row of saved_views, with the groups of its owner where they were asked for.
type row struct {
	savedview.View
	id     string
	at     int64
	groups *string // JSON; nil if they are not known
}

const columns = `select v.id, owner, owner_name, v.name, shared_with, query, saved_at`

func (r *row) places() []any {
	return []any{&r.id, &r.Owner.ID, &r.Owner.Name, &r.Name, &r.Group, &r.Query, &r.at}
}

func (r *row) withGroups() []any { return append(r.places(), &r.groups) }

func (r *row) view() savedview.View {
	v := r.View
	v.ID, v.At, v.Owner.Kind = callbacks.ID(r.id), engine.FromMillis(r.at), callbacks.ActorPerson
	return v
}

func viewsOf(found []row) (all []savedview.View) {
	for i := range found {
		all = append(all, found[i].view())
	}
	return all
}

// Change implements savedview.Store. It locks the owner's row of people, so that first views wait for
// each other too.
func (s *Store) Change(ctx context.Context, owner string, change func([]savedview.View) (savedview.Step, error)) error {
	key := engine.Storable(owner)
	return s.transact(ctx, func(ctx context.Context, on engine.Statements) error {
		text := `select id from people where id = ?` + s.engine.Dialect().ForUpdate
		if _, err := engine.Query(ctx, s.engine, on, func(id *string) []any { return []any{id} }, text, key); err != nil {
			return err
		}
		found, err := engine.Query(ctx, s.engine, on, (*row).places, columns+` from saved_views v where owner = ?`, key)
		if err != nil {
			return err
		}
		step, err := change(viewsOf(found))
		switch {
		case err != nil:
			return err
		case step.Put == nil:
			return engine.Later(ctx, s.engine, on, `delete from saved_views where id = ?`, engine.Storable(string(step.Delete)))
		}
		return s.put(ctx, on, step.Put)
	})
}

func (s *Store) put(ctx context.Context, on engine.Statements, v *savedview.View) error {
	text := engine.Storable
	return engine.Later(ctx, s.engine, on, `
		insert into saved_views (id, owner, owner_name, name, shared_with, query, saved_at) values (?, ?, ?, ?, ?, ?, ?)
		on conflict (id) do update set owner_name = excluded.owner_name, name = excluded.name, shared_with = excluded.shared_with,
			query = excluded.query, saved_at = excluded.saved_at`,
		text(string(v.ID)), text(v.Owner.ID), text(v.Owner.Name), text(v.Name), text(v.Group), text(v.Query), engine.Millis(v.At))
}

// Own implements savedview.Store.
func (s *Store) Own(ctx context.Context, owner string) ([]savedview.View, error) {
	found, err := engine.Read(ctx, s.engine, (*row).places, columns+` from saved_views v where owner = ?`, engine.Storable(owner))
	return viewsOf(found), err
}

// Shared implements savedview.Store.
func (s *Store) Shared(ctx context.Context, groups []string, limit int) (all []savedview.Shared, err error) {
	if len(groups) == 0 {
		return nil, nil
	}
	args := make([]any, 0, len(groups)+1)
	for _, group := range groups {
		args = append(args, engine.Storable(group))
	}
	found, err := engine.Read(ctx, s.engine, (*row).withGroups, columns+`, group_names from saved_views v left join people p on p.id = owner
		where shared_with <> '' and shared_with in (?`+strings.Repeat(`, ?`, len(groups)-1)+`) order by v.name, v.id limit ?`, append(args, limit)...)
	if err != nil {
		return nil, err
	}
	for i := range found {
		one := savedview.Shared{View: found[i].view()}
		if groups := found[i].groups; groups != nil {
			if err := json.Unmarshal([]byte(*groups), &one.OwnerGroups); err != nil {
				return nil, fmt.Errorf("groups of %s: %w", one.Owner.ID, err)
			}
		}
		all = append(all, one)
	}
	return all, nil
}
