package doctor_test

import (
	"strings"
	"testing"
	"time"

	"countersign/internal/doctor"
)

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
		"NoRefresh":        {offline, offline, []string{"authorization_code"}, "/userinfo", "ok groups are read again at userinfo", allow},
		"Userinfo":         {plain, offline, nil, "/userinfo", "ok groups are read again at userinfo", add},
		"UserinfoOnly":     {plain, plain, nil, "/userinfo", "ok groups are read again at userinfo", ""},
		"Neither":          {plain, nil, nil, "", "warning groups are not read again after the sign-in", ""},
		"NeitherYet":       {plain, offline, nil, "", "warning groups are not read again after the sign-in", add},
		"NeitherForGood":   {offline, offline, []string{"authorization_code"}, "", "warning groups are not read again after the sign-in", allow},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sections := doctor.ProviderSections(doctor.Provider{
				Scopes: c.asks, GroupsMaxAge: 8 * time.Hour,
				Metadata: doctor.Metadata{Scopes: c.lists, GrantTypes: c.grants, UserInfo: c.userinfo},
			}, nil)
			var found []doctor.Finding
			for _, f := range sections[0].Findings {
				if strings.HasPrefix(f.Text, "groups are ") {
					found = append(found, f)
				}
			}
			if len(found) != 1 || !strings.HasPrefix(found[0].Level.String()+" "+found[0].Text, c.want) {
				t.Fatalf("got %+v, want %s", found, c.want)
			}
			if todo := strings.Join(found[0].Do, "\n"); (todo == "") != (c.todo == "") || !strings.Contains(todo, c.todo) {
				t.Errorf("to do: %q, want %q", todo, c.todo)
			}
			if strings.Contains(found[0].Text, "signs in again") && !strings.Contains(found[0].Text, "once their groups are 8h old") {
				t.Errorf("it does not say when: %s", found[0].Text)
			}
		})
	}
}
