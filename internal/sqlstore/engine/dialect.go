package engine

import "strings"

// Dialect has the SQL in which databases differ.
type Dialect struct {
	// ForUpdate ends a select that locks its rows until the transaction ends; SkipLocked also skips
	// rows that others have locked. Both are empty if there is only one writer.
	ForUpdate, SkipLocked string

	// Shared says that other processes work on the same tables. Then what was read before may be
	// out of date, and a newer version may add columns, which would change what * means in prepared
	// statements.
	Shared bool

	// NumbersInserted says that the result of an insert has the number of the new row, so that it
	// need not be asked for with "returning".
	NumbersInserted bool

	// Clock reads the time of the database if it runs on another machine. Otherwise it is empty.
	Clock string

	// Statement turns a text with a ? for each argument into the database's own form.
	Statement func(text string) string

	// Arm turns a select into one arm of a union all that ends with the tail "order by … limit …".
	Arm func(text, tail string) string
	// LookUp joins the table callbacks to the candidates of the select that replaces the %, with
	// one look-up for each candidate. Without it the planner may read every pending callback
	// instead.
	LookUp string

	// Along follows the table in "from callbacks" and names the index that a statement hops along,
	// if the planner might take another one, and read everything in it.
	Along func(index string) string

	Search Search
}

// Search is how words are stored and found. Words are folded and consist of letters and digits
// only.
type Search struct {
	// Add inserts the number and words of a callback; Set replaces its words.
	Add, Set string
	// Match selects the numbers that match. It ends with the column of the number, so that one more
	// condition can be appended.
	Match string
	// Document and Query return the forms of words that those statements take.
	Document, Query func(words []string) string
}

// JoinWords puts each word in place of the % in a form. Nothing needs to be escaped.
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
