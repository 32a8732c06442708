package callbacks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
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
	faults.checkLine("requester", s.Requester, MaxNameRunes)
	faults.checkLine("requesterId", s.RequesterID, MaxSubjectRunes)
	faults.checkReason(s.Reason, "Say how you know: it goes on record.")
	return r, faults.Err()
}

// checkLine adds a fault if a line of a form is too long, or holds what nobody can see.
func (v *Invalid) checkLine(field, value string, limit int) {
	if _, _, hidden := printable.Unseen(value); hidden || utf8.RuneCountInString(value) > limit {
		v.Add(field, "One line of at most %d characters.", limit)
	}
}

// checkReason adds a fault unless somebody says in a line why they do something; missing is what
// they read without one.
func (v *Invalid) checkReason(reason, missing string) {
	if !printable.HasInk(reason) {
		v.Add("reason", "%s", missing)
		return
	}
	v.checkLine("reason", reason, MaxReasonRunes)
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
// [ErrOldGroups], and [ErrConflict] if nobody needs to name the requester any more. Signatures given
// before are void, because nobody compared those who signed with the requester named now.
func (s *Service) StateRequester(ctx context.Context, p Person, id ID, statement Statement) (Callback, error) {
	if _, err := s.see(ctx, p, id); err != nil {
		return Callback{}, err
	}
	if !p.Roles.Admin {
		return Callback{}, &Refusal{Code: CodeRole, Reason: "Only admins can say who asks for a request."}
	}
	requester, err := statement.check()
	if err != nil {
		return Callback{}, err
	}
	now := s.now()
	if err := s.fresh(p, now); err != nil {
		return Callback{}, err
	}
	c, err := s.store.Change(ctx, id, Parts{Signatures: true}, func(c *Case) error {
		if !s.queues.WantsRequester(&c.Callback) {
			return c.wrongState("say who asks for")
		}
		if err := c.Record(c.StateRequester(requester, statement.Reason, now, p.Actor())); err != nil {
			return err
		}
		c.void("An admin said who asks for this after it was signed.", now, p.Actor())
		c.holdSigned(s.limits, now)
		return nil
	})
	if err != nil {
		return Callback{}, fmt.Errorf("say who asks for %s: %w", id, err)
	}
	s.changed(c)
	return c, nil
}
