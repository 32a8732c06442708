package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"countersign/internal/printable"
)

// maxGroups bounds how many groups of a person are kept, because the session row is read on every
// request.
const maxGroups = 1000

// unread describes what the provider sent in place of groups or beside them. It is for operators.
type unread struct {
	Fault Fault  `json:"fault,omitempty"`
	Text  string `json:"text,omitempty"` // what came, printable and bounded
	Left  int    `json:"left,omitempty"` // groups beyond maxGroups
}

// groupsOf reads the groups at a path. It uses the first set of claims that has them in a form that
// can be read.
func groupsOf(path string, sets ...claims) ([]string, unread) {
	rest := unread{Fault: FaultGroupsMissing, Text: fmt.Sprintf("%q; there are %s", path, namesOf(sets))}
	if slices.ContainsFunc(sets, func(c claims) bool { return c.overage(path) }) {
		rest = unread{Fault: FaultGroupsOverage}
	}
	for _, set := range sets {
		switch value := set.groups(path); {
		case isList(value):
			return groupsIn(value)
		case value != nil:
			rest = unread{Fault: FaultGroupsForm, Text: "it is " + shown(value)}
		case set.has(path) && rest.Fault == FaultGroupsMissing:
			// some providers write null if there are no groups
			rest = unread{Fault: FaultGroupsNone}
		}
	}
	return nil, rest
}

// groups returns the value of the claims at a path. Zitadel writes roles as the keys of an object,
// each with an object that says who granted it: groups turns those keys into a list. It leaves any
// other object as it is, because that may say that a person is not in a group.
func (c claims) groups(path string) any {
	value := lookup(c, path)
	object, ok := value.(map[string]any)
	if !ok || len(object) == 0 {
		return value
	}
	var granted []any
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if _, ok := object[key].(map[string]any); !ok {
			return value
		}
		granted = append(granted, key)
	}
	return granted
}

// has reports whether a claim is present, even as null.
func (c claims) has(name string) bool {
	_, came := c[name]
	return came
}

// isList reports whether a claim is a list of groups, or one group.
func isList(value any) bool {
	switch value.(type) {
	case string, []any:
		return true
	}
	return false
}

// groupsIn reads a list of texts, or one text, which is one group. It never splits a text and never
// picks a member of an object in a list, even if that looks like a list or a name: otherwise
// anybody who may name a group at the provider could give themselves a role.
func groupsIn(value any) (groups []string, rest unread) {
	list, _ := value.([]any)
	if text, ok := value.(string); ok && text != "" {
		list = []any{text}
	}
	rest.Left = max(0, len(list)-maxGroups)
	for _, item := range list[:len(list)-rest.Left] {
		if group, ok := item.(string); ok {
			groups = append(groups, group)
		} else if rest.Fault == "" {
			rest.Fault, rest.Text = FaultGroupsForm, "one of them is "+shown(item)
		}
	}
	return groups, rest
}

// overage reports whether the provider says that the person has groups but does not name them here
// (OpenID Connect Core section 5.6.2; Microsoft Entra ID does so above 200 groups).
func (c claims) overage(path string) bool {
	elsewhere, _ := c["_claim_names"].(map[string]any)
	return elsewhere[path] != nil || c["hasgroups"] == true || c["hasgroups"] == "true"
}

// lookup follows a dot path into objects, and into each object of a list. The name of a claim may
// itself hold dots, as in https://example.com/groups, so at each level the longest name that exists
// wins.
func lookup(object map[string]any, path string) any {
	if value, ok := object[path]; ok {
		return value
	}
	for end := strings.LastIndexByte(path, '.'); end > 0; end = strings.LastIndexByte(path[:end], '.') {
		switch inner := object[path[:end]].(type) {
		case map[string]any:
			return lookup(inner, path[end+1:])
		case []any:
			return lookupEach(inner, path[end+1:])
		}
	}
	return nil
}

// lookupEach follows a path into each object of a list. It returns nil if none of them has it.
func lookupEach(list []any, path string) any {
	var found []any
	for _, item := range list {
		if object, ok := item.(map[string]any); ok {
			if value := lookup(object, path); value != nil {
				found = append(found, value)
			}
		}
	}
	if found == nil {
		return nil
	}
	return found
}

// lack is the reason why a person has no role.
type lack struct {
	fault  Fault
	detail string
}

func (l lack) String() string { return l.fault.forOperators(l.detail) }

// lackOf finds out why the groups of a record give no role.
func (r record) lackOf() lack {
	switch {
	case r.Unread.Fault != "":
		return lack{r.Unread.Fault, r.Unread.Text}
	case len(r.Groups) == 0:
		return lack{FaultGroupsNone, ""}
	case r.Unread.Left > 0:
		return lack{FaultGroupsCut, fmt.Sprintf("%d are read, %d are not; the first are %s", len(r.Groups), r.Unread.Left, some(r.Groups))}
	case len(r.Groups) == 1 && looksLikeList(r.Groups[0]):
		return lack{FaultGroupsText, some(r.Groups)}
	case !slices.ContainsFunc(r.Groups, func(g string) bool { return !strings.HasPrefix(g, "/") }):
		return lack{FaultGroupsPaths, some(r.Groups)}
	}
	return lack{FaultGroupsOther, some(r.Groups)}
}

// looksLikeList reports whether a text may have been meant as several names. It ignores commas if
// there is an equals sign, because the name of a group in a directory has both.
func looksLikeList(text string) bool {
	return strings.Contains(text, ",") && !strings.Contains(text, "=") || strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]")
}

// WithoutRole returns why the person of the request of ctx has no role: a fault for the page, and
// text for the log, with the groups that came.
func (a *Auth) WithoutRole(ctx context.Context) (Fault, string) {
	s, ok := ctx.Value(sessionKey{}).(*session)
	if !ok || !s.signedIn {
		return "", ""
	}
	l := s.record.lackOf()
	return l.fault, l.String()
}

// Bounds on how much of the provider's text goes into a log line or an audit entry.
const (
	shownNames = 10
	shownRunes = 80
)

// some lists the first of many names.
func some(names []string) string {
	var b strings.Builder
	for i, name := range names[:min(len(names), shownNames)] {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Quote(printable.Brief(name, shownRunes)))
	}
	if more := len(names) - shownNames; more > 0 {
		fmt.Fprintf(&b, " and %d more", more)
	}
	return b.String()
}

// namesOf lists the names of all claims that came.
func namesOf(sets []claims) string {
	names := map[string]bool{}
	for _, set := range sets {
		for name := range set {
			names[name] = true
		}
	}
	return some(slices.Sorted(maps.Keys(names)))
}

// shown returns a claim as JSON.
func shown(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return "no JSON"
	}
	return printable.Brief(string(text), shownRunes)
}
