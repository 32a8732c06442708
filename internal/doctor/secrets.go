package doctor

// MaxBoxes is how many boxes of a kind are looked at.
const MaxBoxes = 200

// Box is something that people typed as a secret, as the database keeps it.
type Box struct {
	Request string // the ID of what it was typed for
	Kind    string // of what is sent; empty for an answer that waits for more signatures
	Text    string // what the database holds
}

// SecretSections judges whether what people typed as secrets can still be sent, with so many keys.
// opens reports whether one of them opens a box.
func SecretSections(keys int, boxes []Box, opens func(Box) bool) []Section {
	unopened := 0
	for _, b := range boxes {
		if !opens(b) {
			unopened++
		}
	}
	var f Finding
	switch {
	case unopened > 0:
		f = problem("%d of %d secrets that people typed are opened by no key: what they are in cannot be sent", unopened, len(boxes)).
			todo("Put the key under which they were encrypted into COUNTERSIGN_SECRETS_KEY, behind the present one.")
	case len(boxes) > 0:
		f = ok("the keys open all %d secrets that wait", len(boxes))
	case keys > 0:
		f = ok("no secret waits")
	default:
		f = ok("there is no key, so a form that asks for a secret is refused")
	}
	return []Section{{"Secrets typed into forms", []Finding{f}}}
}
