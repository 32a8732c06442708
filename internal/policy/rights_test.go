package policy_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/callbacks"
	"countersign/internal/policy"
)

// TestCompare_Roles: a group that gains a role that signs loosens the policy; who reads everything
// is neither.
func TestCompare_Roles(t *testing.T) {
	t.Parallel()
	both := []string{"approvers", "controllers"}
	for name, tc := range map[string]struct {
		is          policy.Roles
		forth, back []policy.Change
	}{
		"Same": {policy.Roles{Reviewers: []string{"controllers", "approvers", "controllers"}}, nil, nil},
		"Gains": {policy.Roles{Reviewers: []string{"interns", "approvers", "controllers"}},
			[]policy.Change{{What: "reviewers", Direction: policy.Loosened, Was: "approvers, controllers", Is: "approvers, controllers, interns"}},
			[]policy.Change{{What: "reviewers", Direction: policy.Tightened, Was: "approvers, controllers, interns", Is: "approvers, controllers"}}},
		"Other": {policy.Roles{Reviewers: []string{"approvers", "interns"}},
			[]policy.Change{{What: "reviewers", Direction: policy.Altered, Was: "approvers, controllers", Is: "approvers, interns"}},
			[]policy.Change{{What: "reviewers", Direction: policy.Altered, Was: "approvers, interns", Is: "approvers, controllers"}}},
		"Admins": {policy.Roles{Reviewers: both, Admins: []string{"platform"}},
			[]policy.Change{{What: "admins", Direction: policy.Loosened, Is: "platform"}},
			[]policy.Change{{What: "admins", Direction: policy.Tightened, Was: "platform"}}},
		"Auditors": {policy.Roles{Reviewers: both, Auditors: []string{"audit"}},
			[]policy.Change{{What: "auditors", Direction: policy.Altered, Is: "audit"}},
			[]policy.Change{{What: "auditors", Direction: policy.Altered, Was: "audit"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			was, is := finance(nil), finance(nil)
			is.Roles = tc.is
			if diff := cmp.Diff(tc.forth, policy.Compare(was, is, nil).Changes); diff != "" {
				t.Errorf("forth: -want +got:\n%s", diff)
			}
			if diff := cmp.Diff(tc.back, policy.Compare(is, was, nil).Changes); diff != "" {
				t.Errorf("back: -want +got:\n%s", diff)
			}
		})
	}
}

// TestCompare_Rights: the people seen who could sign in a queue before, or only after, are named,
// whatever key it comes from.
func TestCompare_Rights(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		is   policy.Policy
		want []string
	}{
		"Same": {finance(nil), nil},
		"Role": {func() policy.Policy {
			p := finance(nil)
			p.Roles.Reviewers = []string{"approvers", "warehouse"}
			return p
		}(), []string{"Aiko [] [finance]", "Tomasz [] [finance]"}}, // Teo is in no group of the queue
		"Queue": {finance(func(q *callbacks.Queue) { q.Groups = []string{"approvers"} }),
			[]string{"Aiko [] [finance]", "Tomasz [] [finance]"}},
		"Places": {finance(func(q *callbacks.Queue) {
			q.Rules = []callbacks.Rule{{Name: "all", Terms: callbacks.Terms{Signatures: []callbacks.Threshold{{From: []string{"approvers"}, For: 1}}}}}
		}), []string{"Aiko [] [finance]", "Tomasz [] [finance]"}},
		"Renamed": {func() policy.Policy {
			p := finance(nil)
			p.Queues = callbacks.Queues{"money": p.Queues["finance"]}
			p.Roles.Reviewers = []string{"controllers"}
			return p
		}(), []string{"Aiko [money] [finance]", "Dana [] [finance]", "Mara [] [finance]", "Priya [] [finance]", "Tomasz [money] [finance]"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, r := range policy.Compare(finance(nil), tc.is, evidence(everybody)).Rights {
				got = append(got, fmt.Sprint(r.Person.Name, " ", r.Gains, " ", r.Loses))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestCompare_RightsAreTheGates: whoever is said to gain the right to sign is who the gate lets
// sign, whichever groups they are in.
func TestCompare_RightsAreTheGates(t *testing.T) {
	t.Parallel()
	groups := []string{"approvers", "controllers", "leads", "platform", "audit"}
	var people []policy.Known
	for bits := range 1 << len(groups) {
		one := person(fmt.Sprintf("P%02d", bits))
		for i, group := range groups {
			if bits>>i&1 == 1 {
				one.Groups = append(one.Groups, group)
			}
		}
		people = append(people, one)
	}
	escalate := &callbacks.Escalation{After: 0.5, To: []string{"leads"}}
	for name, terms := range map[string]callbacks.Terms{
		"Everybody": {Signatures: []callbacks.Threshold{{For: 1}}},
		"From":      {Signatures: []callbacks.Threshold{{From: []string{"controllers"}, For: 1}}},
		"Two":       {Signatures: []callbacks.Threshold{{From: []string{"approvers"}, For: 1}, {From: []string{"controllers"}, For: 1}}},
		"Escalated": {Signatures: []callbacks.Threshold{{From: []string{"controllers"}, For: 1}}, Escalate: escalate},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := finance(func(q *callbacks.Queue) { q.Rules = []callbacks.Rule{{Name: "all", Terms: terms}} })
			p.Roles = policy.Roles{Reviewers: []string{"approvers", "leads"}, Admins: []string{"platform"}, Auditors: []string{"audit"}}
			none := policy.Policy{Queues: callbacks.Queues{}, Roles: p.Roles}
			var want, got []string
			trial, _ := p.Try(request("1", callbacks.Callback{EscalatedAt: now}), evidence(people))
			for _, v := range trial.People[:trial.Can] {
				want = append(want, v.Person.Name)
			}
			for _, r := range policy.Compare(none, p, evidence(people)).Rights {
				got = append(got, r.Person.Name)
			}
			slices.Sort(want)
			if diff := cmp.Diff(want, got); diff != "" || len(got) == 0 || len(got) == len(people) {
				t.Errorf("-gate +plan:\n%s", diff)
			}
		})
	}
}
