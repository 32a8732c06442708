package printable_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"countersign/internal/printable"
)

// TestString has the attacks of "Trojan Source" and their kin, and beside them what must stay
// because people write so.
func TestString(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, want string }{
		"ASCII":                 {"Pay 5,000 EUR", "Pay 5,000 EUR"},
		"Override":              {"DE\u202e98 7654 3210", "DE⟨U+202E⟩98 7654 3210"},
		"EarlyReturn":           {"/*\u202e } \u2066if (isAdmin)\u2069 \u2066 begin admins only */", "/*⟨U+202E⟩ } \u2066if (isAdmin)\u2069 ⟨U+2066⟩ begin admins only */"},
		"StretchedString":       {"if role != \"user\u202e \u2066// Check if admin\u2069 \u2066\"", "if role != \"user⟨U+202E⟩ \u2066// Check if admin\u2069 ⟨U+2066⟩\""},
		"InvisibleFunction":     {"is\u200bAdmin", "is⟨U+200B⟩Admin"},
		"Embedding":             {"a\u202ab\u202bc\u202cd\u202de", "a⟨U+202A⟩b⟨U+202B⟩c⟨U+202C⟩d⟨U+202D⟩e"},
		"MarkTurnsDigits":       {"DE\u200f98 7654 3210", "DE⟨U+200F⟩98 7654 3210"},
		"MarkLeadsDigits":       {"\u200f98 7654", "⟨U+200F⟩98 7654"},
		"MarkFarFromLetters":    {strings.Repeat(". ", 80) + "\u200f" + strings.Repeat(". ", 80), strings.Repeat(". ", 80) + "⟨U+200F⟩" + strings.Repeat(". ", 80)},
		"IsolateTurns":          {"\u206798 7654 3210\u2069", "⟨U+2067⟩98 7654 3210⟨U+2069⟩"},
		"IsolateOpen":           {"a \u2068b", "a ⟨U+2068⟩b"},
		"IsolateOfTwoLines":     {"\u2068b", "⟨U+2068⟩b"},
		"PopAlone":              {"a\u2069b", "a⟨U+2069⟩b"},
		"NUL":                   {"a\x00b", "a⟨U+0000⟩b"},
		"Terminal":              {"\x1b]0;owned\a\x9b2J", "⟨U+001B⟩]0;owned⟨U+0007⟩⟨0x9B⟩2J"},
		"C1":                    {"\u009b2J\u0085", "⟨U+009B⟩2J⟨U+0085⟩"},
		"LineEnds":              {"a\r\nb\tc\u2028d\u2029e", "a⟨U+000D⟩⟨U+000A⟩b⟨U+0009⟩c⟨U+2028⟩d⟨U+2029⟩e"},
		"SoftHyphen":            {"Donau\u00addampf", "Donau⟨U+00AD⟩dampf"},
		"BOM":                   {"\ufeffRefund", "⟨U+FEFF⟩Refund"},
		"WordJoiner":            {"A\u2060B\u2063C", "A⟨U+2060⟩B⟨U+2063⟩C"},
		"Fillers":               {"a\u3164b\uffa0c\u115fd", "a⟨U+3164⟩b⟨U+FFA0⟩c⟨U+115F⟩d"},
		"Grapheme":              {"a\u034fb", "a⟨U+034F⟩b"},
		"Annotation":            {"\ufff9a\ufffab\ufffb", "⟨U+FFF9⟩a⟨U+FFFA⟩b⟨U+FFFB⟩"},
		"Tags":                  {"hi\U000E0068\U000E0069", "hi⟨U+E0068⟩⟨U+E0069⟩"},
		"TagsAfterAFlag":        {"\U0001F3F4" + strings.Repeat("\U000E0061", 9) + "\U000E007F", "\U0001F3F4" + strings.Repeat("⟨U+E0061⟩", 9) + "⟨U+E007F⟩"},
		"SmuggledSelectors":     {"😀\ufe0f\ufe01\U000E0101", "😀\ufe0f⟨U+FE01⟩⟨U+E0101⟩"},
		"SelectorOfALetter":     {"a\ufe0f1\ufe0f", "a⟨U+FE0F⟩1⟨U+FE0F⟩"},
		"JoinersInLatin":        {"admin\u200d\u200c", "admin⟨U+200D⟩⟨U+200C⟩"},
		"ManyJoiners":           {"ه\u200d\u200d\u200d", "ه\u200d⟨U+200D⟩⟨U+200D⟩"},
		"BrailleBlank":          {"a\u2800b", "a⟨U+2800⟩b"},
		"NoCharacter":           {"a\ufffeb\ufdd0\U0001fffe", "a⟨U+FFFE⟩b⟨U+FDD0⟩⟨U+1FFFE⟩"},
		"NotUTF8":               {"a\xffb\xc3", "a⟨0xFF⟩b⟨0xC3⟩"},
		"HalfASurrogatePair":    {"a\xed\xa0\x80", "a⟨U+D800⟩"},
		"Imitated":              {"a ⟨U+202E⟩ b ⟨0xFF⟩", "a ⟨U+27E8⟩U+202E⟩ b ⟨U+27E8⟩0xFF⟩"},
		"BracketsOfMathematics": {"⟨a, b⟩ and �", "⟨a, b⟩ and �"},

		"Hebrew":          {"שלום\u200f (120 USD)!", "שלום\u200f (120 USD)!"},
		"HebrewEnd":       {"שלום (120 USD)!\u200f", "שלום (120 USD)!\u200f"},
		"Arabic":          {"أحمد خليل", "أحمد خليل"},
		"LeftMark":        {"Order 4711\u200e", "Order 4711\u200e"},
		"ClosedIsolate":   {"For \u2068أحمد\u2069: 5,000 EUR", "For \u2068أحمد\u2069: 5,000 EUR"},
		"AgreeingIsolate": {"\u2067أحمد 12\u2069 \u2066a\u2069", "\u2067أحمد 12\u2069 \u2066a\u2069"},
		"Persian":         {"می\u200cخواهم", "می\u200cخواهم"},
		"PersianMarks":    {"کِ\u200cکَ", "کِ\u200cکَ"},
		"Devanagari":      {"क्\u200dष र्\u200cय", "क्\u200dष र्\u200cय"},
		"Sinhala":         {"ශ්\u200dරී", "ශ්\u200dරී"},
		"Mongolian":       {"ᠮᠣᠩ\u180bᠭ", "ᠮᠣᠩ\u180bᠭ"},
		"Thai":            {"ภาษา\u200bไทย", "ภาษา\u200bไทย"},
		"ArabicNumber":    {"\u0600١٢", "\u0600١٢"},
		"Han":             {"葛\U000E0100", "葛\U000E0100"},
		"Family":          {"👩🏽\u200d👩\u200d👧 ❤\ufe0f\u200d🔥 1\ufe0f\u20e3", "👩🏽\u200d👩\u200d👧 ❤\ufe0f\u200d🔥 1\ufe0f\u20e3"},
		"Scotland":        {"🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F", "🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F"},
		"Europe":          {"Žluťoučký kůň, naïve e\u0301 1\u00a0000\u202f€", "Žluťoučký kůň, naïve e\u0301 1\u00a0000\u202f€"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := printable.String(tc.text, printable.Line); got != tc.want {
				t.Errorf("got  %+q\nwant %+q", got, tc.want)
			}
		})
	}
}

// TestJSON: programs read the same, and whoever looks at it sees everything.
func TestJSON(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]string{
		`{"a":"b é"}`:                        `{"a":"b é"}`,
		"{\n\t\"a\": \"\u202e\"\r\n}":        "{\n\t\"a\": \"\\u202e\"\r\n}",
		"[\"\u009b2J\x7f\U000E0041 ⟨U+1⟩\"]": `["\u009b2J\u007f\udb40\udc41 \u27e8U+1⟩"]`,
		"[\"👩\u200d👧\",\"a\u200db\"]":        "[\"👩\u200d👧\",\"a\\u200db\"]",
	} {
		got := printable.JSON([]byte(document))
		if string(got) != want {
			t.Errorf("%+q\ngot  %+q\nwant %+q", document, got, want)
		}
		var before, after any
		if err := errors.Join(json.Unmarshal([]byte(document), &before), json.Unmarshal(got, &after)); err != nil || !reflect.DeepEqual(before, after) {
			t.Errorf("%+q says something else, %v", got, err)
		}
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	const text = "a\r\nb\rc\td\u00a0e می\u200cخ"
	for form, want := range map[printable.Form]string{
		printable.Line:  "a⟨U+000D⟩⟨U+000A⟩b⟨U+000D⟩c⟨U+0009⟩d\u00a0e می\u200cخ",
		printable.Lines: "a\r\nb⟨U+000D⟩c\td\u00a0e می\u200cخ",
		printable.Exact: "a⟨U+000D⟩\nb⟨U+000D⟩c\td\u00a0e می\u200cخ",
		printable.Apart: "a⟨U+000D⟩⟨U+000A⟩b⟨U+000D⟩c⟨U+0009⟩d⟨U+00A0⟩e می⟨U+200C⟩خ",
	} {
		if got := printable.String(text, form); got != want {
			t.Errorf("form %d: got %+q, want %+q", form, got, want)
		}
	}
}

// TestNothingUnseenAlone: of all characters there are, one without a shape never stands between two
// Latin letters as it is.
func TestNothingUnseenAlone(t *testing.T) {
	t.Parallel()
	shaped := func(r rune) bool { // formats that print
		return r >= 0x0600 && r <= 0x0605 || r == 0x06DD || r == 0x070F || r == 0x0890 || r == 0x0891 || r == 0x08E2 || r == 0x110BD || r == 0x110CD
	}
	// symbols and letters that are drawn blank
	blank := func(r rune) bool { return r == 0x2800 || r == 0x13441 || r == 0x13442 || r == 0x1D159 }
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) || shaped(r) {
			continue
		}
		unseen := unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector, unicode.Noncharacter_Code_Point)
		if got := printable.String("a"+string(r)+"1", printable.Line); (got != "a"+string(r)+"1") != (unseen || blank(r)) {
			// A left-to-right mark beside a Latin letter turns nothing.
			if r != '\u200e' {
				t.Errorf("%U is shown as %+q", r, got)
			}
		}
	}
}

func TestBrief(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text    string
		longest int
		want    string
	}{
		{" a\r\n\tb  c ", 10, "a b c"},
		{"\x1b[31mred\u202e", 40, "[31mred⟨U+202E⟩"},
		{"ééééé", 3, "éé…"},
		{"ééé", 3, "ééé"},
		{strings.Repeat("x", 1<<20), 5, "xxxx…"},
	} {
		if got := printable.Brief(tc.text, tc.longest); got != tc.want {
			t.Errorf("%.20q: got %q, want %q", tc.text, got, tc.want)
		}
	}
}

func TestAppendHalf(t *testing.T) {
	t.Parallel()
	for half := rune(0xD800); half <= 0xDFFF; half++ {
		if got := printable.Runs(string(printable.AppendHalf(nil, half)), printable.Line); len(got) != 1 || got[0].Char != half || !got[0].Hidden {
			t.Fatalf("%U is shown as %+v", half, got)
		}
	}
}

func TestHidden(t *testing.T) {
	t.Parallel()
	if got := string(printable.Hidden("a\u202e\u200b\u202e⟨U+1⟩\U0001F3F4", printable.Exact)); got != "\u202e\u200b" {
		t.Errorf("got %+q", got)
	}
	if got := printable.Hidden("שלום 👩\u200d👧\r\n", printable.Lines); got != nil {
		t.Errorf("got %U of what people write", got)
	}
}

func TestIsolate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"Dana": "Dana", "": "", "أحمد": "\u2068أحمد\u2069", "Dana ש": "\u2068Dana ש\u2069"} {
		if got := printable.Isolate(text); got != want {
			t.Errorf("got %+q, want %+q", got, want)
		}
		if got := printable.String(printable.Isolate(text)+" asks", printable.Line); got != want+" asks" {
			t.Errorf("our own isolates are marked: %+q", got)
		}
	}
}

// FuzzRuns: the runs are the text, and what is shown as it is needs no escape any more.
func FuzzRuns(f *testing.F) {
	for _, seed := range []string{"a", "DE\u202e98", "\u2068ש\u2069\u200f", "👩\u200d👧", "\xff\r\n", "⟨U+202E⟩", "🏴\U000E0067\U000E0062\U000E007F"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, form := range []printable.Form{printable.Line, printable.Lines, printable.Exact, printable.Apart} {
			var bytes int
			for _, run := range printable.Runs(text, form) {
				bytes += run.Bytes()
			}
			if bytes != len(text) {
				t.Errorf("%d bytes of %d in %+q", bytes, len(text), text)
			}
			if shown := printable.String(text, form); !utf8.ValidString(shown) || strings.ContainsAny(shown, "\x00\x1b\u202a\u202b\u202c\u202d\u202e\ufeff\u00ad") {
				t.Errorf("%+q is shown as %+q", text, shown)
			}
		}
	})
}
