package deskfile

import (
	"maps"
	"slices"

	"countersign/internal/callbacks"
	"countersign/internal/config/strictyaml"
)

// Desk is what one file says. It is read-only: many goroutines share it.
type Desk struct {
	Roles     Roles               `yaml:"roles"`
	Groups    map[string]Group    `yaml:"groups"`
	Queues    map[string]Queue    `yaml:"queues"`
	Sources   map[string]Source   `yaml:"sources"`
	Topics    map[string]Topic    `yaml:"snsTopics"`
	Functions map[string]Function `yaml:"functions"`
	Accounts  map[string]Account  `yaml:"accounts"`
	Channels  Channels            `yaml:"channels"`
	Routes    []Route             `yaml:"routes"`

	// Version names exactly what the file said.
	Version string

	text string
	doc  *strictyaml.Document
}

var deskKeys = strictyaml.Table{
	"roles":  {Help: "Who may do what.", Example: "{reviewers: [approvers]}", Required: true},
	"groups": {Help: "The provider's groups. If any are listed, roles and queues can name only these."},
	"queues": {
		Help:       "Where requests go, by name. Queue default always exists.",
		KeyPattern: namePattern,
		KeyWords:   nameWords,
	},
	"sources": {
		Help:       "Senders of webhooks, by name.",
		KeyPattern: namePattern,
		KeyWords:   nameWords,
	},
	"snsTopics": {
		Help: "SNS topics that announce callbacks, by ARN. Without any, POST /webhooks/sns " +
			"is off.",
		KeyPattern: `^arn:(aws|aws-cn|aws-us-gov|aws-eusc):sns:[a-z]{2,4}(-[a-z]{2,12}){1,2}-[0-9]{1,2}:[0-9]{12}:[A-Za-z0-9_-]{1,256}$`,
		KeyWords:   "write the ARN of a standard SNS topic",
	},
	"functions": {
		Help: "Lambda functions, by name or by ARN without version or alias. \"*\", also at " +
			"the end of an ARN: every durable function of a region.",
		KeyPattern: `^(arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:)?([*]|[a-zA-Z0-9_-]{1,64})$`,
		KeyWords:   "write a Lambda function's name, its ARN without version or alias, or \"*\"",
	},
	"accounts": {
		Help:       "AWS accounts beside that of the default credentials, by number.",
		KeyPattern: `^[0-9]{12}$`,
		KeyWords:   "write the 12 digits of an AWS account",
	},
	"channels": {
		Help: "How people and programs are told of requests; see [notices.md](notices.md). " +
			"Without any, nobody is told.",
	},
	"routes": {
		Help: "Other places for messages about some requests. The first that matches counts; " +
			"see [notices.md](notices.md).",
	},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (Desk) Table() strictyaml.Table { return deskKeys }

// Text is what the file said, of which Version is the hash. It names secrets, and holds none.
func (d *Desk) Text() string { return d.text }

// Place returns the line and column of a path such as queues.finance.rules[0], or of the nearest one
// above it that the file has.
func (d *Desk) Place(path string) (line, column int) {
	place := d.doc.PlaceOf(strictyaml.Path(path))
	return place.Line, place.Column
}

// QueueLines returns the lines in which the file speaks of a queue, and the number of the first. It
// returns none for a queue of which it says nothing.
func (d *Desk) QueueLines(name string) (first int, lines []string) {
	at := strictyaml.Path("queues").Key(name)
	if !d.doc.Has(at) {
		return 0, nil
	}
	return d.doc.Block(at)
}

// Roles are the groups that give each role. A person may have several.
type Roles struct {
	Reviewers []string `yaml:"reviewers"`
	Admins    []string `yaml:"admins"`
	Auditors  []string `yaml:"auditors"`
}

var rolesKeys = strictyaml.Table{
	"reviewers": {Help: "Groups that decide, in their queues.", Example: "[approvers]", Required: true},
	"admins": {
		Help: "Groups that see every callback, and look after deliveries, requesters, rules, " +
			"assignments, channels and sessions. They decide in the queues of their " +
			"groups.",
		Example: "[platform-team]",
	},
	"auditors": {Help: "Groups that read everything and decide nothing.", Example: "[audit]"},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (Roles) Table() strictyaml.Table { return rolesKeys }

// Group is a group of the OpenID provider, and the places where its members are reached together.
type Group struct {
	Slack string   `yaml:"slack"`
	Email []string `yaml:"email"`
	Teams []string `yaml:"teams"`
}

var groupKeys = strictyaml.Table{
	"slack": {
		Help:    "Slack channel. A private one by its ID, and the app is its member.",
		Example: "'#finance'",
		Pattern: slackPattern,
		Words:   slackWords,
	},
	"email": {
		Help:    "Mailing lists.",
		Example: "[finance@example.com]",
		Pattern: mailPattern,
		Words:   mailWords,
		Max:     20,
	},
	"teams": {Help: "Places of channels.teams.", Example: "[finance-room]", Max: 20},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (Group) Table() strictyaml.Table { return groupKeys }

// inForce fills in what follows from the rest: the default queue, and the account of functions whose
// ARN has one that is listed.
func (d *Desk) inForce() {
	queues := maps.Clone(d.Queues)
	if queues == nil {
		queues = make(map[string]Queue)
	}
	queue := queues[callbacks.DefaultQueue]
	queue.Groups = slices.Clone(d.groupsOf(callbacks.DefaultQueue))
	queues[callbacks.DefaultQueue] = queue
	d.Queues = queues
	d.watchesInForce()
}
