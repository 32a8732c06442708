package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/people"
)

// sessionRow is a row of sessions.
type sessionRow struct {
	bun.BaseModel `bun:"table:sessions"`

	TokenHash  []byte `bun:",pk"`
	ID         string
	Person     string
	Name       string
	Email      string
	Searched   string
	Browser    string
	Address    string
	SignedInAt int64
	SeenAt     int64
	ExpiresAt  int64
	Sealed     []byte
}

func newSessionRow(s people.StoredSession) *sessionRow {
	return &sessionRow{
		TokenHash: s.TokenHash, ID: string(s.ID), Person: s.Person, Name: s.Name, Email: s.Email, Searched: searched(s.Session),
		Browser: s.Browser, Address: s.Address, SignedInAt: millis(s.SignedInAt), SeenAt: millis(s.SeenAt),
		ExpiresAt: millis(s.ExpiresAt), Sealed: s.Sealed,
	}
}

func (r *sessionRow) session() people.Session {
	return people.Session{
		ID: callbacks.ID(r.ID), Person: r.Person, Name: r.Name, Email: r.Email, Browser: r.Browser, Address: r.Address,
		SignedInAt: fromMillis(r.SignedInAt), SeenAt: fromMillis(r.SeenAt),
	}
}

func (r *sessionRow) stored() people.StoredSession {
	return people.StoredSession{Session: r.session(), TokenHash: r.TokenHash, Sealed: r.Sealed, ExpiresAt: fromMillis(r.ExpiresAt)}
}

// Sessions keeps sign-in sessions. A session is found by the hash of its token; its data is sealed
// before it comes here.
type Sessions struct {
	store *Store
	now   func() time.Time
}

// Sessions returns the store of sessions in this database. It does not find sessions that have
// expired by now.
func (s *Store) Sessions(now func() time.Time) *Sessions { return &Sessions{store: s, now: now} }

// Find returns what a session holds. found is false if there is no session or it has expired.
func (s *Sessions) Find(ctx context.Context, tokenHash []byte) (sealed []byte, found bool, err error) {
	sealed, err = readRow[[]byte](ctx, s.store,
		`select sealed from sessions where token_hash = ? and expires_at > ?`, tokenHash, millis(s.now()))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, false, nil
	case err != nil:
		return nil, false, fmt.Errorf("find session: %w", err)
	}
	return sealed, true, nil
}

// Insert adds a new session. Only a sign-in calls it.
func (s *Sessions) Insert(ctx context.Context, session people.StoredSession) error {
	return s.store.transact(ctx, func(ctx context.Context, t *tx) error {
		if err := t.insert(ctx, newSessionRow(session)); err != nil {
			return fmt.Errorf("insert session: %w", err)
		}
		return nil
	})
}

// Update writes a session if it still holds what was found. Otherwise, if it was deleted or written
// meanwhile, Update changes nothing and written is false. It does not change when the session began
// and expires.
func (s *Sessions) Update(ctx context.Context, session people.StoredSession, found []byte) (written bool, err error) {
	r := newSessionRow(session)
	err = s.store.transact(ctx, func(ctx context.Context, t *tx) error {
		n, err := t.exec(ctx, `update sessions set sealed = ?, person = ?, name = ?, email = ?, searched = ?, browser = ?, address = ?, seen_at = ?
			where token_hash = ? and sealed = ?`,
			r.Sealed, storable(r.Person), storable(r.Name), storable(r.Email), storable(r.Searched), storable(r.Browser), storable(r.Address), r.SeenAt, r.TokenHash, found)
		if written = n > 0; err != nil {
			return fmt.Errorf("update session: %w", err)
		}
		return nil
	})
	return written, err
}

// Delete ends a session. found is false if there is none; if two calls delete the same session at
// once, only one finds it.
func (s *Sessions) Delete(ctx context.Context, tokenHash []byte) (found bool, err error) {
	err = s.store.transact(ctx, func(ctx context.Context, t *tx) error {
		n, err := t.exec(ctx, `delete from sessions where token_hash = ?`, tokenHash)
		if found = n > 0; err != nil {
			return fmt.Errorf("delete session: %w", err)
		}
		return nil
	})
	return found, err
}

// End deletes the session of an ID together with the audit entry that judge returns, and returns
// what the session held. If judge returns an error, the session stays and End returns that error.
// If there is no session, End returns [callbacks.ErrNotFound]. judge may run twice.
func (s *Sessions) End(ctx context.Context, id callbacks.ID, judge func(people.Session) (callbacks.AuditEntry, error)) (ended people.StoredSession, err error) {
	err = s.store.transact(ctx, func(ctx context.Context, t *tx) error {
		r, err := row[sessionRow](ctx, t, `select * from sessions where id = ? and person <> ''`+t.dialect.ForUpdate, storable(string(id)))
		if err != nil {
			return missing(err)
		}
		ended = r.stored()
		entry, err := judge(ended.Session)
		if err != nil {
			return err
		}
		if err := t.later(ctx, `delete from sessions where token_hash = ?`, r.TokenHash); err != nil {
			return fmt.Errorf("delete session: %w", err)
		}
		return t.record(ctx, entry)
	})
	return ended, err
}

// ForgetSessions deletes at most limit sessions that expired before now.
func (s *Store) ForgetSessions(ctx context.Context, now time.Time, limit int) error {
	return s.transact(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `delete from sessions where token_hash in
			(select token_hash from sessions where expires_at <= ? order by expires_at limit ?)`, millis(now), limit)
		return err
	})
}

// List returns a page of the sessions that a query asks for, the latest sign-in first. next is the
// cursor of the next page, which is nil on the last page.
func (s *Sessions) List(ctx context.Context, q people.SessionQuery) (page []people.Session, next *desk.Cursor, err error) {
	limit := min(max(q.Limit, 1), desk.MaxPage)
	text, args := sessionsText(q, limit+1) // one more shows whether there is a next page
	var found []sessionRow
	if err := s.store.db.NewRaw(text, args...).Scan(ctx, &found); err != nil {
		return nil, nil, fmt.Errorf("list sessions: %w", s.store.unavailable(err))
	}
	more := len(found) > limit
	for i := range found[:min(len(found), limit)] {
		page = append(page, found[i].session())
	}
	if more {
		last := page[limit-1]
		next = &desk.Cursor{Key: millis(last.SignedInAt), ID: last.ID}
	}
	return page, next, nil
}

// sessionsText returns the statement of a query. It does not read the sealed data.
func sessionsText(q people.SessionQuery, limit int) (string, []any) {
	conditions := []condition{where("person <> ''"), where("signed_in_at > ?", millis(q.SignedInAfter)), where("seen_at > ?", millis(q.SeenAfter))}
	if q.Person != "" {
		conditions = append(conditions, where("person = ?", storable(q.Person)))
	}
	if q.Search != "" {
		conditions = append(conditions, where(`searched like ? escape '\'`, "%"+literal.Replace(strings.ToLower(storable(q.Search)))+"%"))
	}
	if q.After != nil {
		conditions = append(conditions, where("(signed_in_at, id) < (?, ?)", q.After.Key, storable(string(q.After.ID))))
	}
	texts := make([]string, 0, len(conditions))
	var args []any
	for _, c := range conditions {
		texts, args = append(texts, c.text), append(args, c.args...)
	}
	columns := "id, person, name, email, browser, address, signed_in_at, seen_at"
	return fmt.Sprintf("select %s from sessions where %s order by signed_in_at desc, id desc limit %d", columns, strings.Join(texts, " and "), limit), args
}

// literal escapes the characters that are a pattern in a like.
var literal = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// searched returns the text that a search looks in. Each part is on its own line, so that no search
// can span two.
func searched(s people.Session) string {
	return strings.ToLower(strings.Join([]string{s.Name, s.Email, s.Person, s.Address}, "\n"))
}
