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

// databases are the kinds of database that there are.
var databases = []engine.Database{sqlite.Database, postgres.Database}

var errURL = errors.New("a database URL starts with sqlite: or postgres://")

// databaseOf is the kind of database that a URL names.
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
// Several replicas may open one PostgreSQL database at once; a SQLite file belongs to one process.
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

// WithCaution has tell called with each thing that an operator should know of the database although
// the desk can work with it. It comes before the tables are brought up to date, which may wait for
// another replica.
func WithCaution(tell func(caution string)) Option {
	return func(how *engine.Opening) { how.Caution = tell }
}

// Examine looks at a database without changing anything: it neither makes nor migrates one, and may
// run beside desks that use it. What is known before something fails is returned with the error,
// which repeats no password.
func Examine(ctx context.Context, url string, now func() time.Time) (doctor.Database, error) {
	kind, err := databaseOf(url)
	if err != nil {
		return doctor.Database{}, err
	}
	return kind.Examine(ctx, url, now)
}

// ErrNotSQLite is the error of [Backup] for PostgreSQL, which has tools of its own.
var ErrNotSQLite = errors.New("only a SQLite database is backed up here")

// Backup writes a compact copy of a database to a new file, while a desk goes on working with it.
// Sessions stay out of the copy.
func Backup(ctx context.Context, url, to string) error {
	kind, err := databaseOf(url)
	if err != nil || kind.Backup == nil {
		return ErrNotSQLite
	}
	return kind.Backup(ctx, url, to)
}

// Notices passes notices between the replicas on one database.
type Notices = engine.Notices

// Deliver is what [Notices] call.
type Deliver = engine.Deliver

// NewNotices takes the URL of the store. Nothing is connected before Run. Where a database belongs
// to one process, there is nobody to tell.
func NewNotices(url string, log *slog.Logger) (Notices, error) {
	kind, err := databaseOf(url)
	if err != nil {
		return nil, err
	}
	if kind.Notices == nil {
		return nobody{}, nil
	}
	return kind.Notices(url, log)
}

// nobody is to be told.
type nobody struct{}

func (nobody) Changed(callbacks.Notice)     {}
func (nobody) SessionEnded(callbacks.ID)    {}
func (nobody) Run(context.Context, Deliver) {}
