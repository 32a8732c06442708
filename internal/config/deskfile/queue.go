package deskfile

import (
	"maps"
	"slices"

	"countersign/internal/callbacks"
	"countersign/internal/config/strictyaml"
)

// Queue says who sees and decides the requests of a queue, and how.
type Queue struct {
	Groups    []string `yaml:"groups" example:"[finance-approvers]" help:"Groups whose members see and decide the queue. Required, except for default, which has the reviewers' groups."`
	KeepAlive string   `yaml:"keepAlive" enum:"review,queued" default:"review" example:"queued" help:"When heartbeats go out: while somebody reviews the request (review), or also while it waits for a reviewer (queued)."`
	FourEyes  bool     `yaml:"fourEyes" default:"false" example:"true" help:"Whether requesters are kept from deciding their own requests."`
	RejectAs  string   `yaml:"rejectAs" enum:"failure,success" default:"failure" example:"success" help:"What the usual reject does: fail the callback with ErrorType Rejected (failure), or complete it with {\"approved\":false,…} (success)."`
}

// FourEyes returns the names of the queues that require four eyes, sorted.
func (d *Desk) FourEyes() (names []string) {
	for _, name := range slices.Sorted(maps.Keys(d.Queues)) {
		if d.Queues[name].FourEyes {
			names = append(names, name)
		}
	}
	return names
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
