package standin

import (
	"strings"

	"countersign/internal/standin/oidc"
)

// People are the people who can sign in.
var People = []oidc.User{
	person("mara", "Mara Okafor", "reviews finance, support and agents",
		"approvers", "finance-approvers", "support-leads", "agent-owners"),
	person("dana", "Dana Fischer", "reviews finance too: open one request as both",
		"approvers", "finance-approvers"),
	person("teo", "Teo Vance", "reviews releases, security and privacy",
		"approvers", "release-managers", "security-desk", "privacy-desk"),
	person("tomasz", "Tomasz Wierzbicki", "reviews finance, but asks for bank changes: four eyes",
		"approvers", "finance-approvers"),
	person("aiko", "Aiko Brandt", "admin: sees everything, retries deliveries",
		"platform-team", "release-managers"),
	person("priya", "Priya Raman", "auditor: reads everything, decides nothing", "audit"),
	person("leo", "Leo Marchetti", "has no role"),
}

func person(subject, name, about string, groups ...string) oidc.User {
	email := strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@harborline.example"
	return oidc.User{Subject: subject, Name: name, Email: email, Groups: groups, About: about}
}
