package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/notice"
	"countersign/internal/sqlstore/engine"
)

// auditRow is a row of audit.
type auditRow struct {
	bun.BaseModel `bun:"table:audit"`

	Seq       int64 `bun:",pk,autoincrement"`
	At        int64
	ActorKind string
	ActorID   string
	ActorName string
	Action    string
	Callback  sql.NullString
	Queue     string
	FromState string
	ToState   string
	Facts     sql.NullString
	Detail    string
}

// auditColumns are the columns of audit, in the order of values.
const auditColumns = `
	at, actor_kind, actor_id, actor_name, action, callback, queue, from_state, to_state, facts,
	detail`

var insertAudit = insertText("audit", auditColumns)

func (r *auditRow) values() []any {
	return []any{
		r.At, r.ActorKind, r.ActorID, r.ActorName, r.Action, r.Callback, r.Queue, r.FromState,
		r.ToState, r.Facts, r.Detail,
	}
}

func (r *auditRow) entry() (callbacks.AuditEntry, error) {
	facts, err := decodeFacts(r.Facts)
	if err != nil {
		return callbacks.AuditEntry{}, fmt.Errorf("facts of audit entry %d: %w", r.Seq, err)
	}
	return callbacks.AuditEntry{
		Seq:      r.Seq,
		At:       fromMillis(r.At),
		Actor:    callbacks.Actor{Kind: callbacks.ActorKind(r.ActorKind), ID: r.ActorID, Name: r.ActorName},
		Action:   callbacks.Action(r.Action),
		Callback: callbacks.ID(r.Callback.String),
		Queue:    r.Queue,
		From:     callbacks.State(r.FromState),
		To:       callbacks.State(r.ToState),
		Facts:    facts,
		Detail:   r.Detail,
	}, nil
}

// noteChange has people told of a callback, if messages are sent and one of the entries matters for
// them.
func (t *tx) noteChange(ctx context.Context, num int64, entries ...callbacks.AuditEntry) error {
	i := slices.IndexFunc(entries, notice.Matters)
	if !t.tells || i < 0 {
		return nil
	}
	at := entries[i].At
	err := t.later(ctx, `insert into notice_changes (callback, changes, changed_at, due_at, sight) values (?, 1, ?, ?, '')
		on conflict (callback) do update set changes = notice_changes.changes + 1,
			changed_at = excluded.changed_at, due_at = excluded.due_at, sight = ''`, num, millis(at), millis(at.Add(notice.Settling)))
	if err != nil {
		return fmt.Errorf("note a change for messages: %w", err)
	}
	return nil
}

// record writes an audit entry, unless its action is empty.
func (t *tx) record(ctx context.Context, e callbacks.AuditEntry) error {
	if e.Action == "" {
		return nil
	}
	facts, err := encodeFacts(e.Facts)
	if err != nil {
		return fmt.Errorf("facts of an audit entry: %w", err)
	}
	r := auditRow{
		At:        millis(e.At),
		ActorKind: string(e.Actor.Kind),
		ActorID:   e.Actor.ID,
		ActorName: e.Actor.Name,
		Action:    string(e.Action),
		Callback:  sql.NullString{String: string(e.Callback), Valid: e.Callback != ""},
		Queue:     e.Queue,
		FromState: string(e.From),
		ToState:   string(e.To),
		Facts:     facts,
		Detail:    e.Detail,
	}
	if err := t.add(ctx, insertAudit, r.values()); err != nil {
		return fmt.Errorf("insert audit entry: %w", err)
	}
	return nil
}

// Record writes an audit entry that belongs to no callback, such as a sign-in.
func (s *Store) Record(ctx context.Context, e callbacks.AuditEntry) error {
	return s.transact(ctx, func(ctx context.Context, t *tx) error { return t.record(ctx, e) })
}

// RecordOnce implements desk.Store. It finds an entry that exists without a transaction,
// because a sender may repeat itself for ever. It locks the row of the callback, so that two calls
// at the same time write one entry.
func (s *Store) RecordOnce(ctx context.Context, e callbacks.AuditEntry) error {
	same := desk.AuditQuery{Callback: e.Callback, Actors: []string{e.Actor.ID}, Action: e.Action, Limit: 1}
	if known, err := s.Audit(ctx, same); err != nil || len(known) > 0 {
		return err
	}
	return s.transact(ctx, func(ctx context.Context, t *tx) error {
		if _, err := row[callbackRow](ctx, t, `select * from callbacks where id = ?`+t.dialect.ForUpdate, storable(string(e.Callback))); err != nil {
			return missing(err)
		}
		text, args := auditText(t.dialect, same)
		if known, err := rows[auditRow](ctx, t, text, args...); err != nil || len(known) > 0 {
			return err
		}
		return t.record(ctx, e)
	})
}

// Audit implements desk.Store.
func (s *Store) Audit(ctx context.Context, q desk.AuditQuery) ([]callbacks.AuditEntry, error) {
	if q.Actors != nil && len(q.Actors) == 0 {
		return nil, nil
	}
	text, args := auditText(s.dialect, q)
	var found []auditRow
	if err := s.db.NewRaw(text, args...).Scan(ctx, &found); err != nil {
		return nil, fmt.Errorf("read audit: %w", s.unavailable(err))
	}
	entries := make([]callbacks.AuditEntry, 0, len(found))
	for i := range found {
		entry, err := found[i].entry()
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// auditText returns the statement of an audit query. A callback has few entries; all others are read in
// the order of their time from an index, one range for each actor.
func auditText(d *engine.Dialect, q desk.AuditQuery) (string, []any) {
	order := "at desc, seq desc"
	var one arm
	if q.Callback != "" {
		one, order = one.and(where("callback = ?", storable(string(q.Callback)))), "seq desc"
	}
	if q.Action != "" {
		one = one.and(where("action = ?", storable(string(q.Action))))
	}
	if q.People { // in the text, so that the partial index is found
		one = one.and(where("actor_kind = '" + string(callbacks.ActorPerson) + "'"))
	}
	if !q.From.IsZero() {
		one = one.and(where("at >= ?", millis(q.From)))
	}
	if !q.Until.IsZero() {
		one = one.and(where("at < ?", millis(q.Until)))
	}
	switch {
	case q.Before > 0 && q.Callback != "":
		one = one.and(where("seq < ?", q.Before))
	case q.Before > 0:
		one = one.and(where("(at, seq) < ((select at from audit where seq = ?), ?)", q.Before, q.Before))
	}
	w := walk{from: where("audit"), arms: []arm{one}}
	if q.Actors != nil {
		w.arms = nil
	}
	for _, actor := range q.Actors {
		w.arms = append(w.arms, one.and(where("actor_id = ?", storable(actor))))
	}
	return union(d, "*", w, fmt.Sprintf(" order by %s limit %d", order, min(max(q.Limit, 1), desk.MaxPage)))
}
