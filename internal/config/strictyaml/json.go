package strictyaml

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"

	"countersign/internal/jsonsyntax"
)

// document is the type of a field that takes a value of any shape. It holds the value as JSON, with
// the file's order of keys and the file's text of numbers.
var document = reflect.TypeFor[json.RawMessage]()

// json writes a value as JSON without spaces, and notes where its parts stand.
func (d *Document) json(out *bytes.Buffer, n *node, at Path) {
	switch n.kind {
	case kindMapping:
		out.WriteByte('{')
		for i, m := range n.members {
			path := at.Key(m.name)
			d.place(path, m)
			separate(out, i)
			writeText(out, m.name)
			out.WriteByte(':')
			d.json(out, m.value, path)
		}
		out.WriteByte('}')
	case kindList:
		out.WriteByte('[')
		for i, item := range n.items {
			path := at.Item(i)
			d.places[path] = item.Place
			separate(out, i)
			d.json(out, item, path)
		}
		out.WriteByte(']')
	case kindText:
		writeText(out, n.text)
	case kindSwitch:
		out.WriteString(strings.ToLower(n.text))
	case kindNothing:
		out.WriteString("null")
	case kindNumber:
		if !jsonsyntax.Number(n.text) {
			d.Fault(at, "%s is no number of JSON: write it as 12 or 0.5, or put it in quotes", clipped(n.text))
		}
		out.WriteString(n.text)
	}
}

// separate writes what stands before the item with this number.
func separate(out *bytes.Buffer, i int) {
	if i > 0 {
		out.WriteByte(',')
	}
}

// writeText writes a text in the quotes and escapes of JSON, which are also those of YAML.
func writeText(out *bytes.Buffer, text string) {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text)    // cannot fail for a string
	out.Truncate(out.Len() - 1) // the line end
}
