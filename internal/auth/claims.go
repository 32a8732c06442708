package auth

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// maxSubject bounds a subject in bytes (OpenID Connect Core section 2).
const maxSubject = 255

// identity is a person as the provider described them, with the tokens that came along.
//
// Email is kept even if nobody has verified it, which is so for most users of a company directory:
// rights come from groups, and names and addresses can only take a right away. The four-eyes check
// lets a person decide on the strength of their address only if it is verified.
type identity struct {
	Subject       string   `json:"subject"`
	Name          string   `json:"name"`
	Email         string   `json:"email"`
	EmailVerified bool     `json:"email_verified"` // according to the provider
	GivenName     string   `json:"given_name,omitempty"`
	FamilyName    string   `json:"family_name,omitempty"`
	UserNames     []string `json:"user_names,omitempty"` // other names and addresses, beside Email
	Groups        []string `json:"groups"`
	// what the claim of the groups held beside groups
	Unread       unread `json:"unread"`
	IDToken      string `json:"id_token"`                // sent as the hint of a sign-out
	RefreshToken string `json:"refresh_token,omitempty"` // used to read the groups again
	// used to read the groups again if there is no refresh token
	AccessToken string `json:"access_token,omitempty"`

	AccessEndsAt time.Time `json:"access_ends_at"` // zero if the provider does not say
	// when the provider last named the groups
	GroupsReadAt time.Time `json:"groups_read_at"`
	// the groups came from userinfo, not from the ID token
	GroupsInUserinfo bool `json:"groups_in_userinfo"`

	disowned bool // the provider explicitly says that Email is not verified
}

// claims is what the provider says about a person, from the ID token or from userinfo.
type claims map[string]any

// newIdentity reads a person from two sets of claims. The second set fills in what the first lacks.
func newIdentity(groupsClaim string, first, second claims) identity {
	groups, rest := groupsOf(groupsClaim, first, second)
	id := identity{
		Name:       cmp.Or(first.name(), second.name()),
		Email:      cmp.Or(first.address("email"), second.address("email")),
		GivenName:  cmp.Or(first.text("given_name"), second.text("given_name")),
		FamilyName: cmp.Or(first.text("family_name"), second.text("family_name")),
		UserNames:  userNames(first, second),
		Groups:     groups,
		Unread:     rest,
	}
	id.EmailVerified = first.verifies(id.Email) || second.verifies(id.Email)
	id.disowned = !id.EmailVerified && (first.mentions(id.Email) || second.mentions(id.Email))
	return id
}

// userNames returns everything by which the provider identifies the person beside their name. It
// merges all sets of claims: no set hides what another says.
func userNames(sets ...claims) (names []string) {
	for _, set := range sets {
		for _, claim := range []string{"email", "preferred_username", "upn", "unique_name", "name"} {
			if name := set.text(claim); name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// maxAddress is the longest address that mail can go to (RFC 5321 section 4.5.3.1.3). A longer one
// would have to be cut, and could then be somebody else's.
const maxAddress = 254

// address returns a claim that is an e-mail address. It is empty if the claim is no address or is
// too long.
func (c claims) address(name string) string {
	if s := c.text(name); len(s) <= maxAddress {
		return s
	}
	return ""
}

// verifies reports whether the claims say that an address is verified. Some providers write the
// claim as text.
func (c claims) verifies(address string) bool {
	said := c["email_verified"]
	return c.mentions(address) && (said == true || said == "true")
}

// mentions reports whether the claims say anything about an address being verified, yes or no.
func (c claims) mentions(address string) bool {
	return address != "" && strings.EqualFold(c.address("email"), address) && c["email_verified"] != nil
}

// complete reports whether the claims have everything that decides about rights or names.
func (c claims) complete(groupsClaim string) bool {
	return isList(c.groups(groupsClaim)) && c.address("email") != ""
}

// text returns a claim that is a string, as one printable line.
func (c claims) text(name string) string {
	s, _ := c[name].(string)
	return foreignText(s)
}

// name returns the name to show for the person.
func (c claims) name() string {
	return cmp.Or(c.text("name"), c.text("preferred_username"))
}
