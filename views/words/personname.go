package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Words of a name that are not names.
var (
	nameTitles = wordSet("dr prof professor mr mrs ms miss mx sir dame rev fr herr frau ing dipl-ing mag")
	// nameSuffixes may follow a comma in a name that is in the usual order: "Ines Calloway, PhD".
	nameSuffixes = wordSet("jr sr ii iii iv v phd md mba cpa esq dds dvm rn msc bsc ma ba llm jd pe pmp cissp cfa dphil")
)

// FirstName returns the name by which people here call each other. Providers also send names in
// reverse order: "Calloway, Ines".
func FirstName(name string) string {
	for _, word := range nameWords(name) {
		if !nameTitles[bareWord(word)] {
			return word
		}
	}
	return strings.TrimSpace(name)
}

// Initials returns at most two letters for a person's picture.
func Initials(name string) string {
	var letters []rune
	for _, word := range nameWords(name) {
		r, _ := utf8.DecodeRuneInString(word)
		if (unicode.IsLetter(r) || unicode.IsDigit(r)) && !nameTitles[bareWord(word)] {
			letters = append(letters, unicode.ToUpper(r))
		}
	}
	switch len(letters) {
	case 0:
		return "?"
	case 1:
		return string(letters)
	}
	return string([]rune{letters[0], letters[len(letters)-1]})
}

// nameWords returns the words of a name with the given name first, without suffixes for a degree or
// a generation.
func nameWords(name string) []string {
	parts := strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(",，、،;", r) })
	var names [][]string
	for _, part := range parts {
		if words := strings.Fields(part); len(words) > 0 && (len(names) == 0 || !allSuffixes(words)) {
			names = append(names, words)
		}
	}
	switch len(names) {
	case 0:
		return nil
	case 1:
		return names[0]
	}
	return append(names[1], names[0]...)
}

func allSuffixes(words []string) bool {
	for _, word := range words {
		if !nameSuffixes[bareWord(word)] {
			return false
		}
	}
	return true
}

// bareWord returns a word as the lists spell it: "Ph.D." becomes "phd".
func bareWord(word string) string { return strings.ToLower(strings.ReplaceAll(word, ".", "")) }

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}
