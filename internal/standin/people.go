package standin

import (
	"fmt"
	"strings"
	"time"

	"countersign/internal/standin/oidc"
	"countersign/internal/standin/slack"
)

// tomasz asks for bank changes, and dana acts for him.
var (
	tomasz = person("tomasz", "Tomasz Wierzbicki", "controller, but asks for bank changes: cannot sign those", "controllers")
	dana   = person("dana", "Dana Fischer", "reviews finance too, and acts for Tomasz: cannot sign his bank changes",
		"approvers", "finance-approvers")
)

// People are the people who can sign in.
var People = []oidc.User{
	person("mara", "Mara Okafor", "reviews finance, support and agents: open one request as her and Priya",
		"approvers", "finance-approvers", "support-leads", "agent-owners"),
	dana,
	person("priya", "Priya Raman", "reviews finance too: large expenses need two of you and a controller",
		"approvers", "finance-approvers"),
	person("aiko", "Aiko Brandt", "controller and admin: sees everything, retries deliveries",
		"platform-team", "controllers", "release-managers"),
	tomasz,
	person("teo", "Teo Vance", "reviews releases, security and privacy",
		"approvers", "release-managers", "security-desk", "privacy-desk"),
	person("hanna", "Hanna Lindqvist", "auditor: reads everything, decides nothing", "audit"),
	person("leo", "Leo Marchetti", "has no role"),
}

// Pushed are the people whose stand-in browser takes pushes. The others get mails at once.
func Pushed() []oidc.User { return []oidc.User{People[0], People[2]} }

// Delegation is one person acting for another in a queue.
type Delegation struct {
	From, To oidc.User
	Queue    string
	Lasts    time.Duration
}

// Delegated exists from the start of the demo, so that a visitor can read that a delegate of the
// requester cannot sign either.
var Delegated = Delegation{From: tomasz, To: dana, Queue: "finance", Lasts: 14 * 24 * time.Hour}

func person(subject, name, about string, groups ...string) oidc.User {
	email := strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@" + mailDomain
	return oidc.User{Subject: subject, Name: name, Email: email, Groups: groups, About: about}
}

// mailDomain is the domain of everybody's address.
const mailDomain = "harborline.example"

// slackChannels are the channels of the demo's workspace.
var slackChannels = []slack.Channel{
	{ID: "C01FINANCE", Name: "finance"}, {ID: "C02RELEASES", Name: "releases"}, {ID: "C03PLATFORM", Name: "platform"}, {ID: "C04SUPPORT", Name: "support"},
}

// slackUsers are the people as members of the workspace, found by their addresses.
func slackUsers() (all []slack.User) {
	for i, p := range People {
		all = append(all, slack.User{ID: fmt.Sprintf("U%02dDEMO", i+1), Name: p.Name, Email: p.Email})
	}
	return all
}
