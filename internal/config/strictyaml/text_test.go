package strictyaml

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// garden is what the files of these tests are about.
type garden struct {
	Name  string          `yaml:"name"`
	Beds  map[string]bed  `yaml:"beds"`
	Gates map[string]*bed `yaml:"gates"`
	Tools []string        `yaml:"tools"`
	Open  bool            `yaml:"open"`
}

var gardenKeys = Table{
	"name":  {Example: "Kew"},
	"beds":  {KeyPattern: `^[a-z]+$`, KeyWords: "write a-z"},
	"gates": {},
	"tools": {Example: "[spade]", Max: 3},
	"open":  {},
}

// Table describes the keys, as Described has it.
func (garden) Table() Table { return gardenKeys }

type bed struct {
	Plants []plant `yaml:"plants"`
	Soil   string  `yaml:"soil"`
	Depth  int     `yaml:"depth"`
}

var bedKeys = Table{
	"plants": {},
	"soil":   {Enum: []string{"clay", "sand"}},
	"depth":  {Default: "30", Least: 10, Most: 200},
}

// Table describes the keys, as Described has it.
func (bed) Table() Table { return bedKeys }

type plant struct {
	Kind string `yaml:"kind"`
}

var plantKeys = Table{
	"kind": {Example: "rose", Required: true},
}

// Table describes the keys, as Described has it.
func (plant) Table() Table { return plantKeys }

// messages reads a file and returns what is wrong, one line each.
func messages(text string) string {
	var lines []string
	for _, f := range Read([]byte(text), new(garden)).Faults() {
		lines = append(lines, f.String())
	}
	return strings.Join(lines, "\n")
}

// TestDamagedText: each damage has one clear line, and never the parser's.
func TestDamagedText(t *testing.T) {
	t.Parallel()
	const nested = 40
	for name, tc := range map[string]struct{ text, want string }{
		"Empty":        {"", "1:1: the file is empty"},
		"Blank":        {"\n \n", "1:1: the file is empty"},
		"UTF16Little":  {"\xff\xfen\x00a\x00", "1:1: the file is UTF-16: save it as UTF-8"},
		"UTF16Big":     {"\xfe\xff\x00n\x00a", "1:1: the file is UTF-16: save it as UTF-8"},
		"BOM":          {"\xef\xbb\xbfname: Kew\n", "1:1: the file begins with a byte order mark: save it as UTF-8 without one"},
		"NUL":          {"name: Kew\nopen: \x00\x00\x00", "2:7: a NUL byte: the file is damaged, or not completely written"},
		"Latin1":       {"name: Kew\ntools: [\"\xe4ü\xe4\"]\n", "2:10: the byte 0xe4 is not UTF-8: save the file as UTF-8"},
		"ColumnsCount": {"name: äöü\xff\n", "1:10: the byte 0xff is not UTF-8: save the file as UTF-8"},
		"Bell":         {"name: \a\n", "1:7: the control character U+0007: remove it"},
		"Separator":    {"name: K\u2028w\n", "1:8: the control character U+2028: remove it"},
		"LoneReturn":   {"name: Kew\ropen: true\n", "1:10: a carriage return without a line feed: save the file with the line ends of Unix"},
		"Tabs":         {"beds:\n\tnorth:\n\t\tsoil: clay\n", "2:1: the line is indented with a tab: YAML wants spaces\n3:1: the line is indented with a tab: YAML wants spaces"},
		"TabAfterTwo":  {"beds:\n  \tnorth: {}\n", "2:3: the line is indented with a tab: YAML wants spaces"},
		"TooLarge":     {strings.Repeat("#", 10<<20), "1:1: the file is larger than 1024 KiB: is it the right one?"},
		"TooMany":      {"tools: [" + strings.Repeat("a,", 30_000) + "]", "1:1: the file has more than 50000 words and signs: is it the right one?"},
		"DeepLists":    {"tools: " + strings.Repeat("[", 40_000), "1:39: lists and mappings are nested more than 32 deep: flatten them"},
		"DeepMappings": {strings.Repeat("{a: ", 10_000), "1:129: lists and mappings are nested more than 32 deep: flatten them"},
		"DeepItems":    {strings.Repeat("- ", 1000), "1:65: lists and mappings are nested more than 32 deep: flatten them"},
		"DeepBlocks":   {deepBlocks(nested), "33:34: lists and mappings are nested more than 32 deep: flatten them"},
		"Bomb": {"name: &a [lol]\ntools: &b [*a, *a]\n", "1:7: an anchor (&) is not allowed: write the value out; a text that begins with & needs quotes\n" +
			"2:8: an anchor (&) is not allowed: write the value out; a text that begins with & needs quotes\n" +
			`2:12: an alias (*) is not allowed: write the value out; a text that begins with * needs quotes, as "*"` + "\n" +
			`2:16: an alias (*) is not allowed: write the value out; a text that begins with * needs quotes, as "*"`},
		"QuestionKey": {"? name\n: Kew\n", `1:1: a key after "?" is not allowed: write "key: value"; a text that begins with ? needs quotes`},
		"CutInText":   {"name: \"Ke", `1:7: the text that begins here is not closed: add "`},
		"CutInKey":    {"name: Kew\nto", `2:1: a "key: value" pair should stand here: check the colon and the indentation`},
		"CutInList":   {"name: Kew\ntools:\n  [spade,", "3:3: the list that begins here is not closed: add ]"},
		"ListAsKey":   {"[a]: b\n", "1:4: a list or a mapping cannot be a key: use a name"},
		"BadEscape":   {"name: \"K\\qw\"\n", `1:10: an unknown escape after \: write \\ for a backslash, or use single quotes`},
		"ListOnLine":  {"tools: - spade\n", "1:8: a list cannot begin here: begin it on the next line, or write [a, b]"},
		"LoneBracket": {"tools: ]\n", "1:8: this ] closes no list: remove it, or put the text in quotes"},
		"LoneComma":   {"tools: [,]\n", "1:9: a comma stands where an item should: remove it"},
		"Backquote":   {"name: `x`\n", "1:7: a text cannot begin with `: put it in quotes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, messages(tc.text)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func deepBlocks(levels int) string {
	var b strings.Builder
	for i := range levels {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}
