package words

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

func TestWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ asked, indexed []string }{
		"":                                       {},
		" -- \"' ":                               {},
		"Approve order-4711!":                    {[]string{"approve", "order", "4711"}, []string{"approve", "order", "4711"}},
		"Zo\u00eb Zoe\u0308 \u0141\u00d3D\u0179": {[]string{"zoe", "lodz"}, []string{"zoe", "lodz"}},
		"a\x00b\xffc":                            {[]string{"a", "b", "c"}, []string{"a", "b", "c"}},
		"漢字 👍 x9":                                {[]string{"漢字", "x9"}, []string{"漢字", "字", "x9", "9"}},
		"NEAR(a, \"b\")* OR c:d":                 {[]string{"near", "a", "b", "or", "c", "d"}, []string{"near", "a", "b", "or", "c", "d"}},
		"返金申請書A1":                                {[]string{"返金申請", "金申請書", "a1"}, []string{"返金申請", "金申請書", "申請書", "請書", "書", "a1", "1"}},
		"expenseApproval":                        {[]string{"expenseapproval"}, []string{"expenseapproval", "approval"}},
		"PDFExport":                              {[]string{"pdfexport"}, []string{"pdfexport", "export"}},
	} {
		if got := Asked(text); !slices.Equal(got, want.asked) {
			t.Errorf("Asked(%q) = %q, want %q", text, got, want.asked)
		}
		if got := Indexed(text); !slices.Equal(got, want.indexed) {
			t.Errorf("Indexed(%q) = %q, want %q", text, got, want.indexed)
		}
	}
}

// TestWordsAreBounded: the inside of a word adds little to the index, whoever wrote it.
func TestWordsAreBounded(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"Humps": strings.Repeat("aB", 5_000), "Digits": strings.Repeat("a1", 5_000), "Solid": strings.Repeat("申請書類", 2_500),
	} {
		total := 0
		for _, w := range Indexed(text) {
			total += len(w)
		}
		if total > 4*len(text) {
			t.Errorf("%s: %d bytes become %d", name, len(text), total)
		}
	}
}

// FuzzWords: whatever somebody types, a word is letters and digits, so that no database takes it
// for an operator, and a text is found by itself.
func FuzzWords(f *testing.F) {
	for _, seed := range []string{"approve 4711", "\"'*:()&|!<->\\", "\xff\x00", "İstanbul ǅ ﬁ ½ ²", "返金申請 expenseApproval ß Ａ 〇 각가", "ᄀ\u200bᅡ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		kept := Indexed(text)
		for _, w := range append(Asked(text), kept...) {
			if w == "" || strings.ContainsFunc(w, func(r rune) bool { return !isWordLetter(r) && !unicode.Is(unicode.Mn, r) }) {
				t.Errorf("%q gives the word %q", text, w)
			}
		}
		for _, w := range Asked(text) {
			if len(w) <= MaxLength && !slices.ContainsFunc(kept, func(k string) bool { return strings.HasPrefix(k, w) }) {
				t.Errorf("%q is not found by its own %q", text, w)
			}
		}
	})
}
