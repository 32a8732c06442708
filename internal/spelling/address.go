package spelling

import (
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// Address is an e-mail address found in a text.
type Address struct {
	Start, End int    // position in the text, in runes
	Text       string // as written
	key        string // the same for every spelling of the address
}

// These characters around an @ make an address unreadable, because nobody can tell where it begins
// or ends: escapes, parts of a URL, addresses inside addresses. Senders of such texts use
// requesterId instead.
const (
	unclearBefore = "!#$%&*/=?^`{|}~@\\)"
	unclearAfter  = "_%=@\\["
)

// Addresses finds the addresses in a plain text, each once. clear is false when an @ belongs to
// no readable address: the text may then name somebody whom Addresses does not find.
func Addresses(text []rune) (found []Address, clear bool) {
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
func addressAround(text []rune, at int) (Address, bool) {
	start, local, ok := localBefore(text, at)
	if !ok {
		return Address{}, false
	}
	end := at + 1
	for end < len(text) && isDomainRune(text[end]) {
		end++
	}
	if end < len(text) && strings.ContainsRune(unclearAfter, text[end]) {
		return Address{}, false
	}
	for end > at+1 && strings.ContainsRune(".。-", text[end-1]) { // the end of a sentence
		end--
	}
	domain := string(text[at+1 : end])
	ascii, err := idna.Lookup.ToASCII(undotted(domain))
	if err != nil || ascii == "" || hasEmptyPart(ascii) || hasEmptyPart(local) {
		return Address{}, false
	}
	return Address{start, end, local + "@" + domain, untagged(folded(local)) + "@" + strings.ToLower(ascii)}, true
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

// AddressKey returns the key that all spellings of an address share. ok is false if s is not
// exactly one readable address.
func AddressKey(s string) (key string, ok bool) {
	found, clear := Addresses([]rune(Plain(s)))
	if len(found) != 1 || !clear {
		return "", false
	}
	return found[0].key, true
}
