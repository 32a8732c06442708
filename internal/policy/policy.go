// Package policy judges rules before they bind anybody: what nobody could satisfy as far as the desk
// has seen ([Policy.Examine]), what a request would get and who could sign it ([Policy.Try]), and
// what another version of the rules would change ([Compare]). It also finds pending requests that too
// few people who were seen could decide ([Alarms]). It decides nothing: rules bind requests in package
// callbacks, by the same code.
//
// The desk knows only people who have signed in. So findings say "seen", never "exists".
package policy

import (
	"slices"

	"countersign/internal/callbacks"
)

// Policy is what one version of countersign.yaml says about who may sign.
type Policy struct {
	Version callbacks.ConfigVersion
	Queues  callbacks.Queues
	Roles   Roles
	// Remote are the functions whose results are encoded by something that may be away, sorted.
	Remote []string
	Text   Text // nil if it does not come from a file
}

// Text is the file that says a policy. Lines and columns count from 1.
type Text interface {
	// Place returns where a path such as queues.finance.rules[0] is, or the nearest one above it.
	Place(path string) (line, column int)
	// QueueLines returns the lines that speak of a queue, and the number of the first.
	QueueLines(queue string) (first int, lines []string)
}

// Roles are the groups that give each role.
type Roles struct{ Reviewers, Admins, Auditors []string }

// of returns the roles of a member of groups.
func (r Roles) of(p callbacks.Person) callbacks.Roles {
	return callbacks.Roles{Reviewer: p.InGroup(r.Reviewers), Admin: p.InGroup(r.Admins), Auditor: p.InGroup(r.Auditors)}
}

// signs reports whether members of a group have a role that signs.
func (r Roles) signs(group string) bool {
	return slices.Contains(r.Reviewers, group) || slices.Contains(r.Admins, group)
}

// rules returns what a queue may bind a request to: its rules, or the one that holds without rules.
// Each has all that the queue adds.
func rules(q callbacks.Queue) []callbacks.Rule {
	all := slices.Clone(q.Rules)
	if len(all) == 0 {
		all = []callbacks.Rule{{Terms: callbacks.OneSignature.Terms}}
	}
	for i := range all {
		if q.FourEyes && !all[i].ExcludesRequester() {
			all[i].Exclude = []callbacks.Exclusion{callbacks.ExcludeRequester}
		}
		all[i].GroupsNotOlderThan = q.GroupsNotOlderThan
	}
	return all
}
