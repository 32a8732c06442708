package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"

	"countersign/internal/doctor"
	"countersign/internal/sqlstore/engine"
)

// serverText asks a PostgreSQL server for everything except the tables.
const serverText = `
select current_setting('server_version'), current_database(), clock_timestamp(),
	current_setting('server_encoding'),
	pg_is_in_recovery() or current_setting('transaction_read_only', true) = 'on',
	coalesce(has_schema_privilege(current_schema(), 'create'), false)`

func examine(ctx context.Context, url string, now func() time.Time) (d doctor.Database, err error) {
	if d.Newest, err = migrations.Newest(); err != nil {
		return d, err
	}
	config, err := parse(url)
	if err != nil {
		return d, err
	}
	found, err := takeSurvey(ctx, config, neededConnections)
	s := &doctor.Server{
		Local: found.local, Encrypted: found.encrypted, Shared: found.shared,
		Given: found.given, Needed: neededConnections, Shortage: found.shortage,
	}
	if found.shared {
		d.Server, d.Place = s, hosts(config)
		return d, nil
	}
	if err != nil {
		return d, fmt.Errorf("query the database: %w", err)
	}
	db := newPool(config, 1)
	defer func() { _ = db.Close() }() // nothing was written
	before, database := now(), ""
	err = db.QueryRowContext(ctx, serverText).
		Scan(&d.Version, &database, &s.Clock.Theirs, &s.Encoding, &s.ReadOnly, &s.MayCreate)
	if err != nil {
		return d, fmt.Errorf("query the database: %w", err)
	}
	s.Clock.Ours = between(before, now())
	d.Server, d.Place = s, "database "+database+" on "+hosts(config)
	const exists = "select count(*) from pg_class where oid = to_regclass('" + goose.DefaultTablename + "')"
	if d.Schema, err = engine.Version(ctx, db, exists); err != nil || d.Schema != d.Newest {
		return d, err
	}
	d.Boxes, err = engine.Boxes(ctx, db)
	return d, err
}

// hosts returns where the configuration looks for the server: every host in order, with its port.
func hosts(config *pgx.ConnConfig) string {
	_, first := pgconn.NetworkAddress(config.Host, config.Port)
	all := []string{first}
	for _, f := range config.Fallbacks { // a host is repeated for each way to encrypt
		if _, next := pgconn.NetworkAddress(f.Host, f.Port); !slices.Contains(all, next) {
			all = append(all, next)
		}
	}
	return strings.Join(all, ", ")
}

// between returns the middle of two times, which is about when a server read its clock.
func between(before, after time.Time) time.Time { return before.Add(after.Sub(before) / 2) }
