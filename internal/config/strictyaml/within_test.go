package strictyaml

import (
	"strings"
	"testing"
)

// TestFaultWithin: each style of a text leads back to the character that is meant, which is the X.
func TestFaultWithin(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"Plain":         "name: abc X def\n",
		"Indented":      "beds:\n  north:\n    soil: abc X def\n",
		"Flow":          "beds: {north: {soil: abc X def}}\n",
		"SingleQuotes":  "name: 'abc X def'\n",
		"DoubleQuotes":  "name: \"äöü X def\"\n",
		"Literal":       "name: |-\n  abc X def\n  ghi\n",
		"LiteralTwo":    "name: |-\n    abc\n    é  X def\n",
		"LiteralDeeper": "name: |-\n    abc\n      X def\n",
		"Folded":        "name: >-\n  abc\n  def X\n",
		"FoldedThree":   "name: >-\n  abc\n  def\n  ghi X\n",
		"PlainTwo":      "name: abc\n  def X ghi\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got garden
			d := Read([]byte(text), &got)
			at, value := Path("name"), got.Name
			if d.Has("beds.north.soil") {
				// Read refuses the soil, so its text is taken from the file.
				at, value = "beds.north.soil", "abc X def"
			}
			before, _, _ := strings.Cut(value, "X")
			inside := Place{1 + strings.Count(before, "\n"), 0}
			inside.Column = len([]rune(before[strings.LastIndex(before, "\n")+1:])) + 1
			d.FaultWithin(at, inside, "X")
			f := d.faults[len(d.faults)-1]
			line := []rune(strings.Split(text, "\n")[f.Line-1])
			if f.Text != "X" || f.Column > len(line) || line[f.Column-1] != 'X' {
				t.Errorf("%q: at %d:%d for %v", text, f.Line, f.Column, inside)
			}
		})
	}
}

// TestFaultWithin_Missing: a text that the file does not have has no places.
func TestFaultWithin_Missing(t *testing.T) {
	t.Parallel()
	d := Read([]byte("name: Kew\nbeds: {}\n"), new(garden))
	d.FaultWithin("beds.north.soil", Place{1, 5}, "dry")
	if f := d.Faults()[0]; f.Place != (Place{2, 1}) {
		t.Errorf("at %v", f.Place)
	}
}
