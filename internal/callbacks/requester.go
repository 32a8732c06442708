package callbacks

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"countersign/internal/spelling"
)

// Requester is the person who asks, as the sender states it. It is shown, and compared if a queue
// asks for four eyes.
type Requester struct {
	ID    string // the subject by which the sign-in's provider knows them
	Name  string
	Email string

	// StatedBy is the ID of the admin who named the requester; empty if the sender did.
	StatedBy        string
	StatedByAddress string // the admin's verified address; may be empty
}

// String is the name, or else the address, or else the ID, or nothing.
func (r Requester) String() string { return cmp.Or(r.Name, r.Email, r.ID) }

// comparable reports whether the requester can be compared with the people of the desk: by subject
// or by address.
func (r Requester) comparable() bool {
	_, readable := spelling.AddressKey(r.Email)
	return r.ID != "" || readable
}

// same reports whether two requesters say the same, whoever stated them.
func (r Requester) same(other Requester) bool {
	other.StatedBy, other.StatedByAddress = r.StatedBy, r.StatedByAddress
	return r == other
}

// ParseRequester reads the requester from any text: "Ines Calloway <ines@example.com>", a bare
// address, or an address somewhere in it. The fault says why the requester cannot be identified; it
// is empty if they can. A text without exactly one clear address is taken as a name.
func ParseRequester(text, id string) (r Requester, fault string) {
	r = Requester{ID: strings.TrimSpace(id), Name: strings.TrimSpace(text)}
	named, err := spelling.ReadMailbox(r.Name)
	_, several := errors.AsType[spelling.SeveralAddressesError](err)
	switch {
	case err == nil:
		r.Name, r.Email = named.Name, named.Address
	case several, r.ID == "":
		return r, err.Error()
	}
	return r, ""
}

// Is reports whether the requester is this person: whether anything stated of one is also stated of
// the other. One match is enough, because one person must not pass as two under four eyes.
func (p Person) Is(r Requester) bool {
	stated := spelled(r.ID, r.Email, r.Name)
	return slices.ContainsFunc(spelled(p.identifiers()...), func(own spelling.Spelled) bool {
		return slices.ContainsFunc(stated, own.Same)
	})
}

func spelled(texts ...string) []spelling.Spelled {
	all := make([]spelling.Spelled, 0, len(texts))
	for _, text := range texts {
		all = append(all, spelling.Spell(text))
	}
	return all
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

// requesterOpen reports whether an admin may name the requester: nobody has named one that can be
// compared, or an admin did and may have to correct it.
func (c *Callback) requesterOpen() bool {
	return c.State == Pending && (!c.Requester.comparable() || c.Requester.StatedBy != "")
}

// RequesterStated records the requester that an admin names, as [Callback.StateRequester] does.
// Signatures given before are void, because nobody compared those who signed with this requester.
// The change must ask for the signatures. Package desk calls it.
func (c *Case) RequesterStated(r Requester, reason string, limits ReviewLimits, now time.Time, by Actor) error {
	if err := c.Record(c.StateRequester(r, reason, now, by)); err != nil {
		return err
	}
	c.void("An admin said who asks for this after it was signed.", now, by)
	c.holdSigned(limits, now)
	return nil
}

// StateRequester records the requester that an admin names.
func (c *Callback) StateRequester(r Requester, reason string, now time.Time, by Actor) (AuditEntry, error) {
	if !c.requesterOpen() {
		return AuditEntry{}, c.WrongState("say who asks for")
	}
	r.StatedBy = by.ID
	c.Requester = r
	return c.entry(now, by, ActionRequesterStated, Facts{Requester: &r, Reason: spelling.Spaced(reason)}), nil
}
