package decisions

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/record"
	"countersign/internal/sqlstore/engine"
)

// maxArms bounds the arms of one statement; SQLite accepts at most 500. A reader of more queues looks
// through all decisions instead.
const maxArms = 400

// place is a line of a range, with what the filters look at that no index serves.
type place struct {
	Callback int64
	At       int64
	Queue    string
	Function string
	Outcome  string
	Label    string
	Stance   string
	Rule     string
	Via      string
}

func (p *place) line() *record.Line {
	return &record.Line{
		Queue: p.Queue, Function: p.Function, Rule: p.Rule, Outcome: p.Outcome, Label: p.Label,
		Stance: callbacks.Stance(p.Stance), Via: callbacks.Via(p.Via),
	}
}

// condition is a part of a statement with its arguments.
type condition struct {
	text string
	args []any
}

const lineColumns = `d.queue, d.function, d.outcome, d.label, d.stance, d.rule, d.via`

// arms are the ranges of a query, each sorted in its index: who signed, else the function, else the
// queues, else all decisions.
func arms(q *record.Query) []condition {
	const all = `select d.callback as callback, d.at as at, ` + lineColumns + ` from decisions d`
	switch {
	case q.People != nil:
		return each(`select s.callback as callback, s.at as at, `+lineColumns+` from decision_signers s join decisions d on d.callback = s.callback where s.person = ?`, q.People)
	case q.Function != "":
		return each(all+` where d.function = ?`, []string{q.Function})
	case q.AllQueues, len(q.Queues) > maxArms:
		return []condition{{text: all + ` where true`}}
	}
	return each(all+` where d.queue = ?`, q.Queues)
}

func each(text string, values []string) []condition {
	parts := make([]condition, len(values))
	for i, value := range values {
		parts[i] = condition{text, []any{engine.Storable(value)}}
	}
	return parts
}

// rangeText is the statement that reads limit lines of the ranges, in the order of the query.
func rangeText(d *engine.Dialect, q *record.Query, after condition, limit int) (string, []any) {
	of, behindIt, direction := "d", "<", " desc"
	if q.Oldest {
		behindIt, direction = ">", ""
	}
	if q.People != nil {
		of = "s"
	}
	behind := condition{}
	if !q.From.IsZero() {
		behind.text += ` and ` + of + `.at >= ?`
		behind.args = append(behind.args, q.From.UnixMilli())
	}
	if !q.Before.IsZero() {
		behind.text += ` and ` + of + `.at < ?`
		behind.args = append(behind.args, q.Before.UnixMilli())
	}
	if after.text != "" {
		behind.text += ` and (` + of + `.at, ` + of + `.callback) ` + behindIt + ` ` + after.text
		behind.args = append(behind.args, after.args...)
	}
	tail := fmt.Sprintf(" order by at%s, callback%s limit %d", direction, direction, limit)
	parts := arms(q)
	var texts []string
	var args []any
	for _, part := range parts {
		text := part.text + behind.text
		if len(parts) > 1 {
			text = d.Arm(text, tail)
		}
		texts, args = append(texts, text), append(append(args, part.args...), behind.args...)
	}
	return strings.Join(texts, " union all ") + tail, args
}

// Decisions implements record.Store. It reads ever longer parts of the range until the page is full,
// the range ends, or it has looked through as much as a page may.
func (s *Store) Decisions(ctx context.Context, q record.Query) (record.Page, error) {
	w := walk{store: s, query: &q}
	if err := w.run(ctx); err != nil {
		return record.Page{}, err
	}
	var page record.Page
	var err error
	if last := w.last; last != nil {
		if page.Next, err = s.cursor(ctx, *last); err != nil {
			return page, err
		}
		if len(w.found) < q.Limit {
			page.Through = time.UnixMilli(last.At).UTC()
		}
	}
	page.Decisions, err = s.read(ctx, w.found)
	return page, err
}

// walk reads through the range of a query.
type walk struct {
	store  *Store
	query  *record.Query
	found  []place
	last   *place // where the next page begins; nil once the range is over
	looked int
}

func (w *walk) run(ctx context.Context) error {
	const longer = 4
	var after condition
	if c := w.query.After; c != nil {
		after = condition{`(?, (select num from callbacks where id = ?))`, []any{c.Key, engine.Storable(string(c.ID))}}
	}
	most := cmp.Or(w.query.Looked, record.MaxLooked)
	for size := w.query.Limit + 1; w.looked < most; size *= longer {
		size = min(size, most-w.looked)
		text, args := rangeText(w.store.engine.Dialect(), w.query, after, size)
		var lines []place
		if err := w.store.engine.DB().NewRaw(text, args...).Scan(ctx, &lines); err != nil {
			return fmt.Errorf("look through decisions: %w", w.store.engine.Unavailable(err))
		}
		w.looked += len(lines)
		if full := w.take(lines); full {
			return nil
		}
		if w.last = nil; len(lines) < size {
			return nil
		}
		w.last = &lines[len(lines)-1]
		after = condition{`(?, ?)`, []any{w.last.At, w.last.Callback}}
	}
	return nil
}

// take keeps the lines that the query asks for, and reports whether there is one more than the page
// holds. Somebody may be in a range with several of the people asked for: a decision is kept once.
func (w *walk) take(lines []place) (full bool) {
	for i := range lines {
		n := len(w.found)
		switch {
		case !w.query.Fits(lines[i].line()), n > 0 && w.found[n-1].Callback == lines[i].Callback:
		case n == w.query.Limit:
			w.last = &w.found[n-1]
			return true
		default:
			w.found = append(w.found, lines[i])
		}
	}
	return false
}
