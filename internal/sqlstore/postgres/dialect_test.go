package postgres

import (
	"strings"
	"testing"
)

func TestNumbered(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"select 1":               "select 1",
		"a = ? and b in (?, ?)":  "a = $1 and b in ($2, $3)",
		"?":                      "$1",
		strings.Repeat("?,", 11): "$1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,",
	} {
		if got := numbered(text); got != want {
			t.Errorf("numbered(%q) = %q, want %q", text, got, want)
		}
	}
}
