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
	"countersign/internal/sqlstore/words"
)

// messageRow is a row of messages: a webhook message and the callback that it led to.
type messageRow struct {
	bun.BaseModel `bun:"table:messages"`

	Source   string `bun:",pk"`
	ID       string `bun:",pk"`
	At       int64
	Callback int64
	Created  bool
}

// messageColumns are the columns of messages, in the order of values.
const messageColumns = `
	source, id, at, callback, created`

var insertMessage = insertText("messages", messageColumns)

func (r *messageRow) values() []any {
	return []any{
		r.Source, r.ID, r.At, r.Callback, r.Created,
	}
}

// arrival is a callback as it arrives: what [desk.Cases.Receive] is given.
type arrival struct {
	message     callbacks.Message
	callback    callbacks.Callback
	content     callbacks.Content
	fingerprint string
	bind        callbacks.Binding
	entry       callbacks.AuditEntry
}

// Receive implements desk.Store. Most messages and callbacks are new, so it looks for the message
// only if the callback is known, or if the message turns out to be while it is written.
func (s *Store) Receive(
	ctx context.Context, m callbacks.Message, c callbacks.Callback, content callbacks.Content, fingerprint string,
	bind callbacks.Binding, entry callbacks.AuditEntry,
) (callbacks.Acknowledgment, error) {
	a := &arrival{m, c, content, fingerprint, bind, entry}
	acknowledged, err := s.receive(ctx, a, (*tx).announce)
	if s.engine.Duplicate(err) { // the message was about another callback, or came twice at the same moment
		acknowledged, err = s.receive(ctx, a, (*tx).repeated)
	}
	if err != nil {
		return callbacks.Acknowledgment{}, err
	}
	return acknowledged, nil
}

// receive writes what a message says, or finds what it led to.
func (s *Store) receive(
	ctx context.Context, a *arrival, acknowledge func(*tx, context.Context, *arrival) (callbacks.Acknowledgment, error),
) (acknowledged callbacks.Acknowledgment, err error) {
	err = s.transact(ctx, func(ctx context.Context, t *tx) (err error) {
		acknowledged, err = acknowledge(t, ctx, a)
		return err
	})
	return acknowledged, err
}

// repeated returns the answer that a message got before; a message that got none is announced.
func (t *tx) repeated(ctx context.Context, a *arrival) (callbacks.Acknowledgment, error) {
	acknowledged, err := t.answered(ctx, a)
	if errors.Is(err, sql.ErrNoRows) {
		return t.announce(ctx, a)
	}
	return acknowledged, err
}

// answered returns the answer that a message got before, or sql.ErrNoRows.
func (t *tx) answered(ctx context.Context, a *arrival) (callbacks.Acknowledgment, error) {
	if a.message.ID == "" {
		return callbacks.Acknowledgment{}, sql.ErrNoRows
	}
	known, err := row[messageRow](ctx, t, `select * from messages where source = ? and id = ?`, storable(a.message.Source), storable(a.message.ID))
	if err != nil {
		return callbacks.Acknowledgment{}, err
	}
	r, err := row[callbackRow](ctx, t, `select * from callbacks where num = ?`, known.Callback)
	if err != nil {
		return callbacks.Acknowledgment{}, err
	}
	announced, err := row[string](ctx, t, `select fingerprint from contents where callback = ?`, known.Callback)
	if err != nil {
		return callbacks.Acknowledgment{}, fmt.Errorf("read fingerprint: %w", err)
	}
	c, err := r.callback()
	if err == nil {
		err = c.SentAgain(announced, a.callback.CallbackID, a.fingerprint)
	}
	if err != nil {
		return callbacks.Acknowledgment{}, err
	}
	return callbacks.Acknowledgment{Callback: c, Created: known.Created, Repeated: true}, nil
}

// announce writes a callback with the answer to its message, if the callback is new. Otherwise it
// finds what the message led to, or what is known of the callback.
func (t *tx) announce(ctx context.Context, a *arrival) (callbacks.Acknowledgment, error) {
	r, err := rowOf(0, a.callback)
	if err != nil {
		return callbacks.Acknowledgment{}, err
	}
	num, err := t.addNumbered(ctx, insertCallback+` on conflict (callback_hash) do nothing`, "num", r.values())
	if errors.Is(err, sql.ErrNoRows) {
		return t.known(ctx, a)
	}
	if err != nil {
		return callbacks.Acknowledgment{}, fmt.Errorf("insert callback: %w", err)
	}
	written, err := contentRowOf(num, a.content, a.fingerprint)
	if err != nil {
		return callbacks.Acknowledgment{}, err
	}
	if err := t.add(ctx, insertContent, written.values()); err != nil {
		return callbacks.Acknowledgment{}, fmt.Errorf("insert content: %w", err)
	}
	if err := t.later(ctx, t.dialect.Search.Add, num, t.dialect.Search.Document(wordsOf(a.callback, a.content.Tags))); err != nil {
		return callbacks.Acknowledgment{}, fmt.Errorf("insert words: %w", err)
	}
	if err := t.record(ctx, a.entry); err != nil {
		return callbacks.Acknowledgment{}, err
	}
	if err := t.noteChange(ctx, num, a.entry); err != nil {
		return callbacks.Acknowledgment{}, err
	}
	kept, err := r.callback()
	if err != nil {
		return callbacks.Acknowledgment{}, err
	}
	return callbacks.Acknowledgment{Callback: kept, Created: true}, t.remember(ctx, a.message, num, true)
}

// known returns what a message led to before, or else the callback that it is about.
func (t *tx) known(ctx context.Context, a *arrival) (callbacks.Acknowledgment, error) {
	acknowledged, err := t.answered(ctx, a)
	if !errors.Is(err, sql.ErrNoRows) {
		return acknowledged, err
	}
	num, acknowledged, err := t.announced(ctx, a)
	if err != nil {
		return callbacks.Acknowledgment{}, err
	}
	return acknowledged, t.remember(ctx, a.message, num, acknowledged.Created)
}

// announced returns a callback that is already known. If it was only discovered, it takes over the
// announcement.
func (t *tx) announced(ctx context.Context, a *arrival) (int64, callbacks.Acknowledgment, error) {
	r, err := row[callbackRow](ctx, t, `select * from callbacks where callback_hash = ?`+t.dialect.ForUpdate, hashOf(string(a.callback.CallbackID)))
	if err != nil {
		return 0, callbacks.Acknowledgment{}, fmt.Errorf("read announced callback: %w", err)
	}
	content, err := row[contentRow](ctx, t, `select * from contents where callback = ?`, r.Num)
	if err != nil {
		return 0, callbacks.Acknowledgment{}, fmt.Errorf("read content: %w", err)
	}
	c, err := r.callback()
	if err != nil {
		return 0, callbacks.Acknowledgment{}, err
	}
	if completes, err := c.AnnouncedAgain(content.Fingerprint, a.fingerprint); err != nil || !completes {
		return r.Num, callbacks.Acknowledgment{Callback: c}, err
	}
	c, err = t.complete(ctx, r, content, a)
	acknowledged := callbacks.Acknowledgment{Callback: c, Created: true}
	if c.Queue != r.Queue {
		acknowledged.Left = r.Queue
	}
	return r.Num, acknowledged, err
}

// complete adds to a discovered callback what its announcement says.
func (t *tx) complete(ctx context.Context, r callbackRow, before contentRow, a *arrival) (callbacks.Callback, error) {
	signed, err := t.signaturesOf(ctx, &r)
	if err != nil {
		return callbacks.Callback{}, err
	}
	found := &caseRows{callback: r, signed: signed}
	c, err := found.read()
	if err != nil {
		return c.Callback, err
	}
	content, err := before.content()
	if err != nil {
		return c.Callback, err
	}
	err = c.Apply(func(c *callbacks.Case) error {
		c.Announced(&content, a.callback, a.content, a.bind, a.entry.At, a.entry.Actor)
		return nil
	})
	if err != nil {
		return c.Callback, err
	}
	after, err := contentRowOf(r.Num, content, a.fingerprint)
	if err != nil {
		return c.Callback, err
	}
	if err := t.apply(ctx, "contents", "callback", r.Num, after.changes(&before)); err != nil {
		return c.Callback, fmt.Errorf("update content: %w", err)
	}
	if err := t.setWords(ctx, r.Num, wordsOf(c.Callback, content.Tags)); err != nil {
		return c.Callback, err
	}
	return t.write(ctx, found, &c)
}

// wordsOf returns the words by which a callback is found.
func wordsOf(c callbacks.Callback, tags []string) []string {
	return words.Indexed(strings.Join(desk.Searched(&c, tags), " "))
}

// setWords replaces the words of a callback.
func (t *tx) setWords(ctx context.Context, num int64, found []string) error {
	if err := t.later(ctx, t.dialect.Search.Set, t.dialect.Search.Document(found), num); err != nil {
		return fmt.Errorf("update words: %w", err)
	}
	return nil
}

// remember stores the answer to a message, in case the message comes again.
func (t *tx) remember(ctx context.Context, m callbacks.Message, num int64, created bool) error {
	if m.ID == "" {
		return nil
	}
	r := messageRow{Source: m.Source, ID: m.ID, At: millis(m.At), Callback: num, Created: created}
	if err := t.add(ctx, insertMessage, r.values()); err != nil {
		return fmt.Errorf("insert message: %w", err)
	}
	return nil
}

// ForgetMessages implements upkeep.Store.
func (s *Store) ForgetMessages(ctx context.Context, before time.Time, limit int) error {
	return s.transact(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `delete from messages where (source, id) in
			(select source, id from messages where at < ? order by at limit ?)`, millis(before), limit)
		return err
	})
}
