package sqlstore

import (
	"context"
	"fmt"
	"strings"

	"countersign/internal/callbacks"
)

// List returns a page of the sessions that a query asks for, the latest sign-in first. Next is where the next page begins, nil on
// the last.
func (s *Sessions) List(ctx context.Context, q callbacks.SessionQuery) (page []callbacks.Session, next *callbacks.Cursor, err error) {
	limit := min(max(q.Limit, 1), callbacks.MaxPage)
	text, args := sessionsText(q, limit+1) // one more tells whether there is a next page
	var found []sessionRow
	if err := s.store.db.NewRaw(text, args...).Scan(ctx, &found); err != nil {
		return nil, nil, fmt.Errorf("list sessions: %w", unavailable(err))
	}
	more := len(found) > limit
	for i := range found[:min(len(found), limit)] {
		page = append(page, found[i].session())
	}
	if more {
		last := page[limit-1]
		next = &callbacks.Cursor{Key: millis(last.SignedInAt), ID: last.ID}
	}
	return page, next, nil
}

// sessionsText is the statement of a query. What a session holds is not read.
func sessionsText(q callbacks.SessionQuery, limit int) (string, []any) {
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

// literal keeps what like would read as a pattern.
var literal = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// searched is what a search looks in: each part on a line of its own, so that no search spans two.
func searched(s callbacks.Session) string {
	return strings.ToLower(strings.Join([]string{s.Name, s.Email, s.Person, s.Address}, "\n"))
}
