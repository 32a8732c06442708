package sqlstore

import (
	"embed"
	"io/fs"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/schema"
)

// dialect is all in which the two databases differ, beside how they are opened.
type dialect struct {
	bun        func() schema.Dialect
	goose      goose.Dialect
	migrations fs.FS

	// forUpdate ends a select that locks its rows until the transaction ends; skipLocked passes over rows that others hold.
	// SQLite has one writer and needs neither.
	forUpdate, skipLocked string

	// sharedTables says that a process of a newer version may add columns while this one works. What * means would then change
	// under statements that are prepared.
	sharedTables bool

	// clock reads the time of the database, where that is another machine's; else it is empty.
	clock string

	// statement turns a text with ? into the database's own form, and its arguments into those of a statement that the
	// driver prepares once.
	statement func(text string, args []any) (string, []any)

	// arm makes a select one arm of a union all that ends with the tail "order by … limit …". SQLite merges arms that come
	// sorted from an index, row by row as they are wanted. PostgreSQL would read each to its end, so it cuts each by itself.
	arm func(text, tail string) string
	// lookUp is the table callbacks joined to the candidates of the select in the place of %, one look-up for each. Both
	// planners, left alone, may read every pending callback instead.
	lookUp string

	// addWords is the insert of a callback's number and words into the search; wordsMatch selects the numbers that match and ends
	// with the column of the number, for one more condition.
	addWords, wordsMatch string
	// setWords replaces the words of a number.
	setWords string
	// document and query are the forms of folded words that those statements take.
	document, query func(words []string) string
}

var sqliteDialect = dialect{
	bun:        func() schema.Dialect { return sqlitedialect.New() },
	goose:      goose.DialectSQLite3,
	migrations: migrationsIn("sqlite"),
	statement:  func(text string, args []any) (string, []any) { return text, args },
	arm:        func(text, _ string) string { return text },
	lookUp:     `(%) as candidates cross join callbacks on num = candidate`,
	addWords:   `insert into search (rowid, words) values (?, ?)`,
	setWords:   `update search set words = ? where rowid = ?`,
	wordsMatch: `select rowid from search where search match ? and rowid`,
	document:   func(words []string) string { return strings.Join(words, " ") },
	query:      func(words []string) string { return joinWords(words, `"%"*`, " ") },
}

var postgresDialect = dialect{
	bun:        func() schema.Dialect { return pgdialect.New() },
	goose:      goose.DialectPostgres,
	migrations: migrationsIn("postgres"),
	forUpdate:  " for update",
	skipLocked: " for update skip locked",
	clock:      `select (extract(epoch from clock_timestamp()) * 1000)::bigint`,

	sharedTables: true,

	statement: func(text string, args []any) (string, []any) {
		return numbered(text), append([]any{pgx.QueryExecModeCacheStatement}, args...)
	},
	arm:        func(text, tail string) string { return "(" + text + tail + ")" },
	lookUp:     `(%) as candidates cross join lateral (select * from callbacks where num = candidate offset 0) as callbacks`,
	addWords:   `insert into search (callback, words) values (?, cast(? as text)::tsvector)`,
	setWords:   `update search set words = cast(? as text)::tsvector where callback = ?`,
	wordsMatch: `select callback from search where words @@ ?::tsquery and callback`,
	document:   func(words []string) string { return joinWords(words, `'%'`, " ") },
	query:      func(words []string) string { return joinWords(words, `'%':*`, " & ") },
}

//go:embed migrations
var migrations embed.FS

// migrationsIn are the migrations in a folder below migrations/.
func migrationsIn(folder string) fs.FS {
	files, err := fs.Sub(migrations, "migrations/"+folder)
	if err != nil {
		panic(err) // the name is a constant
	}
	return files
}

// joinWords puts each word in the place of the % in a form. Words are letters and digits only, so nothing needs escaping.
func joinWords(words []string, form, between string) string {
	before, after, _ := strings.Cut(form, "%")
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteString(between)
		}
		b.WriteString(before + w + after)
	}
	return b.String()
}

// numbered turns each ? into $1, $2… The statements of this package hold no ? but those of their arguments.
func numbered(text string) string {
	var b strings.Builder
	for n := 1; ; n++ {
		before, after, found := strings.Cut(text, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString("$" + strconv.Itoa(n))
		text = after
	}
}
