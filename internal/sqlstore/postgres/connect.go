package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	// connectLimit bounds connecting to one host, and then also the first answer on the connection.
	connectLimit = 8 * time.Second
	// readOnlyLife is how long a connection that takes no writes is used. The next one may lead to
	// the new primary. While there is none, pages can be read without a new connection for each
	// query.
	readOnlyLife = time.Second
)

// errNoAnswer means that the server accepted the connection but did not answer, like a pooler with
// a full pool, which makes it wait for minutes.
var errNoAnswer = fmt.Errorf("the server accepted the connection but did not answer. A pooler does that when its pool is full: "+
	"allow %d server connections for each replica (pool_size in PgBouncer)", neededConnections)

// parse reads a URL. If it is not valid, it returns [errURL].
func parse(url string) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, errURL
	}
	if config.ConnectTimeout == 0 || config.ConnectTimeout > connectLimit {
		config.ConnectTimeout = connectLimit
	}
	// Each list has its own text, so preparing it would cost a round trip and gain nothing. The
	// statements of transactions are prepared one by one.
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	config.Tracer = refusals{}
	return config, nil
}

// newPool returns a pool that connects when needed, with at most size connections at once.
func newPool(config *pgx.ConnConfig, size int) *sql.DB {
	pool := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(greet), stdlib.OptionResetSession(usable))
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	return pool
}

// greet waits for the first answer on a new connection.
func greet(ctx context.Context, conn *pgx.Conn) error {
	conn.PgConn().CustomData()[connectedAt] = time.Now()
	asking, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	_, err := conn.Exec(asking, "select 1")
	if asking.Err() != nil && !errors.Is(ctx.Err(), context.Canceled) {
		return fmt.Errorf("%w: %w", errNoAnswer, err)
	}
	return err
}

// Keys of the notes that are kept with a connection.
const (
	connectedAt   = "countersign.connected"
	refusedWrite  = "countersign.refused"
	preparedTexts = "countersign.prepared"
)

// usable drops a connection that takes no writes any more, because its host was demoted, or its
// session began while the database was set to read-only.
func usable(_ context.Context, conn *pgx.Conn) error {
	at, _ := conn.PgConn().CustomData()[connectedAt].(time.Time)
	if readOnly(conn.PgConn()) && time.Since(at) > readOnlyLife {
		return driver.ErrBadConn
	}
	return nil
}

// readOnly reports whether the server takes no writes, by what it last said: in a parameter, from
// PostgreSQL 14 on, or by refusing a write.
func readOnly(conn *pgconn.PgConn) bool {
	_, refused := conn.CustomData()[refusedWrite]
	return refused || conn.ParameterStatus("in_hot_standby") == "on" ||
		conn.ParameterStatus("default_transaction_read_only") == "on"
}

// refusals notes which connections have refused a write. Poolers pass on few other things that a
// server says about itself.
type refusals struct{}

// TraceQueryStart implements [pgx.QueryTracer].
func (refusals) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return ctx
}

// TraceQueryEnd implements [pgx.QueryTracer].
func (refusals) TraceQueryEnd(_ context.Context, conn *pgx.Conn, data pgx.TraceQueryEndData) {
	noteRefusal(conn, data.Err)
}

// TraceBatchStart implements [pgx.BatchTracer].
func (refusals) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}

// TraceBatchQuery implements [pgx.BatchTracer].
func (refusals) TraceBatchQuery(_ context.Context, conn *pgx.Conn, data pgx.TraceBatchQueryData) {
	noteRefusal(conn, data.Err)
}

// TraceBatchEnd implements [pgx.BatchTracer].
func (refusals) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

func noteRefusal(conn *pgx.Conn, err error) {
	if sqlState(err) == "25006" { // read_only_sql_transaction
		conn.PgConn().CustomData()[refusedWrite] = true
	}
}
