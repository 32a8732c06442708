package batches

import (
	"strings"

	"countersign/internal/jsontext"
)

const (
	maxColumns = 3   // that fit beside title, size and time
	maxFields  = 500 // of a payload that are compared
	maxSame    = 40  // that are the same in all and are listed
	maxCell    = 80  // bytes of a value in a cell
)

// differences are the fields by which JSON documents differ.
type differences struct {
	Columns []string   // names of fields that all have, in the order of the first document
	Cells   [][]string // by document and column
	More    int        // fields that differ and have no column
	Same    []field    // that are the same in all, at most maxSame
}

// field is a field of a payload.
type field struct{ Name, Value string }

// compare finds the top-level fields by which documents differ. A document that is no object has
// none.
func compare(documents [][]byte) differences {
	var names []string
	fields := make([]map[string]string, len(documents))
	known := map[string]bool{}
	for i, document := range documents {
		fields[i] = map[string]string{}
		value, ok := jsontext.Read(document)
		if !ok || !value.Branch() || value[0] != '{' {
			continue
		}
		for m := range value.Members() {
			if len(fields[i]) == maxFields {
				break
			}
			name, _ := jsontext.Text(m.Key, maxCell)
			fields[i][name] = string(m.Value.Raw())
			if !known[name] {
				known[name], names = true, append(names, name)
			}
		}
	}
	d := differences{Cells: make([][]string, len(documents))}
	for _, name := range names {
		switch {
		case same(fields, name):
			if len(d.Same) < maxSame {
				d.Same = append(d.Same, field{name, cell(fields[0][name])})
			}
		case len(d.Columns) == maxColumns || !all(fields, name):
			d.More++
		default:
			d.Columns = append(d.Columns, name)
			for i := range fields {
				d.Cells[i] = append(d.Cells[i], cell(fields[i][name]))
			}
		}
	}
	return d
}

// all reports whether each document has a field: a column that most rows leave empty tells little.
func all(fields []map[string]string, name string) bool {
	for i := range fields {
		if _, has := fields[i][name]; !has {
			return false
		}
	}
	return true
}

func same(fields []map[string]string, name string) bool {
	for i := range fields {
		value, has := fields[i][name]
		if first, firstHas := fields[0][name]; has != firstHas || value != first {
			return false
		}
	}
	return true
}

// cell is a value as a table shows it: the text of a string, and the spelling of everything else.
func cell(raw string) string {
	if strings.HasPrefix(raw, `"`) {
		text, whole := jsontext.Text([]byte(raw), maxCell)
		if !whole {
			text += "…"
		}
		return text
	}
	if len(raw) > maxCell {
		return strings.ToValidUTF8(raw[:maxCell], "") + "…"
	}
	return raw
}
