package people_test

import (
	"regexp"
	"strings"
	"testing"

	"countersign/internal/people"
)

// TestID: one key for issuer and subject together, the same on every replica.
func TestID(t *testing.T) {
	t.Parallel()
	const issuer, want = "https://login.example.com", "ahhdkwmytbbxwspdgh7nwjdbxpde4crc"
	if got := people.ID(issuer, "mara"); got != want {
		t.Errorf("the key is %q, replicas of other versions say %q", got, want)
	}
	seen := map[string][2]string{}
	for _, pair := range [][2]string{
		{issuer, "mara"}, {"https://id.example.org", "mara"}, {issuer, "dana"}, {issuer, ""}, {issuer, "MARA"},
		{issuer + "/a", "b"}, {issuer, "/ab"}, {issuer + "/", "ab"}, {issuer, "a\nb"}, {issuer, strings.Repeat("ü", 127)},
	} {
		id := people.ID(pair[0], pair[1])
		if other, twice := seen[id]; twice {
			t.Errorf("%q and %q are one person", pair, other)
		}
		seen[id] = pair
		if !regexp.MustCompile(`^[a-z2-7]{32}$`).MatchString(id) {
			t.Errorf("the key of %q is %q", pair, id)
		}
	}
}
