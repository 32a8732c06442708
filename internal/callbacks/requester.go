package callbacks

import (
	"cmp"
	"fmt"
	"mime"
	"net/mail"
	"slices"
	"strings"

	"countersign/internal/spelling"
)

// Requester is the person who asks, as the sender states it. It is shown, and compared if a queue
// asks for four eyes.
type Requester struct {
	ID    string // the subject by which the sign-in's provider knows them
	Name  string
	Email string

	// StatedBy is the ID of the admin who named the requester; empty if the sender did.
	StatedBy string
}

// String is the name, or else the address, or else the ID, or nothing.
func (r Requester) String() string { return cmp.Or(r.Name, r.Email, r.ID) }

// Comparable reports whether the requester can be compared with the people of the desk: by subject
// or by address.
func (r Requester) Comparable() bool {
	_, readable := spelling.AddressKey(r.Email)
	return r.ID != "" || readable
}

// same reports whether two requesters say the same, whoever stated them.
func (r Requester) same(other Requester) bool {
	r.StatedBy, other.StatedBy = "", ""
	return r == other
}

// requesterOf reads the requester from any text: "Ines Calloway <ines@example.com>", a bare
// address, or an address somewhere in it. The fault says why the requester cannot be identified; it
// is empty if they can. A text without exactly one clear address is taken as a name.
func requesterOf(text, id string) (r Requester, fault string) {
	r = Requester{ID: strings.TrimSpace(id), Name: strings.TrimSpace(text)}
	decoded, hidden := decodedWords(r.Name)
	runes := []rune(spelling.Plain(decoded))
	found, clear := spelling.Addresses(runes)
	clear = clear && !strings.Contains(decoded, "=?") // an encoding that this does not read
	switch {
	case len(found) > 1:
		return r, fmt.Sprintf("names %d addresses: %s. Send that of the one person who asks", len(found), listed(found))
	case len(found) == 1 && clear:
		r.Email = found[0].Text
		if !hidden {
			r.Name = nameBeside(decoded, runes, found[0])
		}
	case r.ID != "":
	case !clear:
		return r, `holds an @ or an encoding that belongs to no readable address`
	default:
		return r, "names nobody by an e-mail address"
	}
	return r, ""
}

// decodedWords decodes encoded words (RFC 2047). They may hide characters that the text itself was
// checked for; hidden is then true, and the text is shown as it came.
func decodedWords(text string) (decoded string, hidden bool) {
	decoded, err := new(mime.WordDecoder).DecodeHeader(text)
	if err != nil {
		return text, false
	}
	return decoded, hasUnseen(decoded)
}

func listed(found []spelling.Address) string {
	var texts []string
	for _, a := range found {
		texts = append(texts, a.Text)
	}
	return strings.Join(texts, ", ")
}

// nameBeside returns the name that a text gives besides an address.
func nameBeside(text string, runes []rune, a spelling.Address) string {
	if parsed, err := mail.ParseAddress(text); err == nil {
		return parsed.Name
	}
	before, after := string(runes[:a.Start]), string(runes[a.End:])
	before = strings.TrimSuffix(strings.TrimRight(before, `<([{"' `), "mailto:")
	before, after = strings.TrimRight(before, `<([{"' `), strings.TrimLeft(after, `>)]}"'. `)
	return strings.Trim(strings.Join(strings.Fields(before+" "+after), " "), ` ,;:|-–—"'`)
}

// Is reports whether the requester is this person: whether anything stated of one is also stated of
// the other. One match is enough, because one person must not pass as two under four eyes.
func (p Person) Is(r Requester) bool {
	for _, stated := range []string{r.ID, r.Email, r.Name} {
		if slices.ContainsFunc(p.identifiers(), func(own string) bool { return spelling.Same(stated, own) }) {
			return true
		}
	}
	return false
}

// identifiers are all the texts that may name a person.
func (p Person) identifiers() []string {
	return append([]string{p.Subject, p.Email, p.Name, p.GivenName + " " + p.FamilyName}, p.UserNames...)
}
