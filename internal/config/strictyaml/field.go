package strictyaml

import (
	"fmt"
	"reflect"
	"regexp"
	"sync"
)

// Described is a struct that a mapping is read into. Its tags yaml name the keys, and its table
// describes each of them. A type without a table has keys of which nothing more is known.
type Described interface{ Table() Table }

// Table describes the keys of a mapping, by their names.
type Table map[string]Field

// Field is one key of a mapping. A table leaves out its name and type.
type Field struct {
	Name     string
	Help     string // what it is, for a schema and for documentation
	Example  string // a value as it stands in a file
	Default  string // what counts without the key, for documentation
	Required bool
	Enum     []string
	// Pattern is what a text, or each text of a list, must match, and Words says so for people.
	Pattern, Words string
	// KeyPattern and KeyWords are the same for the keys of a mapping that is a Go map.
	KeyPattern, KeyWords string
	Max                  int // the most items of a list; 0 for no bound
	Least, Most          int // the bounds of a number
	Type                 reflect.Type

	index int
}

// Fields returns the keys of a struct type, in the order of the struct. It panics if the type has a
// table with other keys.
func Fields(t reflect.Type) []Field {
	var table Table
	d, described := reflect.Zero(t).Interface().(Described)
	if described {
		table = d.Table()
	}
	var list []Field
	for i := range t.NumField() {
		name := t.Field(i).Tag.Get("yaml")
		if name == "" {
			continue
		}
		f, ok := table[name]
		if described && !ok {
			panic(fmt.Sprintf("strictyaml: the table of %s has no %s", t, name))
		}
		f.Name, f.Type, f.index = name, t.Field(i).Type, i
		list = append(list, f)
	}
	if described && len(list) != len(table) {
		panic(fmt.Sprintf("strictyaml: the table of %s has %d keys, and the struct %d", t, len(table), len(list)))
	}
	return list
}

// patterns keeps the compiled expressions of fields.
var patterns sync.Map

func matches(pattern, text string) bool {
	compiled, ok := patterns.Load(pattern)
	if !ok {
		compiled, _ = patterns.LoadOrStore(pattern, regexp.MustCompile(pattern))
	}
	return compiled.(*regexp.Regexp).MatchString(text)
}
