package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"countersign/internal/people"

	"github.com/uptrace/bun"
)

// personRow is a row of people.
type personRow struct {
	bun.BaseModel `bun:"table:people"`

	ID           string `bun:",pk"`
	Issuer       string
	Subject      string
	Name         string
	GivenName    string
	FamilyName   string
	Email        string
	Addresses    sql.NullString // JSON, like the other lists
	UserNames    sql.NullString
	GroupNames   sql.NullString
	GroupsReadAt int64
	FirstSeenAt  int64
	LastSeenAt   int64
}

type addressDocument struct {
	Address    string `json:"address"`
	SeenAt     int64  `json:"seenAt"`
	VerifiedAt int64  `json:"verifiedAt,omitempty"`
}

// KeepPerson implements people.Store.
func (s *Store) KeepPerson(ctx context.Context, said people.Profile) error {
	return s.transact(ctx, func(ctx context.Context, t *tx) error {
		fresh, err := rowOfPerson(said)
		if err != nil {
			return err
		}
		text, args := t.insertion(&fresh)
		// A new person is written completely, even if another replica does the same at this moment;
		// the update below then adds nothing.
		if err := t.later(ctx, text+` on conflict (id) do nothing`, args...); err != nil {
			return fmt.Errorf("write a person: %w", err)
		}
		before, err := row[personRow](ctx, t, `select * from people where id = ?`+t.dialect.ForUpdate, storable(said.ID))
		if err != nil {
			return fmt.Errorf("read a person: %w", err)
		}
		known, err := before.profile()
		if err != nil {
			return err
		}
		after, err := rowOfPerson(known.Add(said))
		if err != nil {
			return err
		}
		return t.update(ctx, &before, &after)
	})
}

// Profile implements people.Store.
func (s *Store) Profile(ctx context.Context, id string) (people.Profile, error) {
	var r personRow
	if err := s.db.NewSelect().Model(&r).Where("id = ?", storable(id)).Scan(ctx); err != nil {
		return people.Profile{}, missing(s.unavailable(err))
	}
	return r.profile()
}

// PeopleSeen implements people.Store.
func (s *Store) PeopleSeen(ctx context.Context, since time.Time, limit int) ([]people.Profile, error) {
	var found []personRow
	err := s.db.NewRaw(`select * from people where last_seen_at >= ? order by last_seen_at desc, id limit ?`,
		millis(since), limit).Scan(ctx, &found)
	if err != nil {
		return nil, fmt.Errorf("people seen: %w", s.unavailable(err))
	}
	all := make([]people.Profile, len(found))
	for i := range found {
		if all[i], err = found[i].profile(); err != nil {
			return nil, fmt.Errorf("person %s: %w", found[i].ID, err)
		}
	}
	return all, nil
}

func rowOfPerson(p people.Profile) (personRow, error) {
	var addresses []addressDocument
	for _, a := range p.Addresses {
		addresses = append(addresses, addressDocument{Address: a.Address, SeenAt: millis(a.SeenAt), VerifiedAt: millis(a.VerifiedAt)})
	}
	r := personRow{
		ID: p.ID, Issuer: p.Issuer, Subject: p.Subject, Name: p.Name, GivenName: p.GivenName, FamilyName: p.FamilyName, Email: p.Email,
		GroupsReadAt: millis(p.GroupsReadAt), FirstSeenAt: millis(p.FirstSeenAt), LastSeenAt: millis(p.LastSeenAt),
	}
	var err error
	r.Addresses, err = encode(addresses)
	for column, names := range map[*sql.NullString][]string{&r.UserNames: p.UserNames, &r.GroupNames: p.Groups} {
		document, failed := encode(names)
		*column, err = document, errors.Join(err, failed)
	}
	return r, err
}

func (r *personRow) profile() (people.Profile, error) {
	p := people.Profile{
		ID: r.ID, Issuer: r.Issuer, Subject: r.Subject, Name: r.Name, GivenName: r.GivenName, FamilyName: r.FamilyName, Email: r.Email,
		GroupsReadAt: fromMillis(r.GroupsReadAt), FirstSeenAt: fromMillis(r.FirstSeenAt), LastSeenAt: fromMillis(r.LastSeenAt),
	}
	var addresses []addressDocument
	_, err := decode(r.Addresses, &addresses)
	for _, a := range addresses {
		p.Addresses = append(p.Addresses, people.KnownAddress{
			Address: a.Address, SeenAt: fromMillis(a.SeenAt), VerifiedAt: fromMillis(a.VerifiedAt),
		})
	}
	_, failed := decode(r.UserNames, &p.UserNames)
	_, failedToo := decode(r.GroupNames, &p.Groups)
	return p, errors.Join(err, failed, failedToo)
}
