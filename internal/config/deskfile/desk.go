package deskfile

import (
	"maps"
	"slices"

	"countersign/internal/callbacks"
	"countersign/internal/config/strictyaml"
)

// Desk is what one file says. It is read-only: many goroutines share it.
type Desk struct {
	Roles     Roles               `yaml:"roles" required:"true" example:"{reviewers: [approvers]}" help:"Who may do what."`
	Groups    map[string]Group    `yaml:"groups" help:"The provider's groups. If any are listed, roles and queues can name only these."`
	Queues    map[string]Queue    `yaml:"queues" keys:"^[a-z0-9][a-z0-9_-]{0,62}$" keywords:"write 1 to 63 of a-z, 0-9, - and _" help:"Where requests go, by name. Queue default always exists."`
	Sources   map[string]Source   `yaml:"sources" keys:"^[a-z0-9][a-z0-9_-]{0,62}$" keywords:"write 1 to 63 of a-z, 0-9, - and _" help:"Senders of webhooks, by name."`
	Topics    map[string]Topic    `yaml:"snsTopics" keys:"^arn:(aws|aws-cn|aws-us-gov|aws-eusc):sns:[a-z]{2,4}(-[a-z]{2,12}){1,2}-[0-9]{1,2}:[0-9]{12}:[A-Za-z0-9_-]{1,256}$" keywords:"write the ARN of a standard SNS topic" help:"SNS topics that announce callbacks, by ARN. Without any, POST /webhooks/sns is off."`
	Functions map[string]Function `yaml:"functions" keys:"^(arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:)?([*]|[a-zA-Z0-9_-]{1,64})$" keywords:"write a Lambda function's name, its ARN without version or alias, or \"*\"" help:"Lambda functions, by name or by ARN without version or alias. \"*\", also at the end of an ARN: every durable function of a region."`
	Accounts  map[string]Account  `yaml:"accounts" keys:"^[0-9]{12}$" keywords:"write the 12 digits of an AWS account" help:"AWS accounts beside that of the default credentials, by number."`
	Channels  Channels            `yaml:"channels" help:"How people and programs are told of requests; see [notices.md](notices.md). Without any, nobody is told."`
	Routes    []Route             `yaml:"routes" help:"Other places for messages about some requests. The first that matches counts; see [notices.md](notices.md)."`

	// Version names exactly what the file said.
	Version string

	text string
	doc  *strictyaml.Document
}

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
	Reviewers []string `yaml:"reviewers" required:"true" example:"[approvers]" help:"Groups that decide, in their queues."`
	Admins    []string `yaml:"admins" example:"[platform-team]" help:"Groups that see every callback, and look after deliveries, requesters, rules, assignments, channels and sessions. They decide in the queues of their groups."`
	Auditors  []string `yaml:"auditors" example:"[audit]" help:"Groups that read everything and decide nothing."`
}

// Group is a group of the OpenID provider, and the places where its members are reached together.
type Group struct {
	Slack string   `yaml:"slack" example:"'#finance'" pattern:"^(#[^\\s#,:]{1,80}|[CG][A-Z0-9]{8,20})$" words:"write a channel's name in quotes, as '#finance', or its ID" help:"Slack channel. A private one by its ID, and the app is its member."`
	Email []string `yaml:"email" example:"[finance@example.com]" pattern:"^[^\\s@<>,;]+@[^\\s@<>,;]+[.][^\\s@<>,;.]+$" words:"write an address alone, as finance@example.com" max:"20" help:"Mailing lists."`
	Teams []string `yaml:"teams" example:"[finance-room]" max:"20" help:"Places of channels.teams."`
}

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
