package config

import (
	"encoding/base64"
	"strings"
	"testing"
)

var (
	goodKey  = base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))
	olderKey = base64.StdEncoding.EncodeToString([]byte(strings.Repeat("o", 32)))
)

func TestSessionKeyProblems(t *testing.T) {
	t.Parallel()
	const postgres = "postgres://desk:pw@db/countersign"
	many := make([]string, 9)
	for i := range many {
		many[i] = base64.StdEncoding.EncodeToString([]byte(strings.Repeat(string(rune('a'+i)), 32)))
	}
	for _, tc := range []struct{ name, database, keys, want string }{
		{"none on SQLite", "sqlite:desk.db", "", ""},
		{"one", postgres, goodKey, ""},
		{"one while it is replaced", postgres, goodKey + " , " + olderKey, ""},
		{"none on PostgreSQL", postgres, "", "COUNTERSIGN_SESSION_KEY is required unless the database is a SQLite file, the same for all replicas: make one with `openssl rand -base64 32`"},
		{"short", "sqlite:desk.db", base64.StdEncoding.EncodeToString(make([]byte, 31)), "32 bytes in base64 in each key, key 1 has not"},
		{"no base64", postgres, goodKey + ",?", "key 2 has not"},
		{"twice", postgres, goodKey + "," + goodKey, "has key 2 twice"},
		{"too many", postgres, strings.Join(many, ","), "has 9 keys; at most 8"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c, err := load(variables("DATABASE_URL", tc.database, "SESSION_KEY", tc.keys), nil)
			switch {
			case tc.want == "" && err != nil:
				t.Error(err)
			case tc.want == "" && tc.keys != "" && string(c.Session.Keys.Bytes()[0]) != strings.Repeat("k", 32):
				t.Errorf("the first key is %q", c.Session.Keys.Bytes()[0])
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
				t.Errorf("got %v\nwant %s", err, tc.want)
			}
		})
	}
}
