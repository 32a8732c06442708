package deskfile

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"countersign/internal/config/strictyaml"
	"countersign/internal/mask"
	"countersign/internal/notice"
)

// Route leads messages about some requests to other places than those of the groups.
type Route struct {
	Queues    []string    `yaml:"queues"`
	Functions []string    `yaml:"functions"`
	Sources   []string    `yaml:"sources"`
	Tags      []string    `yaml:"tags"`
	Risk      bool        `yaml:"risk"`
	To        Destination `yaml:"to"`
}

var routeKeys = strictyaml.Table{
	"queues":    {Help: "Queues of the requests.", Example: "[finance]", Default: "every queue"},
	"functions": {Help: "Names of the functions that wait.", Example: "[refund]", Default: "every function"},
	"sources":   {Help: "Who announced them.", Example: "[erp]", Default: "every source"},
	"tags":      {Help: "Tags of which they have one.", Example: "[contract]", Default: "any"},
	"risk": {
		Help: "Whether it leads only what says that a request is at risk: reminders, a missing heartbeat, and that " +
			"only one signature is missing. Write it before routes that lead the rest.",
		Example: "true",
		Default: "false",
	},
	"to": {
		Help:     "Places that replace those of the groups, for each channel that is named.",
		Example:  "{slack: '#big-money'}",
		Required: true,
	},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (Route) Table() strictyaml.Table { return routeKeys }

// Destination is where a route leads.
type Destination struct {
	Slack    string   `yaml:"slack"`
	Email    []string `yaml:"email"`
	Teams    []string `yaml:"teams"`
	Webhooks []string `yaml:"webhooks"`
}

var destinationKeys = strictyaml.Table{
	"slack": {
		Help:    "Slack channel.",
		Example: "'#big-money'",
		Pattern: slackPattern,
		Words:   slackWords,
	},
	"email": {
		Help:    "Mailing lists.",
		Example: "[cfo-office@example.com]",
		Pattern: mailPattern,
		Words:   mailWords,
		Max:     20,
	},
	"teams": {Help: "Places of channels.teams.", Example: "[finance-room]", Max: 20},
	"webhooks": {
		Help:    "Names of channels.webhooks, which then hear of no other requests.",
		Example: "[erp-bridge]",
		Max:     20,
	},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (Destination) Table() strictyaml.Table { return destinationKeys }

// QueueNotices say what messages about the requests of a queue may say, and when they remind.
type QueueNotices struct {
	Title    string        `yaml:"title"`
	Fields   []NoticeField `yaml:"fields"`
	RemindAt []string      `yaml:"remindAt"`
}

var queueNoticesKeys = strictyaml.Table{
	"title": {
		Help: "Where the title may stand: in all messages but pushes, which lock screens " +
			"show (inside), also in pushes, with the fields (everywhere), or in none " +
			"(nowhere).",
		Example: "everywhere",
		Default: "inside",
		Enum:    []string{"inside", "everywhere", "nowhere"},
	},
	"fields": {Help: "Values of the payload that messages may say. Masked ones stay out.", Max: 10},
	"remindAt": {
		Help: "Parts of the time after which the places of the groups are reminded, if " +
			"nobody has the request open.",
		Example: "[50%, 80%]",
		Default: "80%",
		Pattern: partPattern,
		Words:   partWords,
		Max:     5,
	},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (QueueNotices) Table() strictyaml.Table { return queueNoticesKeys }

// NoticeField lets one value of the payload out.
type NoticeField struct {
	Label string `yaml:"label"`
	Value string `yaml:"value"`
}

var noticeFieldKeys = strictyaml.Table{
	"label": {
		Help:     "What stands before the value.",
		Example:  "Total",
		Required: true,
		Pattern:  `^.{1,40}$`,
		Words:    "write at most 40 characters",
	},
	"value": {
		Help:     "JSON pointer to a text, a number, true or false.",
		Example:  "/report/total",
		Required: true,
	},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (NoticeField) Table() strictyaml.Table { return noticeFieldKeys }

// maxRoutes bounds the routes.
const maxRoutes = 100

// Notices is what the file says of messages, in the type of the domain.
func (d *Desk) Notices() notice.Rules {
	r := notice.Rules{
		Groups: make(map[string][]notice.Target), Queues: make(map[string]notice.QueueRules),
		Admins: d.Roles.Admins, Events: slices.Sorted(maps.Keys(d.Channels.Webhooks)),
	}
	for name, g := range d.Groups {
		r.Groups[name] = Destination{Slack: g.Slack, Email: g.Email, Teams: g.Teams}.targets()
	}
	for _, route := range d.Routes {
		r.Routes = append(r.Routes, notice.Route{
			Queues: route.Queues, Functions: route.Functions, Sources: route.Sources, Tags: route.Tags, Risk: route.Risk, To: route.To.targets(),
		})
	}
	for name, q := range d.Queues {
		r.Queues[name] = q.Notices.domain()
	}
	return r
}

// targets are the places of a destination.
func (d Destination) targets() (all []notice.Target) {
	if d.Slack != "" {
		all = append(all, notice.Target{Channel: notice.Slack, Place: d.Slack})
	}
	for channel, places := range map[string][]string{notice.Email: d.Email, notice.Teams: d.Teams, notice.Webhooks: d.Webhooks} {
		for _, place := range places {
			all = append(all, notice.Target{Channel: channel, Place: place})
		}
	}
	return all
}

// domain is what is said of a queue in the type of the domain; of one that says nothing too.
func (n *QueueNotices) domain() notice.QueueRules {
	if n == nil {
		n = &QueueNotices{}
	}
	r := notice.QueueRules{}
	if n.Title != "inside" {
		r.Title = notice.TitleRule(n.Title)
	}
	for _, f := range n.Fields {
		r.Fields = append(r.Fields, notice.FieldRule{Label: f.Label, Pointer: f.Value})
	}
	remind := n.RemindAt
	if remind == nil {
		remind = []string{"80%"}
	}
	for _, at := range remind {
		percent, _ := strconv.Atoi(strings.TrimSuffix(at, "%")) // its pattern has digits alone
		r.RemindAt = append(r.RemindAt, percent)
	}
	return r
}

// checkRoutes notes routes that no request can take or that lead nowhere.
func (c *checker) checkRoutes() {
	if n := len(c.desk.Routes); n > maxRoutes {
		c.doc.Fault("routes", "there are %d of them: at most %d are allowed", n, maxRoutes)
	}
	for i := range c.desk.Routes {
		route, at := &c.desk.Routes[i], strictyaml.Path("routes").Item(i)
		c.checkAddressed(at.Key("queues"), route.Queues)
		to := at.Key("to")
		if len(route.To.targets()) == 0 && !c.doc.Faulty(to) && c.doc.Has(to) {
			c.doc.Fault(to, "the route leads nowhere: write slack, email, teams or webhooks")
		}
		if hooks := to.Key("webhooks"); route.Risk && len(route.To.Webhooks) > 0 && !c.doc.Faulty(hooks) {
			c.doc.Fault(hooks, "a program hears every state of a request, not only that it is at risk: remove the key, or risk")
		}
		c.checkDestination(route.To, to)
	}
}

// checkDestination notes places that no channel serves.
func (c *checker) checkDestination(d Destination, at strictyaml.Path) {
	channels := &c.desk.Channels
	if d.Slack != "" && channels.Slack == nil {
		c.doc.Fault(at.Key("slack"), "the desk has no Slack: write channels: {slack: …}, or remove the key")
	}
	if len(d.Email) > 0 && channels.Email == nil {
		c.doc.Fault(at.Key("email"), "the desk sends no mails: write channels: {email: …}, or remove the key")
	}
	for i, room := range d.Teams {
		if _, known := channels.Teams[room]; !known {
			c.doc.Fault(at.Key("teams").Item(i), "channels.teams has no place of this name")
		}
	}
	for i, name := range d.Webhooks {
		if _, known := channels.Webhooks[name]; !known {
			c.doc.Fault(at.Key("webhooks").Item(i), "channels.webhooks has no program of this name")
		}
	}
}

// checkNotices notes values that messages of a queue could not say.
func (c *checker) checkNotices(n *QueueNotices, at strictyaml.Path) {
	if n == nil {
		return
	}
	for i, f := range n.Fields {
		place := at.Key("fields").Item(i).Key("value")
		if err := mask.Check(f.Value); err != nil {
			c.doc.Fault(place, "%v", err)
		} else if strings.Contains(fmt.Sprint(f.Value, "/"), "/*/") {
			c.doc.Fault(place, "a message says one value: write its place without *")
		}
	}
}
