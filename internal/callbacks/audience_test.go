package callbacks

import "testing"

// TestInAudience: an audience says which groups may sign, whatever is in their names.
func TestInAudience(t *testing.T) {
	t.Parallel()
	odd := (&Escalation{To: []string{`a "b" c`, "[x]", "finance leads", "é\n"}}).Audience()
	for _, group := range []string{`a "b" c`, "[x]", "finance leads", "é\n"} {
		p := Person{Groups: []string{"other", group}, Roles: Roles{Reviewer: true}}
		if !p.InAudience(odd) {
			t.Errorf("%q is not in %s", group, odd)
		}
		if p.Roles = (Roles{Auditor: true}); p.InAudience(odd) {
			t.Errorf("%q signs without a role that signs", group)
		}
	}
	for _, audience := range []string{"", "[]", `["leads"`, `leads`, odd} {
		p := Person{Groups: []string{"b", "x", "finance", "leads ", ""}, Roles: Roles{Admin: true}}
		if p.InAudience(audience) {
			t.Errorf("in %s", audience)
		}
	}
}
