// Package words splits texts into the words by which a search finds them. Both databases store and
// ask for the words that it makes, so both find the same. It knows no callback and no SQL.
package words

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

const (
	// MaxLength is PostgreSQL's limit for a word of a search, in bytes: MAXSTRLEN in
	// tsearch/ts_type.h. A name has fewer characters, but may have more bytes once it is folded.
	MaxLength = 1<<11 - 2
	// window is how many letters make one word of the index in a script without blanks. A shorter
	// search matches the beginning of such a word; a longer one asks for all of its windows.
	window = 4
	// maxParts and maxPart bound the words that the inside of one word adds to the index: their
	// number, and the letters of each.
	maxParts = 16
	maxPart  = 64
)

// run is a stretch of text without a blank. Its letters are folded except for their case.
type run struct {
	letters []rune
	solid   bool // of a script that has no blanks between words
}

// runs splits a text into stretches. Both stored texts and searches go through it, so both
// databases find the same, and nothing in a search can be an operator.
func runs(text string) []run {
	var all []run
	apart := true // the next letter begins a run
	for _, r := range norm.NFKD.String(text) {
		switch {
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r) && r != '\u200b': // accents, and signs of width zero inside words
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

// isWordLetter reports whether a character can be part of a word: Mc are the vowels of Indian
// scripts, and 〇 is a Chinese zero.
func isWordLetter(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mc, r) || r == '〇'
}

// isSolid reports whether a letter's script puts no blanks between words or, like Hangul, joins
// several words into one.
func isSolid(r rune) bool {
	return r > unicode.MaxLatin1 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo, unicode.Yi,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan) || r == 'ー' || r == '〆'
}

// plainLetters are letters that Unicode does not decompose into a letter that everybody can type
// and its accent.
var plainLetters = strings.NewReplacer("æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ħ", "h", "ŧ", "t", "ı", "i")

// folded returns a word without case, with ß as ss. It composes Hangul again, so that one letter is
// one syllable.
func folded(letters []rune) string {
	if !slices.ContainsFunc(letters, func(r rune) bool { return r > unicode.MaxASCII }) {
		return strings.ToLower(string(letters)) // the same, and much faster
	}
	return plainLetters.Replace(cases.Fold().String(norm.NFC.String(string(letters))))
}

// Asked returns the words of a search, each once. A callback is found if, for each of them, it has
// a word that begins with it.
func Asked(text string) []string {
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

// Indexed returns the words by which a text is found, each once.
func Indexed(text string) []string {
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
		return len(w) > MaxLength // no search can find it, and it must not make a request fail
	})
}

// parts returns the ends of a word that begin inside it, at a capital or between letters and
// digits: "expenseApproval4711" is also found by "approval" and "4711".
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

// once removes repeated words.
func once(words []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(words, func(w string) bool {
		before := seen[w]
		seen[w] = true
		return before
	})
}
