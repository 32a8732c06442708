package e2e_test

import (
	"fmt"
	"strings"

	"countersign/internal/standin/oidc"
)

// people are who can sign in. Mara and Dana share a queue, Teo has another, Leo has none and no
// role. Tomasz signs where a rule asks for controllers. Gro is in more groups than anybody wants to
// know.
var people = []oidc.User{
	user("mara", "Mara Okafor", "approvers", "finance-approvers"),
	user("dana", "Dana Fischer", "approvers", "finance-approvers"),
	user("teo", "Teo Vance", "approvers", "release-managers"),
	user("tomasz", "Tomasz Wierzbicki", "approvers", "controllers"),
	user("aiko", "Aiko Brandt", "platform-team"),
	user("priya", "Priya Raman", "audit"),
	user("leo", "Leo Marchetti"),
	{Subject: "gro", Name: "Gro Halvorsen", Claims: map[string]any{"groups": append(manyGroups(), "approvers")}},
}

// manyGroups are as many as a directory of some size gives to one person: 6 KB of an ID token.
func manyGroups() (groups []string) {
	for n := range 160 {
		groups = append(groups, fmt.Sprintf("harborline-department-%06d", n))
	}
	return groups
}

func user(subject, name string, groups ...string) oidc.User {
	email := strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@harborline.example"
	return oidc.User{Subject: subject, Name: name, Email: email, Groups: groups}
}
