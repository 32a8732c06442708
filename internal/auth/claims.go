package auth

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// maxSubject bounds a subject in bytes (OpenID Connect Core section 2).
const maxSubject = 255

// identity is a person as the provider told, with the tokens that came along.
//
// The address is taken even where nobody has verified it, as it is for most users of a company
// directory: rights come from groups, and names and addresses only take a right away. Four eyes let
// somebody decide by their address only where it is verified.
type identity struct {
	Subject       string   `json:"subject"`
	Name          string   `json:"name"`
	Email         string   `json:"email"`
	EmailVerified bool     `json:"email_verified"` // by the provider's own word
	GivenName     string   `json:"given_name,omitempty"`
	FamilyName    string   `json:"family_name,omitempty"`
	UserNames     []string `json:"user_names,omitempty"` // and addresses beside Email
	// false where a version before this kept the name and one address alone
	Whole        bool     `json:"whole"`
	Groups       []string `json:"groups"`
	Unread       unread   `json:"unread"`                  // what came beside the groups
	IDToken      string   `json:"id_token"`                // the hint of a sign-out
	RefreshToken string   `json:"refresh_token,omitempty"` // reads the groups again
	// reads them again where there is no refresh token
	AccessToken string `json:"access_token,omitempty"`

	AccessEndsAt time.Time `json:"access_ends_at"` // zero where the provider does not say
	// when the provider last named the groups
	GroupsReadAt     time.Time `json:"groups_read_at"`
	GroupsInUserinfo bool      `json:"groups_in_userinfo"` // and not in the ID token

	disowned bool // the provider says that Email is not verified, where it might have said nothing
}

// claims is what the provider says about a person, from the ID token or from userinfo.
type claims map[string]any

// newIdentity reads a person from the first of two sets of claims, and what is missing there from
// the second.
func newIdentity(groupsClaim string, first, second claims) identity {
	groups, rest := groupsOf(groupsClaim, first, second)
	id := identity{
		Name:       cmp.Or(first.name(), second.name()),
		Email:      cmp.Or(first.address("email"), second.address("email")),
		GivenName:  cmp.Or(first.text("given_name"), second.text("given_name")),
		FamilyName: cmp.Or(first.text("family_name"), second.text("family_name")),
		UserNames:  userNames(first, second),
		Whole:      true,
		Groups:     groups,
		Unread:     rest,
	}
	id.EmailVerified = first.verifies(id.Email) || second.verifies(id.Email)
	id.disowned = !id.EmailVerified && (first.mentions(id.Email) || second.mentions(id.Email))
	return id
}

// userNames are all by which the provider names the person beside their names: what one set of
// claims says does not hide what the other says.
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
// would be cut, and be another's.
const maxAddress = 254

// address is a claim that is an e-mail address, empty when it is none that fits.
func (c claims) address(name string) string {
	if s := c.text(name); len(s) <= maxAddress {
		return s
	}
	return ""
}

// verifies reports whether the claims vouch for an address. Some providers write the claim as text.
func (c claims) verifies(address string) bool {
	said := c["email_verified"]
	return c.mentions(address) && (said == true || said == "true")
}

// mentions reports whether the claims say of an address that it is verified, or that it is not.
func (c claims) mentions(address string) bool {
	return address != "" && strings.EqualFold(c.address("email"), address) && c["email_verified"] != nil
}

// complete reports whether nothing that decides about rights or names is missing.
func (c claims) complete(groupsClaim string) bool {
	return isList(c.groups(groupsClaim)) && c.address("email") != ""
}

// text is a claim that is a string, as one printable line.
func (c claims) text(name string) string {
	s, _ := c[name].(string)
	return foreignText(s)
}

// name is what to call the person.
func (c claims) name() string {
	return cmp.Or(c.text("name"), c.text("preferred_username"))
}
