package postgres

import (
	"strconv"
	"strings"

	"countersign/internal/sqlstore/engine"
)

// dialect is PostgreSQL's. PostgreSQL would read each arm of a union to its end, so each arm has
// its own limit.
var dialect = engine.Dialect{
	ForUpdate:  " for update",
	SkipLocked: " for update skip locked",
	Clock:      `select (extract(epoch from clock_timestamp()) * 1000)::bigint`,

	Shared: true,

	Statement: numbered,
	Arm:       func(text, tail string) string { return "(" + text + tail + ")" },
	LookUp:    `(%) as candidates cross join lateral (select * from callbacks where num = candidate offset 0) as callbacks`,
	Along:     func(string) string { return "" }, // PostgreSQL knows how much is in an index
	Search: engine.Search{
		Add:      `insert into search (callback, words) values (?, cast(? as text)::tsvector)`,
		Set:      `update search set words = cast(? as text)::tsvector where callback = ?`,
		Match:    `select callback from search where words @@ ?::tsquery and callback`,
		Document: func(words []string) string { return engine.JoinWords(words, `'%'`, " ") },
		Query:    func(words []string) string { return engine.JoinWords(words, `'%':*`, " & ") },
	},
}

// numbered turns each ? into $1, $2… A ? in a statement of this package always stands for an
// argument.
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
