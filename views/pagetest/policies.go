package pagetest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/delegation"
	"countersign/internal/fault"
	"countersign/internal/people"
	"countersign/internal/policy"
	"countersign/views/admin"
	"countersign/views/viewstest"
)

// lines are a file in which each queue begins with its name.
type lines []string

// Place implements [policy.Text]. Every rule is in the line that says who must sign.
func (l lines) Place(path string) (line, column int) {
	for i, text := range l {
		if strings.Contains(path, ".rules[") && strings.Contains(text, "signatures:") {
			return i + 1, 9
		}
	}
	return 1, 1
}

// QueueLines implements [policy.Text].
func (l lines) QueueLines(queue string) (first int, all []string) {
	if queue != "finance" {
		return 0, nil
	}
	return 4, l[3:]
}

// total is a condition that a request's payload fulfils if it has a total.
type total struct{}

// Holds implements [callbacks.Condition].
func (total) Holds(r *callbacks.Reading) (bool, error) {
	if !strings.Contains(string(r.Content.Payload), "total") {
		return false, errors.New("there is no total in the request")
	}
	return true, nil
}

// financePolicy asks for signatures of two approvers and one controller. word stands wherever the
// file has a text of its author.
func financePolicy(places int, word string) policy.Policy {
	file := lines{
		"roles: {reviewers: [finance-approvers, controllers]}", "", "queues:", "  finance: # " + word,
		"    groups: [finance-approvers, controllers]", "    rules:", "      - name: large expenses " + word,
		"        when: payload.total >= 15000.0", fmt.Sprintf("        signatures: [{from: [finance-approvers], for: %d}, {from: [controllers], for: 1}]", places),
		"        exclude: [requester]", "      - {name: everyday, signatures: [{for: 1}]}", "    groupsNotOlderThan: 8h",
	}
	large := callbacks.Terms{
		Signatures: []callbacks.Threshold{{From: []string{"finance-approvers"}, For: places}, {From: []string{"controllers"}, For: 1}},
		Exclude:    []callbacks.Exclusion{callbacks.ExcludeRequester}, Reason: []callbacks.Stance{callbacks.Against},
	}
	return policy.Policy{
		Version: "6a1f09c2d4e87b35", Roles: policy.Roles{Reviewers: []string{"finance-approvers", "controllers"}}, Text: file,
		Queues: callbacks.Queues{
			"default": {Name: "default", Groups: []string{"finance-approvers"}},
			"finance": {
				Name: "finance", Groups: []string{"finance-approvers", "controllers"}, FourEyes: true, GroupsNotOlderThan: 8 * time.Hour,
				Rules: []callbacks.Rule{
					{Name: "large expenses " + word, When: "payload.total >= 15000.0 " + word, Condition: total{}, Terms: large},
					{Name: "everyday", Terms: callbacks.Terms{Signatures: []callbacks.Threshold{{For: 1}}}},
				},
			},
		},
	}
}

// Policies is the page of a desk that has seen four people and two requests. word stands wherever
// others wrote something.
func Policies(word string) admin.Policies {
	known := func(name string, groups ...string) policy.Known {
		return policy.Known{Person: callbacks.Person{
			ID: "p-" + name, Name: name + " " + word, Email: strings.ToLower(name) + "@harborline.example", EmailVerified: true,
			Groups: append(groups, word), GroupsReadAt: viewstest.Now.Add(-time.Hour),
		}, LastSeenAt: viewstest.Now}
	}
	request := func(id callbacks.ID, payload string) policy.Request {
		c := viewstest.Pending().Callback
		c.ID, c.Queue, c.Title, c.Requirement = id, "finance", "EXP-2296 "+word, callbacks.OneSignature
		c.Requester = callbacks.Requester{Name: "Ines " + word, Email: "ines@harborline.example"}
		return policy.Request{Callback: c, Content: callbacks.Content{Payload: []byte(payload)}}
	}
	m := admin.Policies{File: "/etc/countersign/countersign.yaml"}
	m.InForce = financePolicy(2, word)
	m.Bound = map[callbacks.ConfigVersion]int{m.InForce.Version: 4, "a3f1c2e09d01c55e": 1, "9b40d1e7aa2011cd": 3}
	m.Evidence = &policy.Evidence{
		Now: viewstest.Now, People: []policy.Known{known("Mara", "finance-approvers"), known("Aiko", "controllers"), known("Teo", "warehouse"), known("Uwe", "warehouse")},
		Requests: map[string][]policy.Request{"finance": {request("c1", `{"total":18420.00}`), request("c2", "{}")}},
	}
	mara := m.Evidence.People[0].Person
	m.Evidence.Delegations = delegation.NewIndex([]delegation.Held{{Delegation: delegation.Delegation{
		ID: "d1", From: mara.Actor(), To: callbacks.Actor{ID: "p-Uwe"}, Queues: []string{"finance"},
		Since: viewstest.Now.Add(-time.Hour), Until: viewstest.Now.Add(time.Hour),
	}}}, func(people.Profile) callbacks.Person { return mara })
	m.Findings = m.InForce.Examine(m.Evidence)
	return m
}

// PoliciesAsked is the same page with an answer: the first request is tried, and another file is
// compared, which asks for one approver and gives controllers no role.
func PoliciesAsked(word string) admin.Policies {
	m := Policies(word)
	draft := financePolicy(1, word)
	draft.Roles = policy.Roles{Reviewers: []string{"finance-approvers"}, Auditors: []string{"audit " + word}}
	trial, _ := m.InForce.Try(m.Evidence.Requests["finance"][0], m.Evidence)
	under, _ := draft.Try(m.Evidence.Requests["finance"][1], m.Evidence)
	compared := policy.Compare(m.InForce, draft, m.Evidence)
	waits := m.Evidence.Requests["finance"][0].Callback
	waits.ID, waits.Queue = "c3", "gone "+word
	compared.Stranded = []callbacks.Callback{waits}
	m.Title, m.Trial, m.DraftTrial, m.Draft, m.Plan = "EXP-2296 "+word, &trial, &under, &draft, &compared
	m.DraftFindings = draft.Examine(m.Evidence)
	m.Question = policy.Question{Callback: "c1", File: "# " + word}
	return m
}

// PoliciesRefused is the page after a file and a request that are wrong.
func PoliciesRefused(word string) admin.Policies {
	m := Policies(word)
	m.Question = policy.Question{Request: "{" + word, File: "queus: {}" + word}
	m.RequestFaults = fault.List{{Pointer: "/payload", Detail: "This is not JSON: " + word}}
	m.FileFault = errors.New("countersign.yaml:1:1: queus: there is no such key: did you mean queues?\ncountersign.yaml:2:3: " + word)
	return m
}
