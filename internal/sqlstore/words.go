package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"countersign/internal/callbacks"
)

const (
	// maxSearchWords bounds the words of one search.
	maxSearchWords = 16
	// maxWord is PostgreSQL's bound for a word of a search, in bytes: MAXSTRLEN in
	// tsearch/ts_type.h. A name has fewer characters, but may have more bytes once it is folded.
	maxWord = 1<<11 - 2
	// window is how many letters of a script without blanks are one word of the index. Shorter
	// searches find it by its beginning; longer ones ask for all of their windows.
	window = 4
	// maxParts and maxPart bound what the inside of one word adds to the index, in words and in
	// letters of each.
	maxParts = 16
	maxPart  = 64
)

// run is a stretch of text without a blank, in letters that are folded but for their case.
type run struct {
	letters []rune
	solid   bool // of a script that puts no blanks between its words
}

// runs are the stretches of a text. What is stored and what is asked go through it, so both
// databases find the same and nothing in a search can be an operator.
func runs(text string) []run {
	var all []run
	apart := true // the next letter begins a run
	for _, r := range norm.NFKD.String(storable(text)) {
		switch {
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r) && r != '\u200b': // accents, and signs of width zero inside of words
		case !isWordLetter(r):
			apart = true
		default:
			if solid := isSolid(r); apart || all[len(all)-1].solid != solid {
				all = append(all, run{solid: solid})
			}
			apart = false
			all[len(all)-1].letters = append(all[len(all)-1].letters, r)
		}
	}
	return all
}

// isWordLetter reports whether a word may hold a letter: Mc are the vowels of Indian scripts, and 〇
// is a Chinese zero.
func isWordLetter(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mc, r) || r == '〇'
}

// isSolid reports whether a letter's script puts no blanks between words, or, like Hangul, puts
// several words into one.
func isSolid(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo, unicode.Yi,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan) || r == 'ー' || r == '〆'
}

// plainLetters are letters that Unicode does not take apart into one that everybody can type and
// its accent.
var plainLetters = strings.NewReplacer("æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ħ", "h", "ŧ", "t", "ı", "i")

// folded is a word without case, ß being ss. Hangul is put together again, so that a letter is a
// syllable.
func folded(letters []rune) string {
	return plainLetters.Replace(cases.Fold().String(norm.NFC.String(string(letters))))
}

// asked are the words of a search, each once: whatever holds a word that begins with each of them
// is found.
func asked(text string) []string {
	var all []string
	for _, r := range runs(text) {
		word := folded(r.letters)
		if !r.solid {
			all = append(all, word)
			continue
		}
		letters := []rune(word)
		for i := range max(1, len(letters)-window+1) {
			all = append(all, string(letters[i:min(i+window, len(letters))]))
		}
	}
	return once(all)
}

// indexed are the words by which a text is found, each once.
func indexed(text string) []string {
	var all []string
	for _, r := range runs(text) {
		word := folded(r.letters)
		if !r.solid {
			all = append(append(all, word), parts(r.letters)...)
			continue
		}
		letters := []rune(word)
		for i := range letters {
			all = append(all, string(letters[i:min(i+window, len(letters))]))
		}
	}
	return slices.DeleteFunc(once(all), func(w string) bool {
		return len(w) > maxWord // it is found by nothing, and keeps no request out
	})
}

// parts are the ends of a word that begin inside of it, at a capital or between letters and digits:
// "expenseApproval4711" is found by "approval" and "4711" as well.
func parts(letters []rune) []string {
	var all []string
	for i := 1; i < len(letters) && len(all) < maxParts; i++ {
		before, at := letters[i-1], letters[i]
		acronymEnds := unicode.IsUpper(before) && unicode.IsUpper(at) && i+1 < len(letters) && unicode.IsLower(letters[i+1])
		if unicode.IsLower(before) && unicode.IsUpper(at) || acronymEnds || unicode.IsDigit(before) != unicode.IsDigit(at) {
			all = append(all, folded(letters[i:min(i+maxPart, len(letters))]))
		}
	}
	return all
}

// once leaves out what came before.
func once(words []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(words, func(w string) bool {
		before := seen[w]
		seen[w] = true
		return before
	})
}

// wordsOf are the words by which a callback is found.
func wordsOf(c callbacks.Callback, tags []string) []string {
	return indexed(strings.Join(c.Searched(tags), " "))
}

// setWords replaces the words of a callback.
func (t *tx) setWords(ctx context.Context, num int64, words []string) error {
	if _, err := t.exec(ctx, t.dialect.Search.Set, t.dialect.Search.Document(words), num); err != nil {
		return fmt.Errorf("update words: %w", err)
	}
	return nil
}
