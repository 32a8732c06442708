package callbacks

import (
	"cmp"
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"countersign/internal/printable"
)

// People keeps who has signed in. Implementations run the contract of package callbackstest. What
// it keeps is for the desk's own use: no page shows it to other people.
type People interface {
	// KeepPerson adds to what is kept of a person, by [Profile.Add]. Somebody new gets a profile.
	KeepPerson(ctx context.Context, said Profile) error
	// Profile returns what is kept of the person with an ID, or [ErrNotFound].
	Profile(ctx context.Context, id string) (Profile, error)
}

// Profile is what is kept of a person: what the provider said last, and every address and user name
// that it ever said.
type Profile struct {
	ID      string // see [PersonID]
	Issuer  string
	Subject string

	Name       string
	GivenName  string
	FamilyName string
	Email      string
	Addresses  []KnownAddress // seen last first, Email among them
	UserNames  []string       // seen last first; none is an address

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

// Bounds on what is kept of one person.
const (
	maxKeptNames  = 16 // addresses, and user names
	maxKeptGroups = 1000
)

// NewProfile is what the provider says of a person at a time. verified is its own word for the
// address, whatever the configuration trusts.
func NewProfile(p Person, verified bool, at time.Time) Profile {
	said := Profile{
		ID: p.ID, Issuer: p.Issuer, Subject: p.Subject, Email: p.Email,
		Name:      printable.Clip(p.Name, MaxNameRunes),
		GivenName: printable.Clip(p.GivenName, MaxNameRunes), FamilyName: printable.Clip(p.FamilyName, MaxNameRunes),
		Groups: brief(p.Groups, maxKeptGroups), GroupsReadAt: p.GroupsReadAt, FirstSeenAt: at, LastSeenAt: at,
	}
	for _, name := range brief(append([]string{p.Email}, p.UserNames...), 2*maxKeptNames) {
		switch key, isAddress := addressKey(name); {
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

// Add is the profile with what the provider said at another time, which may be an earlier one:
// replicas are not equally fast.
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

// join is the later names and those of the earlier ones that are not among them, as many as are
// kept.
func join(later, earlier []string) []string {
	joined := slices.Clone(later)
	for _, name := range earlier {
		if !slices.Contains(joined, name) {
			joined = append(joined, name)
		}
	}
	return joined[:min(len(joined), maxKeptNames)]
}

// joinAddresses is join for addresses. What vouched for one of them counts for all its spellings.
func joinAddresses(later, earlier []KnownAddress) []KnownAddress {
	joined := slices.Clone(later)
	for _, old := range earlier {
		i := slices.IndexFunc(joined, func(a KnownAddress) bool { return a.key() == old.key() })
		if i < 0 {
			joined = append(joined, old)
			continue
		}
		joined[i].VerifiedAt = Latest(joined[i].VerifiedAt, old.VerifiedAt)
	}
	slices.SortStableFunc(joined, func(a, b KnownAddress) int { return b.SeenAt.Compare(a.SeenAt) })
	return joined[:min(len(joined), maxKeptNames)]
}

// key is what two spellings of the address have in common.
func (a KnownAddress) key() string {
	key, _ := addressKey(a.Address)
	return cmp.Or(key, a.Address)
}

// brief is a list of at most so many names. One that is too long is left out: cut, it would name
// somebody or something else.
func brief(names []string, most int) []string {
	var kept []string
	for _, name := range names {
		if utf8.RuneCountInString(name) <= MaxNameRunes && len(kept) < most {
			kept = append(kept, name)
		}
	}
	return kept
}
