package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

// A folded list walks the order of the plain one, and keeps a callback unless one that asks the same
// comes before it. Whether one does is a look-up in callbacks_pending_alike, which also counts those
// behind a row.

// maxLooked bounds how many callbacks a folded page looks at. A page that this cuts is short, however
// many ask the same. Most pages are full, or at the end of their list, after the first few.
const (
	firstLooked = desk.MaxPage
	maxLooked   = 1000
)

// alikeText finds what asks the same.
const alikeText = "alike = ?"

// looked is a callback that a folded page looked at.
type looked struct {
	Key, Num, Deadline int64
	ID, Queue          string
	Alike              sql.NullString // null for one that is not pending: it stands for itself
}

// sight is what a folded page looked at.
type sight struct {
	found   []looked
	whole   bool           // nothing comes after it
	kept    []int          // the places in found of those that nothing comes before which asks the same
	numbers map[string]int // how many of found ask what
}

// look looks at no more than limit callbacks.
func (s *Store) look(ctx context.Context, q desk.Query, w walk, limit int) (sight, error) {
	text, args := placesText(s.dialect, "num, deadline, id, queue, alike", w, orders[q.SortedBy()], q.After, limit+1)
	var seen sight
	if err := s.db.NewRaw(text, args...).Scan(ctx, &seen.found); err != nil {
		return seen, fmt.Errorf("look at callbacks: %w", s.unavailable(err))
	}
	seen.whole = len(seen.found) <= limit
	seen.found = seen.found[:min(len(seen.found), limit)]
	err := s.keep(ctx, q, &seen)
	return seen, err
}

// folded reads a folded page.
func (s *Store) folded(ctx context.Context, q desk.Query, w walk, limit int) (listing, error) {
	seen, err := s.look(ctx, q, w, firstLooked)
	if err == nil && !seen.whole && len(seen.kept) <= limit {
		seen, err = s.look(ctx, q, w, maxLooked)
	}
	if err != nil {
		return listing{}, err
	}
	end := len(seen.found) // of what this page accounts for
	if len(seen.kept) > limit {
		end, seen.whole, seen.kept = seen.kept[limit], false, seen.kept[:limit]
	}
	places := make([]place, len(seen.kept))
	var several []looked
	for i, at := range seen.kept {
		c := seen.found[at]
		places[i] = place{c.Key, c.Num}
		if !seen.whole || seen.numbers[c.Alike.String] > 1 { // else the only one up to the end of the list
			several = append(several, c)
		}
	}
	l, err := s.page(ctx, q, places)
	if err != nil {
		return listing{}, err
	}
	if !seen.whole {
		last := seen.found[end-1]
		l.page.Next = &desk.Cursor{Key: last.Key, ID: callbacks.ID(last.ID)}
	}
	folds, err := s.folds(ctx, q, several)
	for i, at := range seen.kept {
		l.page.Rows[i].Fold = folds[seen.found[at].Alike.String]
	}
	return l, err
}

// keep finds out which of those found are the first to ask what they ask.
func (s *Store) keep(ctx context.Context, q desk.Query, seen *sight) error {
	seen.numbers = make(map[string]int)
	var first []looked
	for i, c := range seen.found {
		if seen.numbers[c.Alike.String]++; !c.Alike.Valid || seen.numbers[c.Alike.String] == 1 {
			seen.kept, first = append(seen.kept, i), append(first, c)
		}
	}
	if q.After == nil {
		return nil
	}
	var earlier []string
	err := s.aboutWanted(ctx, &earlier, first, func() (string, []any) {
		part, args := union(s.dialect, "1", s.alike(q, where("(deadline, num) < (of_deadline, of_num)")), "")
		return "select of_alike from wanted where exists (" + part + ")", args
	})
	if err != nil {
		return fmt.Errorf("look for what was listed before: %w", err)
	}
	seen.kept = slices.DeleteFunc(seen.kept, func(at int) bool { return slices.Contains(earlier, seen.found[at].Alike.String) })
	return nil
}

// folds counts what rows of a folded page stand for, by what they ask.
func (s *Store) folds(ctx context.Context, q desk.Query, firsts []looked) (map[string]desk.Fold, error) {
	var found []struct{ Key, Counted string }
	err := s.aboutWanted(ctx, &found, firsts, func() (string, []any) {
		part, args := union(s.dialect, "title, requester_name, requester_email", s.alike(q), fmt.Sprintf(" order by deadline, num limit %d", desk.MaxAlike+1))
		return `select of_alike as key, (select count(*) || ' ' || count(distinct title) || ' ' || count(distinct requester_name || ' ' || requester_email)
			from (` + part + `) as members) as counted from wanted`, args
	})
	if err != nil {
		return nil, fmt.Errorf("count what asks the same: %w", err)
	}
	folds := make(map[string]desk.Fold, len(found))
	for _, f := range found {
		fold := desk.Fold{Key: f.Key}
		if _, err := fmt.Sscan(f.Counted, &fold.Number, &fold.Titles, &fold.Requesters); err != nil {
			return nil, fmt.Errorf("read how many ask the same: %w", err)
		}
		if fold.Number > 1 {
			folds[f.Key] = fold
		}
	}
	return folds, nil
}

// aboutWanted asks about what some callbacks ask, which the statement finds in the table wanted.
func (s *Store) aboutWanted(ctx context.Context, found any, firsts []looked, statement func() (string, []any)) error {
	var rows []string
	var args []any
	for _, c := range firsts {
		if c.Alike.Valid {
			rows, args = append(rows, "(?, ?, ?, ?)"), append(args, c.Queue, c.Alike.String, c.Deadline, c.Num)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	text, more := statement()
	text = "with wanted (of_queue, of_alike, of_deadline, of_num) as (values " + strings.Join(rows, ", ") + ") " + text
	return s.unavailable(s.db.NewRaw(text, append(args, more...)...).Scan(ctx, found))
}

// alike finds, of what a query finds, those that ask what a row of the table wanted says.
func (s *Store) alike(q desk.Query, more ...condition) walk {
	queues, all := q.Visible()
	one := narrowed(q, queues, all)
	one.where = slices.Concat([]condition{where("queue = of_queue and alike = of_alike and " + pendingText)}, more, one.where)
	for _, c := range s.candidates(q) {
		one = one.and(where("num in ("+c.text+")", c.args...))
	}
	return walk{from: where("callbacks"), arms: []arm{one}, usual: q.Usual}.atRisk(q)
}
