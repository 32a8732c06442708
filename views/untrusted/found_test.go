package untrusted

import (
	"strings"
	"testing"
)

// TestFound: a text stays whole and foreign, whatever is marked in it.
func TestFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, search, want string }{
		{"Kansai Precision", "kans", "<mark>Kans</mark>ai Precision"},
		{"Trip to Osaka", "OSAKA trip", "<mark>Trip</mark> to Osaka"},
		{"Trip", "", "Trip"},
		{"Trip", "b", "Trip"},
		{"<b>Trip</b>", "<b>", "<mark>&lt;b&gt;</mark>Trip&lt;/b&gt;"},
		{"İstanbul", "bul", "İstanbul"},
		{"Zürich", "zür", "<mark>Zür</mark>ich"},
		{"Zürich", "\xbc", "Zürich"},
		{"", "a", ""},
	} {
		var b strings.Builder
		if err := Found(c.text, c.search).Render(t.Context(), &b); err != nil || b.String() != c.want {
			t.Errorf("%q in %q: %s, %v", c.search, c.text, b.String(), err)
		}
	}
}
