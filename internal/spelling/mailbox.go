package spelling

import (
	"errors"
	"fmt"
	"mime"
	"net/mail"
	"strings"

	"countersign/internal/printable"
)

// Mailbox is a person and their address, as in "Ines Calloway <ines@example.com>" (RFC 5322).
type Mailbox struct {
	Name    string // may be empty
	Address string
}

// SeveralAddressesError are the addresses of a text that should name one.
type SeveralAddressesError []Address

func (e SeveralAddressesError) Error() string {
	var texts []string
	for _, a := range e {
		texts = append(texts, a.Text)
	}
	return fmt.Sprintf("names %d addresses: %s. Send that of the one person who asks", len(e), strings.Join(texts, ", "))
}

var (
	errNoAddress = errors.New("names nobody by an e-mail address")
	errUnclear   = errors.New("holds an @ or an encoding that belongs to no readable address")
)

// ReadMailbox finds the one clear address in any text, and the name beside it. The error continues
// a sentence about the text.
func ReadMailbox(text string) (Mailbox, error) {
	decoded, hidden := decodedWords(text)
	runes := []rune(Plain(decoded))
	found, clear := Addresses(runes)
	clear = clear && !strings.Contains(decoded, "=?") // an encoding that this does not read
	switch {
	case len(found) > 1:
		return Mailbox{}, SeveralAddressesError(found)
	case !clear:
		return Mailbox{}, errUnclear
	case len(found) == 0:
		return Mailbox{}, errNoAddress
	case hidden:
		return Mailbox{Name: text, Address: found[0].Text}, nil
	}
	return Mailbox{Name: nameBeside(decoded, runes, found[0]), Address: found[0].Text}, nil
}

// decodedWords decodes encoded words (RFC 2047). They may hide characters that the text itself was
// checked for; hidden is then true, and the text is shown as it came.
func decodedWords(text string) (decoded string, hidden bool) {
	decoded, err := new(mime.WordDecoder).DecodeHeader(text)
	if err != nil {
		return text, false
	}
	_, _, hidden = printable.Unseen(decoded)
	return decoded, hidden
}

// nameBeside returns the name that a text gives besides an address.
func nameBeside(text string, runes []rune, a Address) string {
	if parsed, err := mail.ParseAddress(text); err == nil {
		return parsed.Name
	}
	before, after := string(runes[:a.Start]), string(runes[a.End:])
	before = strings.TrimSuffix(strings.TrimRight(before, `<([{"' `), "mailto:")
	before, after = strings.TrimRight(before, `<([{"' `), strings.TrimLeft(after, `>)]}"'. `)
	return strings.Trim(strings.Join(strings.Fields(before+" "+after), " "), ` ,;:|-–—"'`)
}
