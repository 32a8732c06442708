package deskfile

import (
	"fmt"
	"io"
	"reflect"
	"strings"

	"countersign/internal/config/strictyaml"
)

// Table writes the keys of countersign.yaml as the Markdown table of docs/configuration.md.
func Table(w io.Writer) error {
	var b strings.Builder
	b.WriteString("| Key | What it is |\n| --- | --- |\n")
	tableRows(&b, "", reflect.TypeFor[Desk]())
	_, err := io.WriteString(w, b.String())
	return err
}

// names are the placeholders for the names of members, by the key of their mapping.
var names = map[string]string{
	"groups": "GROUP", "queues": "NAME", "sources": "NAME", "snsTopics": "ARN", "functions": "NAME", "accounts": "NUMBER",
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
			if f.Type.Kind() == reflect.Map {
				below += names[f.Name] + "."
			}
			tableRows(b, below, element)
		}
	}
}

// mappingOf returns the struct that a field holds, by itself or by name. Lists of secrets and single
// ones are described once, by the page.
func mappingOf(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[Secret]() {
		return nil
	}
	return t
}
