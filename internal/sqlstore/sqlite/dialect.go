package sqlite

import (
	"strings"

	"countersign/internal/sqlstore/engine"
)

// dialect is SQLite's. There is one writer, and SQLite merges the arms of a union that come sorted
// from an index, row by row as they are needed. To return a column, SQLite would open a savepoint
// for the insert, and with it make the full-text index write what the batch has added so far.
var dialect = engine.Dialect{
	NumbersInserted: true,

	Statement: func(text string) string { return text },
	Arm:       func(text, _ string) string { return text },
	LookUp:    `(%) as candidates cross join callbacks on num = candidate`,
	Along:     func(index string) string { return " indexed by " + index },
	Search: engine.Search{
		Add:      `insert into search (rowid, words) values (?, ?)`,
		Set:      `update search set words = ? where rowid = ?`,
		Match:    `select rowid from search where search match ? and rowid`,
		Document: func(words []string) string { return strings.Join(words, " ") },
		Query:    func(words []string) string { return engine.JoinWords(words, `"%"*`, " ") },
	},
}
