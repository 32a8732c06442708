package auth_test

import (
	"testing"
	"time"

	"countersign/internal/standin/oidc"
)

// TestIssued: to whom and when an ID token was issued, through the whole sign-in.
func TestIssued(t *testing.T) {
	t.Parallel()
	in := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
	for name, c := range map[string]struct {
		claims  map[string]any
		refused bool
	}{
		"OurAZP":                {map[string]any{"azp": "countersign"}, false},
		"OtherAZP":              {map[string]any{"azp": "another-client"}, true},
		"SeveralAudiences":      {map[string]any{"aud": []string{"countersign", "api"}}, true},
		"SeveralWithOurAZP":     {map[string]any{"aud": []string{"api", "countersign"}, "azp": "countersign"}, false},
		"SeveralWithOtherAZP":   {map[string]any{"aud": []string{"countersign", "api"}, "azp": "api"}, true},
		"OneAudienceInAList":    {map[string]any{"aud": []string{"countersign"}}, false},
		"OtherAudience":         {map[string]any{"aud": []string{"api"}, "azp": "countersign"}, true},
		"IssuedAheadOfOurClock": {map[string]any{"iat": in(10 * time.Minute)}, true},
		"IssuedALittleAhead":    {map[string]any{"iat": in(time.Minute)}, false},
		"IssuedLongAgo":         {map[string]any{"iat": in(-time.Hour)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			user := dana
			user.Claims = c.claims
			r.SetUsers([]oidc.User{user})
			b := r.browser(t)
			if a := b.signIn("/"); (a.kind() == "token") != c.refused {
				t.Errorf("status %d: %s", a.StatusCode, a.text)
			}
			if _, ok := b.person(); ok == c.refused {
				t.Errorf("signed in: %t", ok)
			}
		})
	}
}
