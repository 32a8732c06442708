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
	Slack    *Slack             `yaml:"slack"`
	Email    *Email             `yaml:"email"`
	Push     *Push              `yaml:"push"`
	Teams    map[string]Teams   `yaml:"teams"`
	Webhooks map[string]Webhook `yaml:"webhooks"`
}

var channelsKeys = strictyaml.Table{
	"slack": {Help: "A Slack workspace, by an app of your own."},
	"email": {Help: "Mails, by one server."},
	"push":  {Help: "Web push: notifications of people's browsers."},
	"teams": {
		Help:       "Places of Microsoft Teams, by names of your own.",
		KeyPattern: namePattern,
		KeyWords:   nameWords,
	},
	"webhooks": {
		Help:       "Programs that get each change as an event, by names of your own.",
		KeyPattern: namePattern,
		KeyWords:   nameWords,
	},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (Channels) Table() strictyaml.Table { return channelsKeys }

// Slack is the app of a workspace.
type Slack struct {
	Token *Secret `yaml:"token"`
	API   string  `yaml:"api"`
}

var slackKeys = strictyaml.Table{
	"token": {
		Help:     "The app's bot token, xoxb-…; [notices.md](notices.md) lists its scopes.",
		Example:  "{file: /run/secrets/slack}",
		Required: true,
	},
	"api": {
		Help: "Address of Slack's methods, on this machine only: for tests. Without it, " +
			"Slack.",
		Example: "http://127.0.0.1:8091/api/",
		Pattern: `^https?://[^\s?#@]+/$`,
		Words:   "write an address with a slash at its end, as http://127.0.0.1:8091/api/",
	},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (Slack) Table() strictyaml.Table { return slackKeys }

// Email is a server that takes mails.
type Email struct {
	Server   string  `yaml:"server"`
	From     string  `yaml:"from"`
	TLS      string  `yaml:"tls"`
	User     string  `yaml:"user"`
	Password *Secret `yaml:"password"`
}

var emailKeys = strictyaml.Table{
	"server": {
		Help:     "Host and port of the server.",
		Example:  "smtp.example.com:587",
		Required: true,
		Pattern:  `^([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):[0-9]{1,5}$`,
		Words:    "write a host and a port, as smtp.example.com:587",
	},
	"from": {
		Help:     "Sender of the mails.",
		Example:  "Countersign <desk@example.com>",
		Required: true,
		Pattern:  `^([^<>@\r\n]{1,80} <)?[^\s@<>,;]+@[^\s@<>,;]+>?$`,
		Words:    "write an address, as Countersign <desk@example.com>",
	},
	"tls": {
		Help: "Encryption: after STARTTLS, from the start (tls), or none, for a server on " +
			"this machine only.",
		Example: "tls",
		Default: "starttls",
		Enum:    []string{"starttls", "tls", "none"},
	},
	"user":     {Help: "User there. Without one, the desk does not sign in.", Example: "countersign"},
	"password": {Help: "The user's password.", Example: "{file: /run/secrets/smtp}"},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (Email) Table() strictyaml.Table { return emailKeys }

// Push is how the desk proves itself to the push services of browsers.
type Push struct {
	Contact string  `yaml:"contact"`
	Key     *Secret `yaml:"key"`
	Service string  `yaml:"service"`
}

var pushKeys = strictyaml.Table{
	"contact": {
		Help:     "Where a push service reaches the operator.",
		Example:  "mailto:ops@example.com",
		Required: true,
		Pattern:  `^(mailto:[^\s@<>,;]+@[^\s@<>,;]+|https://[^\s]+)$`,
		Words:    "write mailto: and an address, or an https address",
	},
	"key": {
		Help:     "Private VAPID key, base64url. Make one with countersign notices key.",
		Example:  "{file: /run/secrets/vapid}",
		Required: true,
	},
	"service": {
		Help: "Address of a push service on this machine: for tests. Without it, only those " +
			"of known browsers are called.",
		Example: "http://127.0.0.1:8092",
		Pattern: `^http://[^\s/?#@]+$`,
		Words:   "write an address without a path, as http://127.0.0.1:8092",
	},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (Push) Table() strictyaml.Table { return pushKeys }

// Teams is a workflow that posts to a place of Microsoft Teams.
type Teams struct {
	URL *Secret `yaml:"url"`
}

var teamsKeys = strictyaml.Table{
	"url": {
		Help:     "Address of the workflow. Whoever has it can post, so it is a secret.",
		Example:  "{file: /run/secrets/teams-finance}",
		Required: true,
	},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (Teams) Table() strictyaml.Table { return teamsKeys }

// Webhook is a program that gets events.
type Webhook struct {
	URL     string   `yaml:"url"`
	Secrets []Secret `yaml:"secrets"`
	Private bool     `yaml:"private"`
}

var webhookKeys = strictyaml.Table{
	"url": {
		Help:     "Address that gets the events: https, or http on this machine only.",
		Example:  "https://erp.example.com/hooks",
		Required: true,
		Pattern:  `^https?://[^\s#@]+$`,
		Words:    "write an address without user and fragment, as https://erp.example.com/hooks",
	},
	"secrets": {
		Help: "Signing secrets of Standard Webhooks: whsec_ and base64 of at least 24 bytes. " +
			"Each event is signed with every one; two, while one is replaced.",
		Example:  "[{file: /run/secrets/erp}]",
		Required: true,
		Max:      5,
	},
	"private": {Help: "Whether the address may be in a private network.", Example: "true", Default: "false"},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (Webhook) Table() strictyaml.Table { return webhookKeys }

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
