package engine

import "strings"

// Dialect is how a database wants its SQL, where databases differ.
type Dialect struct {
	// ForUpdate ends a select that locks its rows until the transaction ends; SkipLocked passes
	// over rows that others hold. They are empty where there is one writer.
	ForUpdate, SkipLocked string

	// Shared says that other processes work on the same tables: what was read before may be out of
	// date, and a newer version may add columns, which would change what * means under statements
	// that are prepared.
	Shared bool

	// Clock reads the time of the database, where that is another machine's; else it is empty.
	Clock string

	// Statement turns a text with ? into the database's own form, and its arguments into those of a
	// statement that the driver prepares once.
	Statement func(text string, args []any) (string, []any)

	// Arm makes a select one arm of a union all that ends with the tail "order by … limit …".
	Arm func(text, tail string) string
	// LookUp is the table callbacks joined to the candidates of the select in the place of %, one
	// look-up for each. Planners, left alone, may read every pending callback instead.
	LookUp string

	Search Search
}

// Search is how words are kept and found. Words are folded, and are letters and digits only.
type Search struct {
	// Add inserts a callback's number and words; Set replaces them.
	Add, Set string
	// Match selects the numbers that match and ends with the column of the number, for one more
	// condition.
	Match string
	// Document and Query are the forms of words that those statements take.
	Document, Query func(words []string) string
}

// JoinWords puts each word in the place of the % in a form. Nothing needs to be escaped.
func JoinWords(words []string, form, between string) string {
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
