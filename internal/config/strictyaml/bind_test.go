package strictyaml

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRead: what is right is read, whatever the style it is written in.
func TestRead(t *testing.T) {
	t.Parallel()
	want := garden{
		Name: "Kew: Gardens", Open: true, Tools: []string{"spade", "no"},
		Beds:  map[string]bed{"north": {Plants: []plant{{"rose"}, {"ivy"}}, Soil: "clay", Depth: 45}, "south": {}},
		Gates: map[string]*bed{"0123": {Soil: "sand"}},
	}
	block := "# A garden\n---\nname: 'Kew: Gardens'\nopen: true # until dusk\ntools:\n- spade\n- \"no\"\n" +
		"beds:\n  north:\n    plants:\n      - kind: rose\n      - kind: ivy\n    soil: clay\n    depth: 45\n  south: {}\n" +
		"gates:\n  0123: {soil: sand}\n"
	for name, text := range map[string]string{
		"Block":   block,
		"Windows": strings.ReplaceAll(block, "\n", "\r\n"),
		"NoEnd":   strings.TrimSuffix(block, "\n"),
		"JSON": `{"name":"Kew: Gardens","open":true,"tools":["spade","no"],"beds":{"north":{"plants":[{"kind":"rose"},` +
			`{"kind":"ivy"}],"soil":"clay","depth":45},"south":{}},"gates":{"0123":{"soil":"sand"}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got garden
			if faults := Read([]byte(text), &got).Faults(); len(faults) > 0 {
				t.Fatal(faults)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestFaultsOfValues: each is at the value, and no fault hides another.
func TestFaultsOfValues(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, want string }{
		"Kinds": {"name: 7\nopen: off\ntools: {}\nbeds: [a]\n", strings.Join([]string{
			"1:7: name: must be a text, not a number: put it in quotes",
			`2:7: open: must be true or false, not "off": write false`,
			"3:1: tools: must be a list, not a mapping: write [spade]",
			`4:1: beds: must be a mapping, not a list: write "key: value" pairs`,
		}, "\n")},
		"InLists": {"beds:\n  north:\n    plants:\n      - {}\n      - {kind: rose, colour: red}\n      - rose\n", strings.Join([]string{
			"4:9: beds.north.plants[0].kind: the key is missing: write kind: rose",
			"5:22: beds.north.plants[1].colour: there is no such key: write kind",
			`6:9: beds.north.plants[2]: must be a mapping, not a text: write "key: value" pairs`,
		}, "\n")},
		"TooManyItems": {"tools: [a, b, c, d]\n", "1:1: tools: the list has 4 items: at most 3 are allowed"},
		"LongText":     {"beds: {north: {soil: " + strings.Repeat("x", 100) + "}}\n", `1:22: beds.north.soil: must be clay or sand, not "` + strings.Repeat("x", 60) + `…"`},
		"Numbers": {"beds:\n  a: {depth: 9}\n  b: {depth: 201}\n  c: {depth: 1e2}\n  d: {depth: 0x20}\n  e: {depth: \"45\"}\n  f: {depth: 99999999999999999999}\n", strings.Join([]string{
			"2:14: beds.a.depth: must be a whole number from 10 to 200, not 9",
			"3:14: beds.b.depth: must be a whole number from 10 to 200, not 201",
			"4:14: beds.c.depth: must be a whole number from 10 to 200, not 1e2",
			"5:14: beds.d.depth: must be a whole number from 10 to 200, not 0x20",
			"6:14: beds.e.depth: must be a whole number from 10 to 200, not a text",
			"7:14: beds.f.depth: must be a whole number from 10 to 200, not 99999999999999999999",
		}, "\n")},
		"NullItem":  {"tools: [spade, ~]\n", "1:16: tools[1]: there is no value here: write one, or remove the key"},
		"MultiLine": {"name: |\n  Kew\n", "1:7: name: the text ends with a line end: write |- instead of |, or >- instead of >"},
		"Misspelt":  {"nam: Kew\n", "1:1: nam: there is no such key: did you mean name?"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, messages(tc.text)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	names := []string{"groups", "keepAlive", "fourEyes", "rejectAs"}
	for name, want := range map[string]string{
		"group": "groups", "gruops": "groups", "four_eyes": "fourEyes", "FOUREYES": "fourEyes", "keep-alive": "keepAlive",
		"rejectsAs": "rejectAs", "colour": "", "x": "", "": "",
	} {
		if got := Nearest(name, names); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

// TestPath: a fault finds its place although keys hold dots, brackets and quotation marks.
func TestPath(t *testing.T) {
	t.Parallel()
	hostile := `a.b[0]"\`
	path := Path("").Key("beds").Key(hostile).Key("soil").Item(2)
	if want := Path(`beds."a.b[0]\"\\".soil[2]`); path != want {
		t.Errorf("got %s, want %s", path, want)
	}
	var parents []Path
	for p := path; p != ""; p = p.parent() {
		parents = append(parents, p)
	}
	want := []Path{path, Path("beds").Key(hostile).Key("soil"), Path("beds").Key(hostile), "beds"}
	if diff := cmp.Diff(want, parents); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if !path.under("beds") || Path("bedside").under("beds") || !path.under("") {
		t.Error("under compares names in part")
	}
}

// FuzzRead: no text makes the reader panic or fall silent, and every fault has its place.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"name: Kew\n", "beds: {a: {plants: [{kind: x}]}}", "a: &x\nb: *x", "tools:\n- a\n -b", "? a\n: b", "|", "\"", "{", "---\n...\n---", "!!x", "%YAML",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		lines := strings.Count(string(text), "\n") + 1
		for _, fault := range Read(text, new(garden)).Faults() {
			if fault.Line < 1 || fault.Line > lines || fault.Column < 1 || fault.Text == "" || strings.Contains(fault.String(), "\n") {
				t.Errorf("%q: %+v", text, fault)
			}
		}
	})
}
