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
	person("priya", "Priya Raman", "reviews finance too: large expenses need two of you and a controller",
		"approvers", "finance-approvers"),
	person("aiko", "Aiko Brandt", "controller and admin: sees everything, retries deliveries",
		"platform-team", "controllers", "release-managers"),
	person("tomasz", "Tomasz Wierzbicki", "controller, but asks for bank changes: cannot sign those",
		"controllers"),
	person("teo", "Teo Vance", "reviews releases, security and privacy",
		"approvers", "release-managers", "security-desk", "privacy-desk"),
	person("hanna", "Hanna Lindqvist", "auditor: reads everything, decides nothing", "audit"),
	person("leo", "Leo Marchetti", "has no role"),
}

func person(subject, name, about string, groups ...string) oidc.User {
	email := strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@harborline.example"
	return oidc.User{Subject: subject, Name: name, Email: email, Groups: groups, About: about}
}
