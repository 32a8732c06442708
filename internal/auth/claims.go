package auth

import (
	"cmp"
	"strings"
)

// Bounds on what is kept of a person. The session row is read on every request.
const (
	maxSubject = 255 // bytes; OpenID Connect Core section 2
	maxGroups  = 1000
)

// identity is a person as the provider told, with the tokens that came along.
//
// The address is taken even where email_verified is false, as it is for most users of a company directory: it grants
// nothing here. Rights come from groups; the address names the person and, under four-eyes, only takes a right away.
type identity struct {
	Subject      string   `json:"subject"`
	Name         string   `json:"name"`
	Email        string   `json:"email"`
	Groups       []string `json:"groups"`
	IDToken      string   `json:"id_token"`                // the hint of a sign-out
	RefreshToken string   `json:"refresh_token,omitempty"` // reads the groups again
}

// claims is what the provider says about a person, from the ID token or from userinfo.
type claims map[string]any

// newIdentity reads a person from the first of two sets of claims, and what is missing there from the second.
func newIdentity(groupsClaim string, first, second claims) identity {
	groups, known := first.groups(groupsClaim)
	if !known {
		groups, _ = second.groups(groupsClaim)
	}
	return identity{
		Name:   cmp.Or(first.name(), second.name()),
		Email:  cmp.Or(first.text("email"), second.text("email")),
		Groups: groups,
	}
}

// complete reports whether nothing that decides about rights or names is missing.
func (c claims) complete(groupsClaim string) bool {
	_, known := c.groups(groupsClaim)
	return known && c.text("email") != ""
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

// groups reads the groups at a path; known is false when the provider says nothing about groups there. A single string
// is one group. What is not a string names no group.
func (c claims) groups(path string) (groups []string, known bool) {
	switch value := lookup(c, path).(type) {
	case string:
		return []string{value}, true
	case []any:
		for _, item := range value[:min(len(value), maxGroups)] {
			if group, ok := item.(string); ok {
				groups = append(groups, group)
			}
		}
		return groups, true
	default:
		return nil, false
	}
}

// lookup follows a dot path into objects. A claim's own name may hold dots, as in https://example.com/groups, so at each
// level the longest name that exists wins.
func lookup(object map[string]any, path string) any {
	if value, ok := object[path]; ok {
		return value
	}
	for end := strings.LastIndexByte(path, '.'); end > 0; end = strings.LastIndexByte(path[:end], '.') {
		if inner, ok := object[path[:end]].(map[string]any); ok {
			return lookup(inner, path[end+1:])
		}
	}
	return nil
}
