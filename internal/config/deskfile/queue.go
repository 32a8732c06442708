package deskfile

import (
	"cmp"
	"maps"
	"slices"

	"countersign/internal/callbacks"
	"countersign/internal/config/strictyaml"
	"countersign/internal/mask"
)

// Queue says who sees and decides the requests of a queue, and how.
type Queue struct {
	Groups       []string `yaml:"groups"`
	KeepAlive    string   `yaml:"keepAlive"`
	KeepAliveMax string   `yaml:"keepAliveMax"`
	FourEyes     bool     `yaml:"fourEyes"`
	RejectAs     string   `yaml:"rejectAs"`
	Free         string   `yaml:"free"`
	Masked       []string `yaml:"masked"`
	Rules        []Rule   `yaml:"rules"`
	Otherwise    string   `yaml:"otherwise"`

	GroupsNotOlderThan string `yaml:"groupsNotOlderThan"`

	Notices *QueueNotices `yaml:"notices"`
}

var queueKeys = strictyaml.Table{
	"groups": {
		Help: "Groups whose members see and decide the queue. Required, except for default, " +
			"which has the reviewers' groups.",
		Example: "[finance-approvers]",
	},
	"keepAlive": {
		Help: "When heartbeats go out: while somebody reviews the request (review), also " +
			"while a signature waits for others (signed; for at most keepAliveMax after " +
			"the first), or always while it is pending (queued).",
		Example: "queued",
		Default: "review",
		Enum:    []string{"review", "signed", "queued"},
	},
	"keepAliveMax": {
		Help: "How long signatures that wait for others send heartbeats at most, from the " +
			"first.",
		Example: "2h",
		Default: "COUNTERSIGN_REVIEW_MAX",
		Pattern: spanPattern,
		Words:   spanWords,
	},
	"fourEyes": {
		Help:    "Whether requesters are kept from deciding their own requests.",
		Example: "true",
		Default: "false",
	},
	"rejectAs": {
		Help: "What the usual reject does: fail the callback with ErrorType Rejected " +
			"(failure), or complete it with {\"approved\":false,…} (success).",
		Example: "success",
		Default: "failure",
		Enum:    []string{"failure", "success"},
	},
	"free": {
		Help: "Which callbacks take an answer that the reviewer writes, see " +
			"[answers.md](answers.md): those that nobody announced (found), all, or none " +
			"(never).",
		Example: "always",
		Default: "found",
		Enum:    []string{"found", "always", "never"},
	},
	"masked": {
		Help: "JSON pointers to values of the payload that nobody sees before they reveal " +
			"them, on record; * is each element. A sender can name more. See " +
			"[masks.md](masks.md).",
		Example: "[/vendor/iban, /cards/*/number]",
		Max:     50,
	},
	"rules": {
		Help: "Who must sign, by the first rule whose condition holds; see " +
			"[signatures.md](signatures.md). Without rules one person of the groups signs.",
		Max: 20,
	},
	"otherwise": {
		Help: "Rule of requests for which no condition holds, or one cannot be evaluated; " +
			"then the stricter of the two rules.",
		Example: "large expenses",
		Default: "the first rule",
	},
	"groupsNotOlderThan": {
		Help:    "A signature needs groups that the provider named within this time.",
		Example: "8h",
		Pattern: spanPattern,
		Words:   spanWords,
	},
	"notices": {Help: "What messages about its requests may say, see [notices.md](notices.md)."},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (Queue) Table() strictyaml.Table { return queueKeys }

// FourEyes returns the names of the queues that require four eyes of some requests, sorted.
func (d *Desk) FourEyes() (names []string) {
	for _, name := range slices.Sorted(maps.Keys(d.Queues)) {
		queue := d.Queues[name]
		if queue.FourEyes || slices.ContainsFunc(queue.Rules, func(r Rule) bool { return len(r.Exclude) > 0 }) {
			names = append(names, name)
		}
	}
	return names
}

// groupsOf returns the groups that see a queue.
func (d *Desk) groupsOf(queue string) []string {
	if groups := d.Queues[queue].Groups; len(groups) > 0 || queue != callbacks.DefaultQueue {
		return groups
	}
	return d.Roles.Reviewers
}

// Domain is the queue in the type of the domain. version is that of the file.
func (q Queue) Domain(name string, version callbacks.ConfigVersion) callbacks.Queue {
	domain := callbacks.Queue{
		Name: name, Groups: q.Groups, KeepAlive: callbacks.KeepAlive(q.KeepAlive), KeepAliveMax: duration(q.KeepAliveMax), RejectAs: callbacks.Kind(q.RejectAs),
		Free:   callbacks.Free(cmp.Or(q.Free, string(callbacks.FreeFound))),
		Masked: q.Masked, Otherwise: q.Otherwise, Version: version, FourEyes: q.FourEyes, GroupsNotOlderThan: duration(q.GroupsNotOlderThan),
	}
	for _, rule := range q.Rules {
		domain.Rules = append(domain.Rules, rule.Domain())
	}
	return domain
}

// checkQueues notes queues in which nobody could decide.
func (c *checker) checkQueues() {
	for name, queue := range c.desk.Queues {
		at := strictyaml.Path("queues").Key(name)
		groups := at.Key("groups")
		if len(queue.Groups) == 0 && name != callbacks.DefaultQueue && !c.doc.Faulty(at) {
			c.doc.Fault(groups, "nobody could decide in this queue: write groups: [finance-approvers]")
		}
		c.checkGroups(groups, queue.Groups)
		c.checkMasked(at.Key("masked"), queue.Masked)
		c.checkRules(name, queue, at)
		c.checkNotices(queue.Notices, at.Key("notices"))
	}
}

// checkMasked notes what is no JSON pointer.
func (c *checker) checkMasked(at strictyaml.Path, pointers []string) {
	for i, pointer := range pointers {
		if err := mask.Check(pointer); err != nil {
			c.doc.Fault(at.Item(i), "%v", err)
		}
	}
}

// checkRoles notes roles that nobody has although somebody must.
func (c *checker) checkRoles() {
	roles, at := c.desk.Roles, strictyaml.Path("roles")
	if reviewers := at.Key("reviewers"); c.doc.Has(reviewers) && len(roles.Reviewers) == 0 && !c.doc.Faulty(reviewers) {
		c.doc.Fault(reviewers, "the list is empty, so nobody could decide: write reviewers: [approvers]")
	}
	c.checkGroups(at.Key("reviewers"), roles.Reviewers)
	c.checkGroups(at.Key("admins"), roles.Admins)
	c.checkGroups(at.Key("auditors"), roles.Auditors)
}

// checkGroups notes groups that the file does not list, if it lists any.
func (c *checker) checkGroups(at strictyaml.Path, groups []string) {
	if !c.doc.Has("groups") || c.doc.Unsure("groups") {
		return
	}
	for i, group := range groups {
		if _, listed := c.desk.Groups[group]; group != "" && !listed {
			c.lost(at.Item(i), "group", group, "groups", slices.Collect(maps.Keys(c.desk.Groups)))
		}
	}
}

// checkAddressed notes queues that a sender may address and that do not exist.
func (c *checker) checkAddressed(at strictyaml.Path, queues []string) {
	for i, queue := range queues {
		c.checkQueue(at.Item(i), queue)
	}
}

func (c *checker) checkQueue(at strictyaml.Path, queue string) {
	if _, exists := c.desk.Queues[queue]; !exists && queue != "" && queue != callbacks.DefaultQueue {
		c.lost(at, "queue", queue, "queues", append(slices.Collect(maps.Keys(c.desk.Queues)), callbacks.DefaultQueue))
	}
}

// lost notes a name that leads nowhere: list is the key that should have it.
func (c *checker) lost(at strictyaml.Path, what, name, list string, known []string) {
	if c.doc.Unsure(strictyaml.Path(list)) {
		return
	}
	slices.Sort(known)
	if near := strictyaml.Nearest(name, known); near != "" {
		c.doc.Fault(at, "there is no %s %q: did you mean %s?", what, name, near)
		return
	}
	c.doc.Fault(at, "there is no %s %q: add it under %s, or write another", what, name, list)
}
