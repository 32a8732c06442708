package callbacks

import (
	"cmp"
	"context"
	"fmt"
	"mime"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"countersign/internal/printable"
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

// ParseRequester reads the requester from any text: "Ines Calloway <ines@example.com>", a bare
// address, or an address somewhere in it. The fault says why the requester cannot be identified; it
// is empty if they can. A text without exactly one clear address is taken as a name.
func ParseRequester(text, id string) (r Requester, fault string) {
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
	_, _, hidden = printable.Unseen(decoded)
	return decoded, hidden
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

// Limits of a statement that names the requester. Those of name and subject also apply to
// announcements.
const (
	MaxNameRunes    = 256
	MaxSubjectRunes = 255 // OpenID Connect Core section 2
	MaxReasonRunes  = 200
)

// Statement is what an admin says about a request whose sender did not name the requester, or not
// in a form that can be compared.
type Statement struct {
	Requester   string // as in an announcement
	RequesterID string
	Reason      string // how the admin knows
}

// check makes the requester of a statement. Faults name the fields of the form.
func (s Statement) check() (Requester, error) {
	var faults Invalid
	r, fault := ParseRequester(s.Requester, s.RequesterID)
	if fault != "" {
		faults.Add("requester", "This %s. Give one address, or the subject beside it.", fault)
	}
	for _, line := range []struct {
		field, value string
		limit        int
	}{{"requester", s.Requester, MaxNameRunes}, {"requesterId", s.RequesterID, MaxSubjectRunes}, {"reason", s.Reason, MaxReasonRunes}} {
		_, _, hidden := printable.Unseen(line.value)
		switch {
		case line.field == "reason" && !printable.HasInk(line.value):
			faults.Add(line.field, "Say how you know: it goes on record.")
		case utf8.RuneCountInString(line.value) > line.limit || hidden:
			faults.Add(line.field, "One line of at most %d characters.", line.limit)
		}
	}
	return r, faults.Err()
}

// requesterOpen reports whether an admin may name the requester: nobody has named one that can be
// compared, or an admin did and may have to correct it.
func (c *Callback) requesterOpen() bool {
	return c.State == Pending && (c.found() || !c.Requester.Comparable() || c.Requester.StatedBy != "")
}

// StateRequester records the requester that an admin names.
func (c *Callback) StateRequester(r Requester, reason string, now time.Time, by Actor) (AuditEntry, error) {
	if !c.requesterOpen() {
		return AuditEntry{}, c.wrongState("say who asks for")
	}
	r.StatedBy = by.ID
	c.Requester = r
	return c.entry(now, by, ActionRequesterStated, Facts{Requester: &r, Reason: spelling.Spaced(reason)}), nil
}

// StateRequester lets an admin name the requester of a callback that waits in a queue with four
// eyes and whose requester cannot be compared. Errors: [ErrNotFound], [ErrForbidden], [Invalid],
// [ErrOldGroups], and [ErrConflict] if nobody needs to name the requester any more.
func (s *Service) StateRequester(ctx context.Context, p Person, id ID, statement Statement) (Callback, error) {
	if _, err := s.see(ctx, p, id); err != nil {
		return Callback{}, err
	}
	if !p.Roles.Admin {
		return Callback{}, &Refusal{Code: "role", Reason: "Only admins can say who asks for a request."}
	}
	requester, err := statement.check()
	if err != nil {
		return Callback{}, err
	}
	now := s.now()
	if err := s.fresh(p, now); err != nil {
		return Callback{}, err
	}
	c, err := s.store.Change(ctx, id, Parts{}, func(c *Case) error {
		if !s.queues.WantsRequester(&c.Callback) {
			return c.wrongState("say who asks for")
		}
		return c.Record(c.StateRequester(requester, statement.Reason, now, p.Actor()))
	})
	if err != nil {
		return Callback{}, fmt.Errorf("say who asks for %s: %w", id, err)
	}
	s.changed(c)
	return c, nil
}
