package sqlstore

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/doctor"
	"countersign/internal/sqlstore/engine"
	"countersign/internal/sqlstore/postgres"
	"countersign/internal/sqlstore/sqlite"
)

// databases are the supported kinds of database.
var databases = []engine.Database{sqlite.Database, postgres.Database}

var errURL = errors.New("a database URL starts with sqlite: or postgres://")

// databaseOf returns the kind of database that a URL names.
func databaseOf(url string) (engine.Database, error) {
	for _, d := range databases {
		for _, prefix := range d.Prefixes {
			if strings.HasPrefix(url, prefix) {
				return d, nil
			}
		}
	}
	return engine.Database{}, errURL
}

// Open opens the database and brings its tables up to date. The URL is sqlite:path,
// sqlite:///absolute/path or postgres://…; errors do not repeat it, because it may hold a password.
// Several replicas may open the same PostgreSQL database at once; a SQLite file belongs to one
// process.
func Open(ctx context.Context, url string, options ...Option) (*Store, error) {
	how := engine.Opening{Caution: func(string) {}}
	for _, option := range options {
		option(&how)
	}
	kind, err := databaseOf(url)
	if err != nil {
		return nil, err
	}
	opened, err := kind.Open(ctx, url, how)
	if err != nil {
		return nil, err
	}
	return newStore(opened), nil
}

// Option changes how a store is opened.
type Option func(*engine.Opening)

// WithCaution makes Open call tell for each thing that an operator should know about the database,
// although the desk can work with it. The calls come before the tables are brought up to date,
// which may wait for another replica.
func WithCaution(tell func(caution string)) Option {
	return func(how *engine.Opening) { how.Caution = tell }
}

// Examine looks at a database without changing anything: it neither creates nor migrates one, and
// may run beside desks that use it. With an error it also returns what it found out before the
// failure. The error repeats no password.
func Examine(ctx context.Context, url string, now func() time.Time) (doctor.Database, error) {
	kind, err := databaseOf(url)
	if err != nil {
		return doctor.Database{}, err
	}
	return kind.Examine(ctx, url, now)
}

// ErrNoBackup is the error of [Backup] for a kind of database that has its own tools for backups.
var ErrNoBackup = errors.New("a database of this kind is backed up with its own tools")

// Backup writes a compact copy of a database to a new file while a desk goes on working with it.
// The copy holds no sessions.
func Backup(ctx context.Context, url, to string) error {
	kind, err := databaseOf(url)
	if err != nil || kind.Backup == nil {
		return ErrNoBackup
	}
	return kind.Backup(ctx, url, to)
}

// Invalidations passes invalidations and ended sessions between the replicas on one database.
type Invalidations = engine.Invalidations

// Deliver has the functions that [Invalidations] call.
type Deliver = engine.Deliver

// NewInvalidations returns what passes invalidations for the URL of the store. It connects only in
// Run. If the database belongs to one process, there are no other replicas to tell.
func NewInvalidations(url string, log *slog.Logger) (Invalidations, error) {
	kind, err := databaseOf(url)
	if err != nil {
		return nil, err
	}
	if kind.Invalidations == nil {
		return nobody{}, nil
	}
	return kind.Invalidations(url, log)
}

// nobody implements [Invalidations] for a database that belongs to one process.
type nobody struct{}

func (nobody) Changed(callbacks.Invalidation) {}
func (nobody) SessionEnded(callbacks.ID)      {}
func (nobody) RightsChanged(string)           {}
func (nobody) Run(context.Context, Deliver)   {}
