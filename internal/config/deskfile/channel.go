package deskfile

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"countersign/internal/config/strictyaml"
	"countersign/internal/loopback"
)

// Channels are the ways over which people and programs are told of requests.
type Channels struct {
	Slack    *Slack             `yaml:"slack" help:"A Slack workspace, by an app of your own."`
	Email    *Email             `yaml:"email" help:"Mails, by one server."`
	Push     *Push              `yaml:"push" help:"Web push: notifications of people's browsers."`
	Teams    map[string]Teams   `yaml:"teams" keys:"^[a-z0-9][a-z0-9_-]{0,62}$" keywords:"write 1 to 63 of a-z, 0-9, - and _" help:"Places of Microsoft Teams, by names of your own."`
	Webhooks map[string]Webhook `yaml:"webhooks" keys:"^[a-z0-9][a-z0-9_-]{0,62}$" keywords:"write 1 to 63 of a-z, 0-9, - and _" help:"Programs that get each change as an event, by names of your own."`
}

// Slack is the app of a workspace.
type Slack struct {
	Token *Secret `yaml:"token" required:"true" example:"{file: /run/secrets/slack}" help:"The app's bot token, xoxb-…; [notices.md](notices.md) lists its scopes."`
	API   string  `yaml:"api" example:"http://127.0.0.1:8091/api/" pattern:"^https?://[^\\s?#@]+/$" words:"write an address with a slash at its end, as http://127.0.0.1:8091/api/" help:"Address of Slack's methods, on this machine only: for tests. Without it, Slack."`
}

// Email is a server that takes mails.
type Email struct {
	Server   string  `yaml:"server" required:"true" example:"smtp.example.com:587" pattern:"^([A-Za-z0-9.-]+|\\[[0-9a-fA-F:]+\\]):[0-9]{1,5}$" words:"write a host and a port, as smtp.example.com:587" help:"Host and port of the server."`
	From     string  `yaml:"from" required:"true" example:"Countersign <desk@example.com>" pattern:"^([^<>@\\r\\n]{1,80} <)?[^\\s@<>,;]+@[^\\s@<>,;]+>?$" words:"write an address, as Countersign <desk@example.com>" help:"Sender of the mails."`
	TLS      string  `yaml:"tls" enum:"starttls,tls,none" default:"starttls" example:"tls" help:"Encryption: after STARTTLS, from the start (tls), or none, for a server on this machine only."`
	User     string  `yaml:"user" example:"countersign" help:"User there. Without one, the desk does not sign in."`
	Password *Secret `yaml:"password" example:"{file: /run/secrets/smtp}" help:"The user's password."`
}

// Push is how the desk proves itself to the push services of browsers.
type Push struct {
	Contact string  `yaml:"contact" required:"true" example:"mailto:ops@example.com" pattern:"^(mailto:[^\\s@<>,;]+@[^\\s@<>,;]+|https://[^\\s]+)$" words:"write mailto: and an address, or an https address" help:"Where a push service reaches the operator."`
	Key     *Secret `yaml:"key" required:"true" example:"{file: /run/secrets/vapid}" help:"Private VAPID key, base64url. Make one with countersign notices key."`
	Service string  `yaml:"service" example:"http://127.0.0.1:8092" pattern:"^http://[^\\s/?#@]+$" words:"write an address without a path, as http://127.0.0.1:8092" help:"Address of a push service on this machine: for tests. Without it, only those of known browsers are called."`
}

// Teams is a workflow that posts to a place of Microsoft Teams.
type Teams struct {
	URL *Secret `yaml:"url" required:"true" example:"{file: /run/secrets/teams-finance}" help:"Address of the workflow. Whoever has it can post, so it is a secret."`
}

// Webhook is a program that gets events.
type Webhook struct {
	URL     string   `yaml:"url" required:"true" example:"https://erp.example.com/hooks" pattern:"^https?://[^\\s#@]+$" words:"write an address without user and fragment, as https://erp.example.com/hooks" help:"Address that gets the events: https, or http on this machine only."`
	Secrets []Secret `yaml:"secrets" required:"true" example:"[{file: /run/secrets/erp}]" max:"5" help:"Signing secrets of Standard Webhooks: whsec_ and base64 of at least 24 bytes. Each event is signed with every one; two, while one is replaced."`
	Private bool     `yaml:"private" default:"false" example:"true" help:"Whether the address may be in a private network."`
}

// maxPlaces bounds the places of Teams and the webhooks, because each gets every message.
const maxPlaces = 100

// checkChannels notes channels that cannot work, and places of groups that no channel serves.
func (c *checker) checkChannels() {
	channels, at := &c.desk.Channels, strictyaml.Path("channels")
	if s := channels.Slack; s != nil {
		c.checkSlack(s, at.Key("slack"))
	}
	if e := channels.Email; e != nil {
		c.checkEmail(e, at.Key("email"))
	}
	if p := channels.Push; p != nil {
		c.checkPush(p, at.Key("push"))
	}
	for _, name := range slices.Sorted(maps.Keys(channels.Teams)) {
		place := at.Key("teams").Key(name).Key("url")
		if secret := channels.Teams[name].URL; secret != nil && c.readSecret(secret, place) && !reachable(secret.value) {
			c.doc.Fault(place, "the secret is no address: write the https address that the workflow shows")
		}
	}
	owner := make(map[string]strictyaml.Path)
	for _, name := range slices.Sorted(maps.Keys(channels.Webhooks)) {
		webhook, place := channels.Webhooks[name], at.Key("webhooks").Key(name)
		if webhook.URL != "" && !reachable(webhook.URL) && !c.doc.Faulty(place.Key("url")) {
			c.doc.Fault(place.Key("url"), "the events would travel in the clear: write https")
		}
		c.checkCredentials(webhook.Secrets, place.Key("secrets"), owner, signingSecretFault)
	}
	for key, n := range map[string]int{"teams": len(channels.Teams), "webhooks": len(channels.Webhooks)} {
		if n > maxPlaces {
			c.doc.Fault(at.Key(key), "there are %d of them: at most %d are allowed", n, maxPlaces)
		}
	}
	c.checkPlaces()
}

// reachable reports whether an address is one to which messages may go: https, or this machine.
func reachable(text string) bool {
	place, err := url.Parse(text)
	return err == nil && place.Host != "" && (place.Scheme == "https" || place.Scheme == "http" && loopback.Host(place.Hostname()))
}

func (c *checker) checkSlack(s *Slack, at strictyaml.Path) {
	if place, err := url.Parse(s.API); s.API != "" && (err != nil || !loopback.Host(place.Hostname())) {
		c.doc.Fault(at.Key("api"), "the token would go to another server than Slack's: remove the key")
	}
	if s.Token != nil && c.readSecret(s.Token, at.Key("token")) && !strings.HasPrefix(s.Token.value, "xoxb-") {
		c.doc.Fault(at.Key("token"), "the token of an app's bot begins with xoxb-: copy it from OAuth & Permissions")
	}
}

func (c *checker) checkPush(p *Push, at strictyaml.Path) {
	if place, err := url.Parse(p.Service); p.Service != "" && (err != nil || !loopback.Host(place.Hostname())) {
		c.doc.Fault(at.Key("service"), "only a push service on this machine can be named: remove the key")
	}
	if p.Key != nil && c.readSecret(p.Key, at.Key("key")) && !pushKey.MatchString(p.Key.value) {
		c.doc.Fault(at.Key("key"), "the secret is no key of 43 characters: make one with countersign notices key")
	}
}

// pushKey is the form of a private VAPID key: 32 bytes in base64url.
var pushKey = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

func (c *checker) checkEmail(e *Email, at strictyaml.Path) {
	host := strings.Trim(e.Server[:max(strings.LastIndexByte(e.Server, ':'), 0)], "[]")
	if e.TLS == "none" && !loopback.Host(host) {
		c.doc.Fault(at.Key("tls"), "the mails would travel in the clear: write starttls or tls")
	}
	switch {
	case e.TLS == "none" && e.User != "":
		c.doc.Fault(at.Key("user"), "a password is not sent without TLS: remove user and password, or write starttls or tls")
	case e.Password != nil && e.User == "":
		c.doc.Fault(at.Key("password"), "a password needs a user: write user")
	case e.Password == nil && e.User != "":
		c.doc.Fault(at.Key("user"), "a user needs a password: write password: {file: /run/secrets/smtp}")
	case e.Password != nil:
		c.readSecret(e.Password, at.Key("password"))
	}
}

// checkPlaces notes places of groups that no channel serves.
func (c *checker) checkPlaces() {
	for name, group := range c.desk.Groups {
		c.checkDestination(Destination{Slack: group.Slack, Email: group.Email, Teams: group.Teams}, strictyaml.Path("groups").Key(name))
	}
}

// secretVariables are the variables that hold secrets of channels.
func (c *Channels) secretVariables() (names []string) {
	var all []*Secret
	if c.Slack != nil {
		all = append(all, c.Slack.Token)
	}
	if c.Email != nil {
		all = append(all, c.Email.Password)
	}
	if c.Push != nil {
		all = append(all, c.Push.Key)
	}
	for _, t := range c.Teams {
		all = append(all, t.URL)
	}
	for _, w := range c.Webhooks {
		for i := range w.Secrets {
			all = append(all, &w.Secrets[i])
		}
	}
	for _, s := range all {
		if s != nil {
			names = append(names, s.Env)
		}
	}
	return names
}
