package auth_test

import (
	"fmt"
	"strings"
	"testing"

	"countersign/internal/auth"
	"countersign/internal/callbacks"
	"countersign/internal/standin/oidc"
)

// TestGroupForms: of each form in which groups come the desk reads them, or its log and audit say
// what came and what to do. It never guesses: what looks like a list, a path or a name is none.
func TestGroupForms(t *testing.T) {
	t.Parallel()
	many := make([]any, 1200)
	for i := range many {
		many[i] = fmt.Sprintf("group %d", i)
	}
	object := []any{map[string]any{"id": "1", "name": "approvers"}}
	for name, c := range map[string]struct {
		roles  string // the group that has the role of reviewer
		claim  string
		claims map[string]any
		fault  auth.Fault // none: a reviewer
		says   string
	}{
		"List":             {"approvers", "groups", map[string]any{"groups": []any{"other", "approvers"}}, "", ""},
		"OneText":          {"approvers", "groups", map[string]any{"groups": "approvers"}, "", ""},
		"NameWithCommas":   {"CN=Approvers,OU=Groups,DC=corp", "groups", map[string]any{"groups": []any{"CN=Approvers,OU=Groups,DC=corp"}}, "", ""},
		"OneWithCommas":    {"CN=Approvers,OU=Groups,DC=corp", "groups", map[string]any{"groups": "CN=Approvers,OU=Groups,DC=corp"}, "", ""},
		"PathAsSet":        {"/approvers", "groups", map[string]any{"groups": []any{"/approvers"}}, "", ""},
		"MemberOfObjects":  {"approvers", "groups.name", map[string]any{"groups": object}, "", ""},
		"MemberDeeper":     {"approvers", "access.groups.name", map[string]any{"access": map[string]any{"groups": object}}, "", ""},
		"ListAsText":       {"approvers", "groups", map[string]any{"groups": "[other, approvers]"}, auth.FaultGroupsText, `"[other, approvers]"`},
		"JSONAsText":       {"approvers", "groups", map[string]any{"groups": `["other","approvers"]`}, auth.FaultGroupsText, `"[\"other\",\"approvers\"]"`},
		"CommasAsText":     {"approvers", "groups", map[string]any{"groups": "other,approvers"}, auth.FaultGroupsText, `"other,approvers"`},
		"DirectoryName":    {"approvers", "groups", map[string]any{"groups": "CN=Approvers,DC=corp"}, auth.FaultGroupsOther, `"CN=Approvers,DC=corp"`},
		"TextInList":       {"approvers", "groups", map[string]any{"groups": []any{"other,approvers"}}, auth.FaultGroupsText, `"other,approvers"`},
		"Paths":            {"approvers", "groups", map[string]any{"groups": []any{"/approvers", "/a/b"}}, auth.FaultGroupsPaths, `"/approvers", "/a/b"`},
		"Objects":          {"approvers", "groups", map[string]any{"groups": object}, auth.FaultGroupsForm, `one of them is {"id":"1","name":"approvers"}`},
		"ObjectOfGroups":   {"approvers", "groups", map[string]any{"groups": map[string]any{"approvers": true}}, auth.FaultGroupsForm, `it is {"approvers":true}`},
		"OtherMember":      {"approvers", "groups.title", map[string]any{"groups": object}, auth.FaultGroupsMissing, `"groups.title"; there are `},
		"Missing":          {"approvers", "teams", map[string]any{"roles": []any{"approvers"}}, auth.FaultGroupsMissing, `"teams"; there are `},
		"Empty":            {"approvers", "groups", map[string]any{"groups": []any{}}, auth.FaultGroupsNone, "the groups claim was empty"},
		"Null":             {"approvers", "groups", map[string]any{"groups": nil}, auth.FaultGroupsNone, "the groups claim was empty"},
		"EmptyText":        {"approvers", "groups", map[string]any{"groups": ""}, auth.FaultGroupsNone, ""},
		"Others":           {"approvers", "groups", map[string]any{"groups": []any{"Approvers", "staff"}}, auth.FaultGroupsOther, `"Approvers", "staff"`},
		"TooMany":          {"approvers", "groups", map[string]any{"groups": many}, auth.FaultGroupsCut, "1000 are read, 200 are not; the first are \"group 0\", \"group 1\""},
		"TooManyWithARole": {"group 7", "groups", map[string]any{"groups": many}, "", ""},
		"OverageByHint":    {"approvers", "groups", map[string]any{"groups": nil, "hasgroups": true}, auth.FaultGroupsOverage, "they do not fit into a token"},
		"Overage": {"approvers", "groups", map[string]any{
			"groups": nil, "_claim_names": map[string]any{"groups": "src1"},
			"_claim_sources": map[string]any{"src1": map[string]any{"endpoint": "https://graph.example.com/users/1/getMemberObjects"}},
		}, auth.FaultGroupsOverage, "they do not fit into a token"},
		"Unprintable": {"approvers", "groups", map[string]any{"groups": []any{"staff\u202eevil\n", strings.Repeat("x", 500)}}, auth.FaultGroupsOther, `"staff⟨U+202E⟩evil", "` + strings.Repeat("x", 79) + `…"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(_ *rig, cfg *auth.Config) {
				cfg.GroupsClaim, cfg.Roles = c.claim, auth.RoleGroups{Reviewer: []string{c.roles}}
			})
			user := dana
			user.Claims = c.claims
			r.SetUsers([]oidc.User{user})
			b := r.browser(t)
			if p := b.mustSignIn(); p.Roles != (callbacks.Roles{Reviewer: c.fault == ""}) {
				t.Errorf("roles %+v", p.Roles)
			}
			checkLack(t, r, b, c.fault, c.says)
		})
	}
}

// checkLack compares log, audit and what a refused page is told.
func checkLack(t *testing.T, r *rig, b *browser, fault auth.Fault, says string) {
	t.Helper()
	log, audit := r.log.String(), strings.Join(r.actions(), "\n")
	if fault == "" {
		if strings.Contains(log, "without a role") || !strings.HasSuffix(audit, "Signed in as reviewer.") {
			t.Errorf("log: %s\naudit: %s", log, audit)
		}
		return
	}
	refused := b.get("/why")
	if !strings.Contains(log, "fault="+string(fault)) || !strings.Contains(audit, "Signed in without a role: ") ||
		!strings.Contains(audit, says) || refused.Header.Get("Fault") != string(fault) || !strings.Contains(refused.text, says) {
		t.Errorf("log: %s\naudit: %s\nrefused: %s %s\nwant %s and %q", log, audit, refused.Header.Get("Fault"), refused.text, fault, says)
	}
	if len(audit) > 2000 || len(log) > 4000 {
		t.Errorf("%d bytes of audit, %d of log", len(audit), len(log))
	}
	if words := fault.ForPerson(); words == "" || strings.Contains(words, "claim") || strings.Contains(words, "COUNTERSIGN") {
		t.Errorf("the person reads %q", words)
	}
}

// TestUnreadGroupsAreLogged: somebody with a role may still miss queues.
func TestUnreadGroupsAreLogged(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	user := dana
	user.Claims = map[string]any{"groups": append([]string{"approvers"}, make([]string, 1000)...)}
	r.SetUsers([]oidc.User{user})
	r.browser(t).mustSignIn()
	if log := r.log.String(); !strings.Contains(log, "read=1000") || !strings.Contains(log, "unread=1") {
		t.Errorf("log: %s", log)
	}
}

// TestGroupsInUserinfo: what the ID token has in a form that is not read, userinfo may have in one
// that is.
func TestGroupsInUserinfo(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.move(t, "ES256")
	m.token = func(claims map[string]any) { claims["groups"] = map[string]any{"approvers": "1"} }
	if p := r.browser(t).mustSignIn(); !p.Roles.Reviewer {
		t.Errorf("groups %q; log: %s", p.Groups, r.log)
	}
}

// TestWithoutRoleByOldSession: a session of the version before does not know what came beside its
// groups.
func TestWithoutRoleByOldSession(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(_ *rig, cfg *auth.Config) { cfg.Roles = auth.RoleGroups{Admin: []string{"operators"}} })
	b := r.browser(t)
	b.mustSignIn()
	r.forgetFields(t, b.cookie("countersign"), "unread")
	if a := b.get("/why"); a.Header.Get("Fault") != string(auth.FaultGroupsOther) || !strings.Contains(a.text, `"finance", "approvers"`) {
		t.Errorf("%s %s", a.Header.Get("Fault"), a.text)
	}
}
