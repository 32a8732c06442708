package doctor

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

// statement is one statement of an IAM policy.
type statement struct {
	Effect    string
	Action    []string
	Resource  []string
	Condition map[string]map[string]string `json:",omitempty"`
}

func allow(actions, resources []string) statement {
	return statement{Effect: "Allow", Action: actions, Resource: resources}
}

// policy returns the least privileges that the functions need. Actions that are checked against
// executions get ARNs with a version. The list of executions gets both forms, because it is checked
// against the function as a request names it. roles are the roles to assume, keys what encrypts
// results.
func policy(functions []function, roles []string, keys ...statement) string {
	var versions, both []string
	every := false
	for _, f := range functions {
		if f.coveredBy(functions) {
			continue
		}
		arn := f.place.arn()
		versions = append(versions, arn+":*")
		if f.Watched {
			both = append(both, arn, arn+":*")
		}
		every = every || f.Name == Every
	}
	var statements []statement
	if versions != nil {
		statements = append(statements, allow(names(slices.Concat(sends, reads)), versions))
	}
	if both != nil {
		statements = append(statements, allow(names([]Action{ListExecutions}), both))
	}
	if every {
		statements = append(statements, allow(names([]Action{ListFunctions}), []string{"*"}))
	}
	if len(roles) > 0 {
		statements = append(statements, allow([]string{assumeRole}, slices.Clone(roles)))
	}
	statements = append(statements, keys...)
	for i := range statements {
		slices.Sort(statements[i].Resource)
		statements[i].Resource = slices.Compact(statements[i].Resource)
	}
	text, _ := json.MarshalIndent(struct { // only strings, cannot fail
		Version   string
		Statement []statement
	}{"2012-10-17", statements}, "", "  ")
	return string(text) + "\n"
}

// Policies are keyed by account number. The key of the default credentials is empty.
type Policies map[string]string

// defaults is the name of the default credentials, if policies have names.
const defaults = "default"

// String returns a single policy as it is, or several as a JSON object by account number, with that
// of the default credentials under the name default.
func (p Policies) String() string {
	if own, found := p[""]; found && len(p) == 1 {
		return own
	}
	named := map[string]json.RawMessage{}
	for number, policy := range p {
		named[cmp.Or(number, defaults)] = json.RawMessage(policy)
	}
	text, _ := json.MarshalIndent(named, "", "  ") // valid JSON from policy
	return string(text) + "\n"
}

// coveredBy reports whether the policy names every function in the place of this one.
func (f function) coveredBy(all []function) bool {
	every := f.place
	every.function = Every
	return f.Name != Every && slices.ContainsFunc(all, func(other function) bool { return other.place == every })
}

// names returns the actions as a policy names them.
func names(actions []Action) (all []string) {
	for _, a := range actions {
		all = append(all, a.String())
	}
	return all
}

// Placeholders returns the placeholders that stand in a policy for unknown parts.
func Placeholders(policy string) []string {
	return slices.DeleteFunc([]string{AccountPlaceholder, RegionPlaceholder, FunctionPlaceholder}, func(p string) bool {
		return !strings.Contains(policy, p)
	})
}
