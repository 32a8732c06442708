package policy

import (
	"slices"
	"strings"

	"countersign/internal/callbacks"
)

// Right is what a change gives to somebody who was seen, and takes from them: queues in which they
// could sign in their own right. The names are sorted.
type Right struct {
	Person       callbacks.Person
	Gains, Loses []string
}

// rolesDiffer compares which groups give a role. Reviewers and admins sign; auditors only read.
func rolesDiffer(was, is Roles) (all []Change) {
	for _, role := range []struct {
		name    string
		was, is []string
		signs   bool
	}{
		{"reviewers", was.Reviewers, is.Reviewers, true},
		{"admins", was.Admins, is.Admins, true},
		{"auditors", was.Auditors, is.Auditors, false},
	} {
		before, after := slices.Compact(sorted(role.was)), slices.Compact(sorted(role.is))
		if slices.Equal(before, after) {
			continue
		}
		change := Change{What: role.name, Direction: Altered, Was: list(before), Is: list(after)}
		if role.signs {
			change.Direction = membership(before, after)
		}
		all = append(all, change)
	}
	return all
}

// rights compares in which queues the people seen could sign, in the order of their names.
func rights(was, is Policy, people []Known) (all []Right) {
	before, after := was.signing(people), is.signing(people)
	for i, one := range people {
		gains, loses := without(after[i], before[i]), without(before[i], after[i])
		if len(gains)+len(loses) > 0 {
			all = append(all, Right{one.Person, gains, loses})
		}
	}
	slices.SortStableFunc(all, func(a, b Right) int {
		return strings.Compare(a.Person.Actor().Name, b.Person.Actor().Name)
	})
	return all
}

// signing returns for each person the queues in which they could sign in their own right: where
// roles and groups let them fill a place of a rule, from the start or once it escalates.
func (p Policy) signing(people []Known) [][]string {
	all := make([][]string, len(people))
	for _, name := range sortedKeys(p.Queues) {
		q := p.Queues[name]
		binding := rules(q)
		for i, one := range people {
			one.Roles = p.Roles.of(one.Person)
			if one.Roles.Reviewer || one.Roles.Admin {
				if slices.ContainsFunc(binding, func(r callbacks.Rule) bool { return place{queue: q, rule: r}.takes(one.Person) }) {
					all[i] = append(all[i], name)
				}
			}
		}
	}
	return all
}

// takes reports whether the groups of somebody who signs let them fill a place of the rule.
func (at place) takes(p callbacks.Person) bool {
	if e := at.rule.Escalate; e != nil && p.InGroup(e.To) {
		return true
	}
	return p.InGroup(at.queue.Groups) && slices.ContainsFunc(at.rule.Signatures,
		func(t callbacks.Threshold) bool { return p.InGroup(at.from(t)) })
}

// without returns those of some names that are not among others.
func without(some, others []string) (left []string) {
	for _, name := range some {
		if !slices.Contains(others, name) {
			left = append(left, name)
		}
	}
	return left
}
