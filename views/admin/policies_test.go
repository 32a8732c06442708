package admin_test

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/policy"
	"countersign/views"
	"countersign/views/admin"
	"countersign/views/pagetest"
	"countersign/views/viewstest"
)

func policiesPage(t *testing.T, m admin.Policies) *goquery.Document {
	t.Helper()
	return viewstest.HTML(t, admin.PoliciesPage(viewstest.Shell(views.PlacePolicies, "/admin/policies"), m))
}

// reads fails for each text that a part of the page lacks.
func reads(t *testing.T, doc *goquery.Document, part string, texts ...string) {
	t.Helper()
	got := viewstest.Words(doc.Find(part))
	for _, text := range texts {
		if !strings.Contains(got, text) {
			t.Errorf("%s lacks %q: %s", part, text, got)
		}
	}
}

// TestPoliciesPage: rules are said in words beside their lines, and findings mark theirs.
func TestPoliciesPage(t *testing.T) {
	t.Parallel()
	doc := policiesPage(t, pagetest.Policies(""))
	reads(t, doc, ".topbar", "2 queues, 2 rules")
	reads(t, doc, "[aria-labelledby=findings]", "2 warnings", "4 people seen, and 2 requests",
		"Rule large expenses needs 2 of finance-approvers, and 1 was seen in 30 days", "line 9",
		"The condition of large expenses cannot be evaluated for 1 of 2 requests", "Seen in 30 days: 4 people")
	reads(t, doc, "[aria-labelledby=queue-finance]", "2 pending", "Seen by members of finance-approvers, controllers.",
		"large expenses when payload.total >= 15000.0", "2 of finance-approvers and 1 of controllers.", "The requester may not sign",
		"Groups must have been read within", "If no condition holds, or one cannot be evaluated: large expenses")
	reads(t, doc, "#line-9.hit", "9 signatures: [{from: [finance-approvers], for: 2}")
	if doc.Find("#line-8.hit, [aria-labelledby=queue-default] .conf").Length() > 0 {
		t.Error("a line without a finding is marked, or a queue without lines has some")
	}
	if doc.Find(`a[href="#line-9"]`).Length() == 0 || doc.Find("form[method=post]").Length() == 0 {
		t.Error("no link to the line, or no form")
	}
	if doc.Find("button").FilterFunction(func(_ int, b *goquery.Selection) bool { return strings.Contains(b.Text(), "force") }).Length() > 0 {
		t.Error("a button puts a version in force")
	}
}

// TestPoliciesPage_Alarms: each request that too few people could decide says why.
func TestPoliciesPage_Alarms(t *testing.T) {
	t.Parallel()
	m := pagetest.Policies("")
	c := viewstest.Pending().Callback
	m.Alarms = []policy.Alarm{{Callback: c, Missing: []string{"controllers", "leads"}}, {Callback: c, Unconfigured: true}}
	var got []string
	policiesPage(t, m).Find("#alarms li .sub").Each(func(_ int, why *goquery.Selection) { got = append(got, viewstest.Words(why)) })
	callbackstest.Same(t, "why", got, []string{
		"Queue finance. Too few were seen of: controllers, leads.", "Queue finance is not configured any more, so nobody can sign.",
	})
}

// TestPoliciesPage_Asked: the answer says which rule a request gets and why, who could sign, and what
// a file would change.
func TestPoliciesPage_Asked(t *testing.T) {
	t.Parallel()
	doc := policiesPage(t, pagetest.PoliciesAsked(""))
	reads(t, doc, "[aria-labelledby=trial]", "Gets large expenses Its condition is the first that holds.", "everyday: not tried",
		"3 people seen here can sign. Missing even then: 1 more from finance-approvers.",
		"Mara Can sign finance-approvers", "Uwe Can sign, for Mara", "Teo Cannot in no group of the rule", "You have a role that signs")
	asked := pagetest.PoliciesAsked("")
	asked.Trial.Again = 2
	reads(t, policiesPage(t, asked), "[aria-labelledby=trial]", "3 people seen here can sign, and 2 more after signing in again. Missing")
	reads(t, doc, "[aria-labelledby=draft-trial]", "A condition cannot be evaluated. Large expenses : there is no total in the request.")
	reads(t, doc, "[aria-labelledby=plan-title]", "3 changes", "Roles, reviewers", "controllers, finance-approvers finance-approvers",
		"Roles, auditors", "Aiko finance May no longer sign", "People seen who would gain or lose the right to sign in a queue: 1 of 4.",
		"Queue finance, rule large expenses , signatures",
		"2 of finance-approvers and 1 of controllers 1 of finance-approvers and 1 of controllers", "Loosened",
		"2 of 2 pending requests would get other terms if they arrived now. They keep what they have. Roles and the groups of a queue are no terms: they change at once who may see and sign what waits.")
	reads(t, doc, "[aria-labelledby=lines-finance]", "− in force, + pasted", "8 when: payload.total >= 15000.0",
		"9 − signatures: [{from: [finance-approvers], for: 2}, {from: [controllers], for: 1}]",
		"9 + signatures: [{from: [finance-approvers], for: 1}, {from: [controllers], for: 1}]", "10 exclude: [requester]")
	if doc.Find("[aria-labelledby=lines-default]").Length() != 0 {
		t.Error("lines are shown of a queue that stays")
	}
	reads(t, doc, "#list > p", "3 pending requests keep version 9b40d1e7aa20 1 pending request keeps version a3f1c2e09d01")
	if doc.Find("#callback option[selected]").AttrOr("value", "") != "c1" {
		t.Error("the callback is not chosen any more")
	}
	stranded := doc.Find(`.lint li:has(a[href="/callbacks/c3"])`).Text()
	if !strings.Contains(stranded, "which would be gone") || !strings.Contains(stranded, "Stranded") {
		t.Errorf("a request whose queue would be gone: %q", stranded)
	}
	if text := doc.Text(); !strings.Contains(text, "1 pending request in a queue that would be gone.") {
		t.Error("nobody says that it could be signed by nobody")
	}
}

// TestPoliciesPage_Refused: what is wrong with a paste has its place, and what was pasted stays.
func TestPoliciesPage_Refused(t *testing.T) {
	t.Parallel()
	doc := policiesPage(t, pagetest.PoliciesRefused(""))
	reads(t, doc, "#file-faults", "2 faults", "queus: there is no such key: did you mean queues?", "line 1:1")
	reads(t, doc, "#request-faults", "/payload This is not JSON")
	if doc.Find("#file").Text() != "queus: {}" || doc.Find("#request").Text() != "{" {
		t.Errorf("kept %q and %q", doc.Find("#file").Text(), doc.Find("#request").Text())
	}
}

// TestSignersAlert: the line names the queues with requests that too few people could decide.
func TestSignersAlert(t *testing.T) {
	t.Parallel()
	const cannot = " cannot be decided by the people who were seen here in 30 days: "
	for want, counts := range map[string]map[string]int{
		"": {"finance": 0, "legal": 0},
		"1 pending request" + cannot + "legal 1.":                       {"finance": 0, "legal": 1},
		"12 pending requests" + cannot + "a 3, b 4, c 4, 1 more queue.": {"d": 1, "c": 4, "b": 4, "a": 3},
		"9 pending requests" + cannot + "a 1, b 2, c 3, 2 more queues.": {"e": 2, "d": 1, "c": 3, "b": 2, "a": 1},
	} {
		if got := admin.SignersAlert(counts); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
