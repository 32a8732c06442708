package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
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
		added, err := t.exec(ctx, text+` on conflict (id) do nothing`, args...)
		if err != nil {
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
		sum := known.Add(said)
		after, err := rowOfPerson(sum)
		if err != nil {
			return err
		}
		if added > 0 {
			known = people.Profile{} // nothing finds them yet
		}
		if err := t.indexPerson(ctx, known, sum); err != nil {
			return fmt.Errorf("write what a person is found by: %w", err)
		}
		return t.update(ctx, &before, &after)
	})
}

// indexPerson writes the keys and texts by which a person is found.
func (t *tx) indexPerson(ctx context.Context, before, after people.Profile) error {
	person, gone, added := storable(after.ID), lacking(before.Keys(), after.Keys()), lacking(after.Keys(), before.Keys())
	if len(gone) > 0 {
		_, err := t.exec(ctx, `delete from person_keys where key in (?`+strings.Repeat(", ?", len(gone)-1)+`) and person = ?`,
			append(gone, person)...)
		if err != nil {
			return err
		}
	}
	if len(added) == 0 {
		return nil
	}
	args := make([]any, 0, 2*len(added))
	for _, key := range added {
		args = append(args, key, person)
	}
	_, err := t.exec(ctx, `insert into person_keys (key, person) values (?, ?)`+
		strings.Repeat(", (?, ?)", len(added)-1)+` on conflict do nothing`, args...)
	return err
}

// lacking returns the texts of a list that another list lacks, as they are stored.
func lacking(list, other []string) (left []any) {
	for _, text := range list {
		if !slices.Contains(other, text) {
			left = append(left, storable(text))
		}
	}
	return left
}

// FindPeople implements delegation.Store.
func (s *Store) FindPeople(ctx context.Context, key string, limit int) ([]people.Profile, error) {
	const past = "\U0010FFFF" // sorts behind everything that begins with the key
	var found []personRow
	err := s.db.NewRaw(`select people.* from (
			select person, min(key) as first from
				(select key, person from person_keys where key >= ? and key < ? order by key, person limit ?) as hits
			group by person
		) as found join people on people.id = found.person order by found.first, people.id limit ?`,
		storable(key), storable(key)+past, 8*limit, limit).Scan(ctx, &found)
	if err != nil {
		return nil, fmt.Errorf("find people: %w", s.unavailable(err))
	}
	all := make([]people.Profile, 0, len(found))
	for i := range found {
		p, err := found[i].profile()
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// Profile implements people.Store.
func (s *Store) Profile(ctx context.Context, id string) (people.Profile, error) {
	var r personRow
	if err := s.db.NewSelect().Model(&r).Where("id = ?", storable(id)).Scan(ctx); err != nil {
		return people.Profile{}, missing(s.unavailable(err))
	}
	return r.profile()
}

// PeopleSeen implements policy.Store.
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
