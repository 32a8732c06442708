package sqlstore

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"countersign/internal/callbacks"
)

func TestWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                                       nil,
		" -- \"' ":                               nil,
		"Approve order-4711!":                    {"approve", "order", "4711"},
		"Zo\u00eb Zoe\u0308 \u0141\u00d3D\u0179": {"zoe", "zoe", "\u0142odz"},
		"a\x00b\xffc":                            {"a", "b", "c"},
		"漢字 👍 x9":                                {"漢字", "x9"},
		"NEAR(a, \"b\")* OR c:d":                 {"near", "a", "b", "or", "c", "d"},
	} {
		if got := words(text); !slices.Equal(got, want) {
			t.Errorf("words(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestWordsOfCallback(t *testing.T) {
	t.Parallel()
	c := callbacks.Callback{Title: "Pay the order", Name: "pay", Function: "orders", Requester: callbacks.Requester{Email: "a@example.com"}}
	want := []string{"pay", "the", "order", "a", "example", "com", "orders", "urgent"}
	if got := wordsOf(c, []string{"urgent", "Pay"}); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// FuzzWords: whatever somebody types, a word is letters and digits, so that no database takes it for an operator.
func FuzzWords(f *testing.F) {
	for _, seed := range []string{"approve 4711", "\"'*:()&|!<->\\", "\xff\x00", "İstanbul ǅ ﬁ ½ ²"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, w := range words(text) {
			if w == "" || strings.ContainsFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
				t.Errorf("words(%q) holds %q", text, w)
			}
		}
	})
}

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
