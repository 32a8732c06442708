package e2e_test

import (
	"net/http"
	"testing"
)

// ruledDesk asks for two signatures under one rule, and for one under the other.
const ruledDesk = `roles: {reviewers: [approvers], admins: [platform-team], auditors: [audit]}
queues:
  finance:
    groups: [finance-approvers, approvers]
    rules: # the first whose condition holds
      - name: large expenses
        when: payload.total >= 5000.0
        signatures: [{from: [finance-approvers], for: 2}]
        exclude: [requester]
        reason: [against]
      - {name: everyday, signatures: [{for: 1}]}
    otherwise: large expenses
    groupsNotOlderThan: 8h
sources:
  ` + source + `: {secrets: [{file: webhook-secret}]}
`

// TestPolicies: an auditor reads who must sign beside the lines that say so, tries a request that
// waits, and asks what another file would change, without scripts. A reviewer sees none of it.
func TestPolicies(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(settings map[string]string) { settings[deskText] = ruledDesk })
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	if status := mara.open("/admin/policies"); status != http.StatusForbidden {
		t.Errorf("the policies answer a reviewer %d, want 403", status)
	}
	priya := w.visitor(t, "priya")
	priya.runScripts(false)
	priya.open("/admin/policies")
	priya.enter()
	priya.reads("#findings", "Findings")
	priya.reads(".lint", "Rule large expenses needs 2 of finance-approvers, and 1 was seen in 30 days")
	priya.reads("#line-8.hit", "signatures: [{from: [finance-approvers], for: 2}]")
	priya.inspect("policies")

	priya.fill("#callback", quote(a.id))
	priya.fill("#file", "`"+ruledDesk+"`.replace('for: 2', 'for: 1')")
	priya.submit(".ask button")
	priya.reads("[aria-labelledby=trial]", "large expenses", "Mara Okafor", "Can sign")
	priya.reads("[aria-labelledby=plan-title]", "Loosened", "1 of 1 pending request")
	priya.inspect("policies-asked")

	priya.fill("#file", "'queus: {}'")
	priya.submit(".ask button")
	priya.reads("#file-faults", "queus: there is no such key: did you mean queues?", "line 1:1")
	if kept := eval[string](priya, `document.querySelector("#file").value`); kept != "queus: {}" {
		t.Errorf("the form keeps %q", kept)
	}
	priya.inspect("policies-refused")
}
