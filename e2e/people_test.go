package e2e_test

import (
	"strings"

	"countersign/internal/devidp"
)

// people are who can sign in. Mara and Dana share a queue, Teo has another, Leo has none and no role.
var people = []devidp.User{
	user("mara", "Mara Okafor", "approvers", "finance-approvers"),
	user("dana", "Dana Fischer", "approvers", "finance-approvers"),
	user("teo", "Teo Vance", "approvers", "release-managers"),
	user("aiko", "Aiko Brandt", "platform-team"),
	user("priya", "Priya Raman", "audit"),
	user("leo", "Leo Marchetti"),
}

func user(subject, name string, groups ...string) devidp.User {
	email := strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@harborline.example"
	return devidp.User{Subject: subject, Name: name, Email: email, Groups: groups}
}
