package config

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of docs/configuration.md from the struct tags")

const (
	document   = "../../docs/configuration.md"
	tableBegin = "<!-- settings: written by go test ./internal/config -update -->\n"
	tableEnd   = "<!-- end of settings -->\n"
)

func TestDocumentHasTheTable(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), tableBegin)
	got, after, ok2 := strings.Cut(rest, tableEnd)
	if !ok || !ok2 {
		t.Fatalf("%s lacks the marks around its table:\n%s%s", document, tableBegin, tableEnd)
	}
	var want bytes.Buffer
	if err := Table(&want); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(document, []byte(before+tableBegin+want.String()+tableEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != want.String() {
		t.Errorf("the table of %s differs from the struct tags; run: go test ./internal/config -update", document)
	}
}

func TestUsageTellsEverySetting(t *testing.T) {
	t.Parallel()
	var usage bytes.Buffer
	if err := Usage(&usage); err != nil {
		t.Fatal(err)
	}
	for _, s := range Settings() {
		for _, part := range []string{"  " + s.Name, s.Default, s.Help, s.Example} {
			if !strings.Contains(usage.String(), part) {
				t.Errorf("usage lacks %q of %s", part, s.Name)
			}
		}
	}
}

// TestSettingsAreComplete checks the tags and texts themselves. Examples of secrets are left out:
// none that works may be copied.
func TestSettingsAreComplete(t *testing.T) {
	t.Parallel()
	if settings := len(Settings()); len(texts) != settings {
		t.Errorf("there are %d settings and texts of %d", settings, len(texts))
	}
	leaves := make(map[string]string)
	for _, s := range Settings() {
		if s.Help == "" || s.Example == "" || s.Name == Prefix || strings.Contains(s.Help+s.Example, "|") {
			t.Errorf("%s lacks a name, help or example, or has a | that breaks the table", s.Name)
		}
		if other, taken := leaves[s.leaf]; taken {
			t.Errorf("%s and %s have the same Go field name", s.Name, other)
		}
		leaves[s.leaf] = s.Name
		if s.Secret {
			continue
		}
		if _, err := load(variables(strings.TrimPrefix(s.Name, Prefix), s.Example), nil); err != nil {
			t.Errorf("the example of %s is refused: %v", s.Name, err)
		}
	}
}
