package schema_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"countersign/internal/form"
)

var update = flag.Bool("update", false, "write testdata/forms.txt")

const schemas = "../form/testdata/schemas/"

// fixtures are the schemas by name: of our own, and published ones.
func fixtures(t testing.TB) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"*.json", "published/*.json"} {
		files, err := filepath.Glob(schemas + pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all[strings.TrimSuffix(filepath.Base(file), ".json")] = string(text)
		}
	}
	return all
}

func parsed(t testing.TB, text string) form.Value {
	t.Helper()
	v, err := form.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// TestForms draws each schema, as testdata/forms.txt has it. Review what -update changes there.
func TestForms(t *testing.T) {
	t.Parallel()
	all := fixtures(t)
	if len(all) < 30 {
		t.Fatalf("got %d schemas, want at least 30", len(all))
	}
	var b strings.Builder
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		compile(t, all[name])
		f := form.New(parsed(t, all[name]))
		fmt.Fprintf(&b, "%s\n", name)
		for _, r := range f.Reasons {
			fmt.Fprintf(&b, "  not drawn: %s at %s: %s\n", r.Keyword, r.Pointer, r.Detail)
		}
		if f.Drawn() {
			drawn(&b, f.Root, 1)
		}
	}
	if *update {
		if err := os.WriteFile("testdata/forms.txt", []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/forms.txt")
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("forms are drawn in another way; go test ./internal/schema -run TestForms -update writes testdata/forms.txt, got\n%s", b.String())
	}
}

// drawn lists a field and those below it.
func drawn(b *strings.Builder, f *form.Field, depth int) {
	fmt.Fprintf(b, "%s%s %s", strings.Repeat("  ", depth), f.Widget, f.Title)
	for _, property := range []struct {
		name string
		has  bool
	}{
		{"required", f.Required}, {"or null", f.Nullable}, {"read-only", f.ReadOnly},
		{"stamped: " + string(f.Stamp), f.Stamp != ""}, {"in " + f.Unit, f.Unit != ""}, {"bounds" + bounds(f.Bounds), bounds(f.Bounds) != ""},
	} {
		if property.has {
			b.WriteString(", " + property.name)
		}
	}
	if n := len(f.Choices); n > 0 && f.Widget != form.YesNo {
		fmt.Fprintf(b, ", %d choices from %s (%s)", n, f.Choices[0].Title, f.Choices[0].Value.JSON())
	}
	b.WriteByte('\n')
	if f.Item != nil {
		drawn(b, f.Item, depth+1)
	}
	for _, child := range f.Fields {
		drawn(b, child, depth+1)
	}
}

// bounds lists the bounds that are set.
func bounds(b form.Bounds) string {
	set := strings.Fields(fmt.Sprintf("%+v", b))
	set = slices.DeleteFunc(set, func(field string) bool {
		_, value, _ := strings.Cut(strings.Trim(field, "{}"), ":")
		return value == "" || value == "0" && !strings.Contains(field, "Min:") || value == "false"
	})
	if len(set) == 0 {
		return ""
	}
	return " " + strings.Trim(strings.Join(set, " "), "{}")
}

// TestCheck_Hidden: what is wrong with a value that the page does not show tells neither its length nor
// its type; for other values it tells both.
func TestCheck_Hidden(t *testing.T) {
	t.Parallel()
	const hidden = `{"type":"object","maxProperties":4,"properties":{
		"pin":{"type":"string","writeOnly":true,"maxLength":1},"iban":{"type":"string","x-masked":true,"minLength":30},
		"pay":{"type":"integer","x-masked":true},"cards":{"type":"array",
			"items":{"type":"object","properties":{"no":{"type":"string","x-masked":true,"maxLength":2}}}},
		"note":{"type":"string","maxLength":1}}}`
	const document = `{"pin":"471115","iban":"DE02120300000000202051","pay":"secret","cards":[{"no":"abc"},{"no":"b"},{"no":"b"}],"note":"two"}`
	f := form.New(parsed(t, hidden))
	filled := f.Fill("a", parsed(t, document), nil)
	if !f.Drawn() {
		t.Fatalf("the form is not drawn: %v", f)
	}
	filled.Blame(compile(t, hidden).Check(t.Context(), document))
	const want = ` at most 4 members; /cards/0/no at most 2 characters; ` +
		`/iban at least 30 characters; /note at most 1 character, this has 3; /pay a whole number; /pin at most 1 character`
	if got := said(filled.Faults); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if told := filled.Near("/iban").Faults; len(told) != 1 || told[0] != "at least 30 characters" {
		t.Errorf("the field says %q", told)
	}
}
