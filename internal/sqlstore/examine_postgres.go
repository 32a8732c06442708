package sqlstore

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"countersign/internal/doctor"
	"countersign/internal/loopback"
)

// serverText asks a PostgreSQL server for everything but the tables.
const serverText = `
select current_setting('server_version'), current_database(), clock_timestamp(), current_setting('server_encoding'),
	pg_is_in_recovery() or current_setting('transaction_read_only', true) = 'on',
	coalesce(has_schema_privilege(current_schema(), 'create'), false),
	coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false)`

func examinePostgres(ctx context.Context, url string, now func() time.Time) (d doctor.Database, err error) {
	if d.Newest, err = postgresDialect.newest(); err != nil {
		return d, err
	}
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return d, errPostgresURL
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(1)
	defer func() { _ = db.Close() }() // nothing was written
	s := &doctor.Server{Local: onThisMachine(config.Host)}
	before, database := now(), ""
	if err := db.QueryRowContext(ctx, serverText).Scan(&d.Version, &database, &s.Clock.Theirs, &s.Encoding, &s.ReadOnly, &s.MayCreate, &s.Encrypted); err != nil {
		return d, fmt.Errorf("ask the database: %w", err)
	}
	s.Clock.Ours = between(before, now())
	d.Server, d.Place = s, "database "+database+" on "+config.Host
	d.Schema, err = schemaVersion(ctx, db, "select count(*) from pg_class where oid = to_regclass('"+goose.DefaultTablename+"')")
	return d, err
}

// onThisMachine knows that a path is a Unix socket.
func onThisMachine(host string) bool { return strings.HasPrefix(host, "/") || loopback.Host(host) }

// between is the middle of two times: about when a server read its clock.
func between(before, after time.Time) time.Time { return before.Add(after.Sub(before) / 2) }
