package people

import (
	"cmp"
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"countersign/internal/callbacks"
	"countersign/internal/printable"
	"countersign/internal/spelling"
)

// Store keeps the people who have signed in. Implementations pass the contract of package
// callbackstest. The stored data is for the desk's own use: people who choose who acts for them see
// name and address of others, and admins and auditors see names and groups.
type Store interface {
	// KeepPerson adds to the stored profile of a person, by [Profile.Add]. A new person gets a
	// profile.
	KeepPerson(ctx context.Context, said Profile) error
	// Profile returns the stored profile of a person, or [callbacks.ErrNotFound].
	Profile(ctx context.Context, id string) (Profile, error)
}

// Profile is what is stored of a person: what the provider said last, and every address and user
// name that it ever said.
type Profile struct {
	ID      string // see [ID]
	Issuer  string
	Subject string

	Name       string
	GivenName  string
	FamilyName string
	Email      string
	Addresses  []KnownAddress // most recently seen first, Email among them
	UserNames  []string       // most recently seen first; none is an address

	Groups       []string
	GroupsReadAt time.Time
	FirstSeenAt  time.Time
	LastSeenAt   time.Time
}

// KnownAddress is an e-mail address that the provider named.
type KnownAddress struct {
	Address    string
	SeenAt     time.Time
	VerifiedAt time.Time // when the provider last vouched for it; zero for never
}

// Verified reports whether the provider has vouched for the person's address.
func (p Profile) Verified() bool {
	return slices.ContainsFunc(p.Addresses, func(a KnownAddress) bool {
		return a.Address == p.Email && !a.VerifiedAt.IsZero()
	})
}

// Bounds of what is stored of one person.
const (
	maxKeptNames  = 16 // addresses, and user names
	maxKeptGroups = 1000
)

// NewProfile is what the provider says of a person at a given time. verified is the provider's own
// statement about the address, regardless of what the configuration trusts.
func NewProfile(p callbacks.Person, verified bool, at time.Time) Profile {
	said := Profile{
		ID: p.ID, Issuer: p.Issuer, Subject: p.Subject, Email: p.Email,
		Name:      printable.Clip(p.Name, callbacks.MaxNameRunes),
		GivenName: printable.Clip(p.GivenName, callbacks.MaxNameRunes), FamilyName: printable.Clip(p.FamilyName, callbacks.MaxNameRunes),
		Groups: brief(p.Groups, maxKeptGroups), GroupsReadAt: p.GroupsReadAt, FirstSeenAt: at, LastSeenAt: at,
	}
	for _, name := range brief(append([]string{p.Email}, p.UserNames...), 2*maxKeptNames) {
		switch key, isAddress := spelling.AddressKey(name); {
		case name == "":
		case !isAddress:
			said.UserNames = join(said.UserNames, []string{name})
		case !slices.ContainsFunc(said.Addresses, func(a KnownAddress) bool { return a.key() == key }):
			known := KnownAddress{Address: name, SeenAt: at}
			if verified && name == p.Email {
				known.VerifiedAt = at
			}
			said.Addresses = append(said.Addresses, known)
		}
	}
	return said
}

// Add combines the profile with what the provider said at another time. That time may be earlier,
// because replicas differ in speed.
func (p Profile) Add(said Profile) Profile {
	later, earlier := said, p
	if said.LastSeenAt.Before(p.LastSeenAt) {
		later, earlier = p, said
	}
	if later.GroupsReadAt.Before(earlier.GroupsReadAt) {
		later.Groups, later.GroupsReadAt = earlier.Groups, earlier.GroupsReadAt
	}
	if earlier.FirstSeenAt.Before(later.FirstSeenAt) {
		later.FirstSeenAt = earlier.FirstSeenAt
	}
	later.UserNames = join(later.UserNames, earlier.UserNames)
	later.Addresses = joinAddresses(later.Addresses, earlier.Addresses)
	return later
}

// join returns the later names, followed by the earlier names not among them, up to the bound.
func join(later, earlier []string) []string {
	joined := slices.Clone(later)
	for _, name := range earlier {
		if !slices.Contains(joined, name) {
			joined = append(joined, name)
		}
	}
	return joined[:min(len(joined), maxKeptNames)]
}

// joinAddresses is join for addresses. A verified spelling of an address verifies all its
// spellings.
func joinAddresses(later, earlier []KnownAddress) []KnownAddress {
	joined := slices.Clone(later)
	for _, old := range earlier {
		i := slices.IndexFunc(joined, func(a KnownAddress) bool { return a.key() == old.key() })
		if i < 0 {
			joined = append(joined, old)
			continue
		}
		joined[i].VerifiedAt = callbacks.Latest(joined[i].VerifiedAt, old.VerifiedAt)
	}
	slices.SortStableFunc(joined, func(a, b KnownAddress) int { return b.SeenAt.Compare(a.SeenAt) })
	return joined[:min(len(joined), maxKeptNames)]
}

// key is the same for all spellings of the address.
func (a KnownAddress) key() string {
	key, _ := spelling.AddressKey(a.Address)
	return cmp.Or(key, a.Address)
}

// brief returns at most the given number of names. It leaves out a name that is too long:
// truncated, it would name somebody or something else.
func brief(names []string, most int) []string {
	var kept []string
	for _, name := range names {
		if utf8.RuneCountInString(name) <= callbacks.MaxNameRunes && len(kept) < most {
			kept = append(kept, name)
		}
	}
	return kept
}
