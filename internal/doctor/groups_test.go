package doctor_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/internal/doctor"
)

// TestGroupsAgain_Google: it has a parameter in place of the scope.
func TestGroupsAgain_Google(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ params, want, todo string }{
		"Whole":     {"access_type=offline&prompt=consent", "ok groups are read again with the refresh token that access_type=offline asks for", ""},
		"NoConsent": {"access_type=offline", "warning groups are read again with the refresh token that access_type=offline asks for, which Google gives once", "Add prompt=consent"},
		"Nothing":   {"", "ok groups are read again from userinfo", "access_type=offline&prompt=consent"},
		"Online":    {"access_type=online", "ok groups are read again from userinfo", "access_type=offline&prompt=consent"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			params, err := url.ParseQuery(c.params)
			if err != nil {
				t.Fatal(err)
			}
			f := groupsFinding(t, doctor.Provider{
				Issuer: "https://accounts.google.com", Scopes: []string{"openid", "email", "profile"}, Params: params, GroupsMaxAge: 8 * time.Hour,
				Metadata: doctor.Metadata{Issuer: "https://accounts.google.com", Scopes: []string{"openid", "email", "profile"}, UserInfo: "/userinfo"},
			})
			if todo := strings.Join(f.Do, "\n"); !strings.HasPrefix(f.Level.String()+" "+f.Text, c.want) || (todo == "") != (c.todo == "") || !strings.Contains(todo, c.todo) {
				t.Errorf("%s %s; to do: %q", f.Level, f.Text, todo)
			}
		})
	}
}

// groupsFinding is the one line about groups.
func groupsFinding(t *testing.T, p doctor.Provider) doctor.Finding {
	t.Helper()
	var found []doctor.Finding
	for _, f := range doctor.ProviderSections(p, nil)[0].Findings {
		if strings.HasPrefix(f.Text, "groups are ") {
			found = append(found, f)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d lines: %+v", len(found), found)
	}
	return found[0]
}

// TestGroupsAgain has the three ways, and what to set for a better one.
func TestGroupsAgain(t *testing.T) {
	t.Parallel()
	const add, allow = "add offline_access to COUNTERSIGN_OIDC_SCOPES", "Allow the client to use refresh tokens"
	plain, offline := []string{"openid", "groups"}, []string{"openid", "groups", "offline_access"}
	for name, c := range map[string]struct {
		asks, lists, grants []string
		userinfo            string
		want, todo          string
	}{
		"Refresh":          {offline, offline, nil, "/userinfo", "ok groups are read again with the refresh token", ""},
		"RefreshSaid":      {offline, offline, []string{"authorization_code", "refresh_token"}, "", "ok groups are read again with the refresh token", ""},
		"RefreshNotListed": {offline, plain, nil, "/userinfo", "ok groups are read again with the refresh token", ""},
		"NoRefresh":        {offline, offline, []string{"authorization_code"}, "/userinfo", "ok groups are read again from userinfo", allow},
		"Userinfo":         {plain, offline, nil, "/userinfo", "ok groups are read again from userinfo", add},
		"UserinfoOnly":     {plain, plain, nil, "/userinfo", "ok groups are read again from userinfo", ""},
		"Neither":          {plain, nil, nil, "", "warning groups are not read again after the sign-in", ""},
		"NeitherYet":       {plain, offline, nil, "", "warning groups are not read again after the sign-in", add},
		"NeitherForGood":   {offline, offline, []string{"authorization_code"}, "", "warning groups are not read again after the sign-in", allow},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := groupsFinding(t, doctor.Provider{
				Scopes: c.asks, GroupsMaxAge: 8 * time.Hour,
				Metadata: doctor.Metadata{Scopes: c.lists, GrantTypes: c.grants, UserInfo: c.userinfo},
			})
			if !strings.HasPrefix(found.Level.String()+" "+found.Text, c.want) {
				t.Fatalf("got %+v, want %s", found, c.want)
			}
			if todo := strings.Join(found.Do, "\n"); (todo == "") != (c.todo == "") || !strings.Contains(todo, c.todo) {
				t.Errorf("to do: %q, want %q", todo, c.todo)
			}
			if strings.Contains(found.Text, "must sign in again") && !strings.Contains(found.Text, "once their groups are 8h old") {
				t.Errorf("it does not say when: %s", found.Text)
			}
		})
	}
}
