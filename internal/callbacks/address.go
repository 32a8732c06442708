package callbacks

import (
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"countersign/internal/printable"
)

// address is an e-mail address found in a text.
type address struct {
	start, end int    // position in the text, in runes
	text       string // as written
	key        string // the same for every spelling of the address
}

// These characters around an @ make an address unreadable, because nobody can tell where it begins
// or ends: escapes, parts of a URL, addresses inside addresses. Senders of such texts use
// requesterId instead.
const (
	unclearBefore = "!#$%&*/=?^`{|}~@\\)"
	unclearAfter  = "_%=@\\["
)

// addressesIn finds the addresses in a plain text, each once. clear is false when an @ belongs to
// no readable address: the text may then name somebody whom addressesIn does not find.
func addressesIn(text []rune) (found []address, clear bool) {
	clear = true
	seen := map[string]bool{}
	for at, r := range text {
		if r != '@' {
			continue
		}
		a, ok := addressAround(text, at)
		clear = clear && ok
		if ok && !seen[a.key] {
			seen[a.key] = true
			found = append(found, a)
		}
	}
	return found, clear
}

// addressAround reads the address whose @ is at index at.
func addressAround(text []rune, at int) (address, bool) {
	start, local, ok := localBefore(text, at)
	if !ok {
		return address{}, false
	}
	end := at + 1
	for end < len(text) && isDomainRune(text[end]) {
		end++
	}
	if end < len(text) && strings.ContainsRune(unclearAfter, text[end]) {
		return address{}, false
	}
	for end > at+1 && strings.ContainsRune(".。-", text[end-1]) { // the end of a sentence
		end--
	}
	domain := string(text[at+1 : end])
	ascii, err := idna.Lookup.ToASCII(undotted(domain))
	if err != nil || ascii == "" || hasEmptyPart(ascii) || hasEmptyPart(local) {
		return address{}, false
	}
	return address{start, end, local + "@" + domain, untagged(folded(local)) + "@" + strings.ToLower(ascii)}, true
}

// localBefore reads the part of an address before its @, which may be quoted.
func localBefore(text []rune, at int) (start int, local string, ok bool) {
	start, end := at, at
	quoted := at > 0 && text[at-1] == '"'
	if quoted {
		start, end = at-1, at-1
	}
	for start > 0 && isLocalRune(text[start-1]) {
		start--
	}
	switch {
	case quoted && (start == 0 || text[start-1] != '"'):
		return 0, "", false
	case quoted:
		local, start = string(text[start:end]), start-1
	case start > 0 && strings.ContainsRune(unclearBefore, text[start-1]):
		return 0, "", false
	default:
		for start < end && strings.ContainsRune("'.-", text[start]) { // quotes and bullets
			start++
		}
		local = string(text[start:end])
	}
	local = strings.TrimRight(local, ".")
	return start, local, local != ""
}

// hasEmptyPart reports whether s begins with a dot or has two in a row. The writer of such an
// address meant another one, and nobody knows which.
func hasEmptyPart(s string) bool { return strings.HasPrefix(s, ".") || strings.Contains(s, "..") }

func isLocalRune(r rune) bool {
	return unicode.In(r, unicode.L, unicode.N, unicode.M) || strings.ContainsRune("._+-'", r)
}

func isDomainRune(r rune) bool {
	return unicode.In(r, unicode.L, unicode.N, unicode.M) || strings.ContainsRune(".-。", r)
}

// untagged returns the local part of an address without the +tag that its owner sorts mail by.
func untagged(local string) string {
	if name, _, tagged := strings.Cut(local, "+"); tagged && name != "" {
		return strings.TrimRight(name, ".")
	}
	return local
}

// addressKey returns the key that all spellings of an address share. ok is false if s is not
// exactly one readable address.
func addressKey(s string) (key string, ok bool) {
	found, clear := addressesIn([]rune(plain(s)))
	if len(found) != 1 || !clear {
		return "", false
	}
	return found[0].key, true
}

// plain returns a text in its normal form for comparison (NFKC), without invisible characters.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if printable.Invisible(r) {
			return -1
		}
		return r
	}, norm.NFKC.String(s))
}

// folded returns a text in a form that is equal for texts that differ only in case, width or
// invisible characters.
func folded(s string) string { return undotted(norm.NFKC.String(cases.Fold().String(plain(s)))) }

// undotted replaces every kind of i with one: a machine set to Turkish turns i into the capital İ,
// and I into the small ı.
func undotted(s string) string { return dottedAndNot.Replace(s) }

var dottedAndNot = strings.NewReplacer("i\u0307", "i", "ı", "i", "İ", "i")
