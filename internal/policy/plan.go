package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"countersign/internal/callbacks"
	"countersign/internal/plural"
)

// Plan is what a version of the rules would change.
type Plan struct {
	Changes []Change // of roles, then in order of queues and rules
	Rights  []Right  // of the people seen, by name
	// Pending are requests that wait and would get other terms if they arrived under the new
	// version. They keep the terms that they have, see [Plan.Kept].
	Pending []Difference
	Waiting int // how many pending requests were compared
	// Stranded are requests that wait in a queue that the new version does not have.
	Stranded []callbacks.Callback
	// Past are how many of Compared requests in any state would get fewer or more signatures.
	Fewer, More, Compared int
}

// Kept says what becomes of the requests that wait.
func (p *Plan) Kept() string {
	text := fmt.Sprintf("%d of %s would get other terms if they arrived now. They keep what they have.",
		len(p.Pending), plural.Count(p.Waiting, "pending request"))
	if slices.ContainsFunc(p.Changes, func(c Change) bool { return c.Queue == "" || c.What == "groups" }) {
		text += " Roles and the groups of a queue are no terms: they change at once who may see and sign what waits."
	}
	return text
}

// Difference is a request for which two versions ask differently.
type Difference struct {
	Callback  callbacks.Callback
	Direction Direction
	Was, Is   callbacks.Requirement
}

// Compare says what it would mean to go from one policy to another. Without evidence nothing is
// known of people and requests.
func Compare(was, is Policy, e *Evidence) Plan {
	p := Plan{Changes: append(rolesDiffer(was.Roles, is.Roles), changes(was, is)...)}
	if e == nil {
		return p
	}
	p.Rights = rights(was, is, e.People)
	for _, name := range sortedKeys(e.Requests) {
		for _, r := range e.Requests[name] {
			p.compare(is, r)
		}
	}
	return p
}

// compare adds what would become of a request.
func (p *Plan) compare(is Policy, r Request) {
	queue, known := is.Queues[r.Callback.Queue]
	if !known {
		if r.Callback.State == callbacks.Pending {
			p.Stranded = append(p.Stranded, r.Callback)
		}
		return
	}
	if r.Unread {
		return
	}
	c := r.Callback
	before, after := c.Requirement, queue.Bind(&c, &r.Content)
	p.Compared++
	switch d := after.Places() - before.Places(); {
	case d < 0:
		p.Fewer++
	case d > 0:
		p.More++
	}
	if c.State != callbacks.Pending {
		return
	}
	p.Waiting++
	found := differ(before.Terms, after.Terms)
	if len(found) == 0 && before.Rule == after.Rule {
		return
	}
	var directions []Direction
	for _, one := range found {
		directions = append(directions, one.Direction)
	}
	p.Pending = append(p.Pending, Difference{Callback: c, Direction: together(directions), Was: before, Is: after})
}

// changes compares the queues of two policies, one by one.
func changes(was, is Policy) (all []Change) {
	names := make(map[string]bool)
	for _, p := range []Policy{was, is} {
		for name := range p.Queues {
			names[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		before, had := was.Queues[name]
		after, has := is.Queues[name]
		switch {
		case !had:
			all = append(all, Change{Queue: name, What: "queue", Direction: Added, Is: "seen by " + strings.Join(after.Groups, ", ")})
			all = append(all, rulesOf(name, callbacks.Queue{}, after)...)
		case !has:
			all = append(all, Change{Queue: name, What: "queue", Direction: Removed, Was: "seen by " + strings.Join(before.Groups, ", ")})
		default:
			all = append(all, queueOf(name, before, after)...)
			all = append(all, rulesOf(name, before, after)...)
		}
	}
	return all
}

// queueOf compares what a queue says besides its rules.
func queueOf(name string, was, is callbacks.Queue) (all []Change) {
	if before, after := sorted(was.Groups), sorted(is.Groups); !slices.Equal(before, after) {
		all = append(all, Change{Queue: name, What: "groups", Direction: groups(before, after), Was: list(before), Is: list(after)})
	}
	if before, after := fallback(was), fallback(is); before != after {
		all = append(all, Change{Queue: name, What: "otherwise", Direction: otherwise(was, is), Was: before, Is: after})
	}
	return all
}

func sortedKeys[T any](all map[string]T) []string { return slices.Sorted(maps.Keys(all)) }

func sorted(all []string) []string { return slices.Sorted(slices.Values(all)) }

func fallback(q callbacks.Queue) string {
	if len(q.Rules) == 0 {
		return ""
	}
	return q.Fallback().Name
}

// rulesOf compares the rules of a queue by their names, and their order.
func rulesOf(name string, was, is callbacks.Queue) (all []Change) {
	var before []callbacks.Rule
	if was.Name != "" {
		before = rules(was)
	}
	is.Rules = rules(is)
	find := func(in []callbacks.Rule, rule string) int {
		return slices.IndexFunc(in, func(r callbacks.Rule) bool { return r.Name == rule })
	}
	last := -1
	for at, rule := range is.Rules {
		i := find(before, rule.Name)
		if i < 0 {
			all = append(all, Change{Queue: name, Rule: rule.Name, What: "rule", Direction: Added, Is: Signatures(rule.Terms)})
			continue
		}
		found := differ(before[i].Terms, rule.Terms)
		if before[i].When != rule.When {
			found = append([]Change{{What: "when", Direction: condition(before[i], is, at), Was: always(before[i].When), Is: always(rule.When)}}, found...)
		}
		if i < last {
			found = append(found, Change{What: "order", Direction: order(rule, is, overtaken(before[i:], is.Rules[:at])), Is: "after " + before[last].Name})
		}
		last = max(last, i)
		for _, one := range found {
			one.Queue, one.Rule = name, rule.Name
			all = append(all, one)
		}
	}
	for _, rule := range before {
		if find(is.Rules, rule.Name) < 0 {
			all = append(all, Change{Queue: name, Rule: rule.Name, What: "rule", Direction: Removed, Was: Signatures(rule.Terms)})
		}
	}
	return all
}

func always(when string) string {
	if when == "" {
		return "every request"
	}
	return when
}
