package deskfile

import (
	"fmt"
	"io"
	"reflect"
	"strings"

	"countersign/internal/config/strictyaml"
)

// Table writes the keys of countersign.yaml as the Markdown table of docs/configuration.md.
func Table(w io.Writer) error { return writeTable(w, reflect.TypeFor[Desk]()) }

// RulesTable writes the keys of a rule as the Markdown table of docs/signatures.md.
func RulesTable(w io.Writer) error { return writeTable(w, reflect.TypeFor[Rule]()) }

// TemplatesTable writes the keys of a template as the Markdown table of docs/templates.md.
func TemplatesTable(w io.Writer) error { return writeTable(w, reflect.TypeFor[Template]()) }

func writeTable(w io.Writer, t reflect.Type) error {
	var b strings.Builder
	b.WriteString("| Key | What it is |\n| --- | --- |\n")
	tableRows(&b, "", t)
	_, err := io.WriteString(w, b.String())
	return err
}

// names are the placeholders for the names of members, by the key of their mapping.
var names = map[string]string{
	"groups": "GROUP", "queues": "NAME", "sources": "NAME", "snsTopics": "ARN", "functions": "NAME", "accounts": "NUMBER",
	"teams": "NAME", "webhooks": "NAME",
}

// tableRows writes a row for each key, and below it those of its members.
func tableRows(b *strings.Builder, above string, t reflect.Type) {
	for _, f := range strictyaml.Fields(t) {
		key := above + f.Name
		help := f.Help
		switch {
		case f.Required:
			help += " Required."
		case f.Default != "":
			help += " Default: " + f.Default + "."
		}
		fmt.Fprintf(b, "| `%s` | %s |\n", key, help)
		if below, element := key+".", mappingOf(f.Type); element != nil {
			switch f.Type.Kind() {
			case reflect.Map:
				below += names[f.Name] + "."
			case reflect.Slice:
				below = key + "[]."
			default:
			}
			tableRows(b, below, element)
		}
	}
}

// mappingOf returns the struct that a field holds, by itself, by name or in a list. Secrets are
// described once, by the page, rules and templates by pages of their own.
func mappingOf(t reflect.Type) reflect.Type {
	switch t.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice:
		t = t.Elem()
	default:
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[Secret]() || t == reflect.TypeFor[Rule]() || t == reflect.TypeFor[Template]() {
		return nil
	}
	return t
}
