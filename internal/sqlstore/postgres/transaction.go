package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"countersign/internal/sqlstore/engine"
)

// maxPrepared bounds the statements that a connection keeps prepared. Nearly all texts are static;
// what varies is which columns an update writes and how many keys a list has.
const maxPrepared = 512

// errRolledBack means that PostgreSQL answered a commit with a rollback, as it does if a statement
// failed and the transaction went on as if it had not.
var errRolledBack = errors.New("PostgreSQL rolled the transaction back")

// transaction is one transaction on a connection. A statement is sent together with those before it
// that nobody waits for, so that an answer is awaited only where one is needed: "begin" goes out
// with the first statement, and the last ones with "commit".
type transaction struct {
	conn    *pgx.Conn
	waiting []statement // not sent yet
	begun   bool        // "begin" was sent
	failed  error       // of the first sending that failed; nothing is sent after it
}

// statement is a statement that is not sent yet.
type statement struct {
	text     string
	args     []any
	prepared bool
}

func newTransaction(conn *pgx.Conn) *transaction {
	return &transaction{conn: conn, waiting: []statement{{text: "begin"}}}
}

// Exec implements [engine.Statements].
func (t *transaction) Exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	t.waiting = append(t.waiting, statement{text: text, args: args, prepared: true})
	results, _, err := t.send(ctx)
	if err != nil {
		return nil, err
	}
	tag, err := results.Exec()
	if err = errors.Join(err, results.Close()); err != nil {
		return nil, err
	}
	return driver.RowsAffected(tag.RowsAffected()), nil
}

// Query implements [engine.Statements].
func (t *transaction) Query(ctx context.Context, text string, args []any) (engine.Rows, error) {
	t.waiting = append(t.waiting, statement{text: text, args: args, prepared: true})
	results, _, err := t.send(ctx)
	if err != nil {
		return nil, err
	}
	found, err := results.Query()
	if err != nil {
		return nil, errors.Join(err, results.Close())
	}
	return &rows{found, results}, nil
}

// Later implements [engine.Statements]. The statement goes out with the next one.
func (t *transaction) Later(_ context.Context, text string, args []any) error {
	t.waiting = append(t.waiting, statement{text: text, args: args, prepared: true})
	return nil
}

// commit sends what waits and the commit. uncertain says that PostgreSQL may have committed
// although there is an error: the commit was sent, and its answer did not come.
func (t *transaction) commit(ctx context.Context) (err error, uncertain bool) {
	if !t.begun && len(t.waiting) == 1 {
		return nil, false // nothing was done
	}
	t.waiting = append(t.waiting, statement{text: "commit"})
	results, answered, err := t.send(ctx)
	if err != nil {
		return err, !answered
	}
	tag, err := results.Exec()
	if err = errors.Join(err, results.Close()); err == nil && tag.String() != "COMMIT" {
		return errRolledBack, false
	}
	return err, true
}

// rollback ends a transaction that was not committed.
func (t *transaction) rollback(ctx context.Context) {
	if !t.begun || t.conn.IsClosed() || t.conn.PgConn().TxStatus() == 'I' {
		return
	}
	if _, err := t.conn.Exec(ctx, "rollback"); err != nil { // the server rolls back what has no client
		_ = t.conn.Close(ctx)
	}
}

// send sends everything that waits in one go, and reads the answers but the last. If one of them is
// an error, the rest of them was not done; answered says that the server refused a statement, and
// not that nothing came back. After an error nothing is sent any more: the "begin" may be among what
// was not done, and each statement would then be a transaction of its own.
func (t *transaction) send(ctx context.Context) (results pgx.BatchResults, answered bool, err error) {
	if t.failed != nil {
		return nil, true, t.failed
	}
	defer func() { t.failed = err }()
	waiting := t.waiting
	t.waiting = nil
	var batch pgx.Batch
	for _, s := range waiting {
		if err := t.prepare(ctx, s); err != nil {
			return nil, true, s.failed(err)
		}
		batch.Queue(s.text, s.args...)
	}
	t.begun = true
	results = t.conn.SendBatch(ctx, &batch)
	for _, s := range waiting[:len(waiting)-1] {
		if _, err := results.Exec(); err != nil {
			_ = results.Close() // returns the same error
			var refused *pgconn.PgError
			return nil, errors.As(err, &refused), s.failed(err)
		}
	}
	return results, false, nil
}

// prepare makes sure that the connection has prepared a statement, which costs a round trip the
// first time. SendBatch then uses what it finds under the text.
func (t *transaction) prepare(ctx context.Context, s statement) error {
	if !s.prepared {
		return nil
	}
	known, _ := t.conn.PgConn().CustomData()[preparedTexts].(map[string]bool)
	if known == nil {
		known = map[string]bool{}
		t.conn.PgConn().CustomData()[preparedTexts] = known
	}
	if known[s.text] || len(known) >= maxPrepared {
		return nil
	}
	if _, err := t.conn.Prepare(ctx, s.text, s.text); err != nil {
		return err
	}
	known[s.text] = true
	return nil
}

// failed names the statement, since another one may return the error.
func (s statement) failed(err error) error {
	words := strings.Fields(s.text)
	return fmt.Errorf("%s: %w", strings.Join(words[:min(3, len(words))], " "), err)
}

// rows are the rows of the last statement of a batch.
type rows struct {
	pgx.Rows
	results pgx.BatchResults
}

// Close implements [engine.Rows].
func (r *rows) Close() error {
	r.Rows.Close()
	return errors.Join(r.Err(), r.results.Close())
}
