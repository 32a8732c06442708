package strictyaml

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestWrite: the text is one that a person would write.
func TestWrite(t *testing.T) {
	t.Parallel()
	in := garden{
		Name: "Kew: Gardens", Open: true, Tools: []string{"spade", "no", "#1", "a:b"},
		Beds:  map[string]bed{"south": {}, "north": {Plants: []plant{{"rose"}, {"ivy"}}, Soil: "clay", Depth: 45}},
		Gates: map[string]*bed{"0123": {Soil: "sand"}, "*": {}},
	}
	want := `name: "Kew: Gardens"
beds:
  north:
    plants:
      - kind: rose
      - kind: ivy
    soil: clay
    depth: 45
  south: {}
gates:
  "*": {}
  "0123":
    soil: sand
tools: [spade, "no", "#1", a:b]
open: true
`
	if diff := cmp.Diff(want, string(Write(in, false))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestWriteIsRead: whatever texts a file holds, what is written is read as the same.
func TestWriteIsRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[^\pZ\pC]([^\pC]{0,20}[^\pZ\pC])?`)
		in := struct {
			Name string          `yaml:"name"`
			Beds map[string]bool `yaml:"beds"`
			List []string        `yaml:"list"`
		}{text.Draw(t, "name"), rapid.MapOf(text, rapid.Bool()).Draw(t, "beds"), rapid.SliceOfDistinct(text, rapid.ID).Draw(t, "list")}
		out := in
		out.Name, out.Beds, out.List = "", nil, nil
		written := Write(in, false)
		if faults := Read(written, &out).Faults(); len(faults) > 0 {
			t.Fatalf("%s\n%v", written, faults)
		}
		if len(in.Beds) == 0 {
			in.Beds, out.Beds = nil, nil
		}
		if len(in.List) == 0 {
			in.List, out.List = nil, nil
		}
		if diff := cmp.Diff(in, out); diff != "" {
			t.Fatalf("%s\n%s", written, diff)
		}
	})
}
