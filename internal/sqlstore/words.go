package sqlstore

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"countersign/internal/callbacks"
)

// maxSearchWords bounds the words of one search.
const maxSearchWords = 16

// maxWord is PostgreSQL's bound for a word of a search, in bytes: MAXSTRLEN in tsearch/ts_type.h. A name has fewer characters, but may
// have more bytes once its letters are taken apart.
const maxWord = 1<<11 - 2

// words splits text into folded words: runs of letters and digits, in lower case, without accents. What is stored and what
// is asked go through it, so both databases find the same and nothing in a search can be an operator.
func words(text string) []string {
	folded := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r): // accents, which NFD parts from their letters
			return -1
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return ' '
	}, norm.NFD.String(storable(text)))
	return strings.Fields(folded)
}

// wordsOf are the words by which a callback is found, each once.
func wordsOf(c callbacks.Callback, tags []string) []string {
	text := append([]string{c.Title, c.Requester.Name, c.Requester.Email, c.Function, c.Name}, tags...)
	seen := map[string]bool{}
	var all []string
	for _, w := range words(strings.Join(text, " ")) {
		if !seen[w] && len(w) <= maxWord { // one that is longer is found by nothing, and keeps no request out
			seen[w] = true
			all = append(all, w)
		}
	}
	return all
}
