package sqlite

import (
	"strings"

	"countersign/internal/sqlstore/engine"
)

// dialect is SQLite's. There is one writer, and SQLite merges the arms of a union that come sorted
// from an index, row by row as they are needed.
var dialect = engine.Dialect{
	Statement: func(text string, args []any) (string, []any) { return text, args },
	Arm:       func(text, _ string) string { return text },
	LookUp:    `(%) as candidates cross join callbacks on num = candidate`,
	Search: engine.Search{
		Add:      `insert into search (rowid, words) values (?, ?)`,
		Set:      `update search set words = ? where rowid = ?`,
		Match:    `select rowid from search where search match ? and rowid`,
		Document: func(words []string) string { return strings.Join(words, " ") },
		Query:    func(words []string) string { return engine.JoinWords(words, `"%"*`, " ") },
	},
}
