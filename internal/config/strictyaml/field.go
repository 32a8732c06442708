package strictyaml

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"sync"
)

// Field is one key of a mapping, as the tags of a struct field describe it.
type Field struct {
	Name     string // tag yaml
	Help     string // tag help: what it is, for a schema and for documentation
	Example  string // tag example: a value as it stands in a file
	Default  string // tag default: what counts without the key, for documentation
	Required bool   // tag required
	Enum     []string
	// Pattern is what a text, or each text of a list, must match (tag pattern), and Words says so
	// for people (tag words).
	Pattern, Words string
	// KeyPattern and KeyWords are the same for the keys of a mapping that is a Go map (tags keys and
	// keywords).
	KeyPattern, KeyWords string
	Max                  int // tag max: the most items of a list; 0 for no bound
	Least, Most          int // tags least and most: the bounds of a number
	Type                 reflect.Type

	index int
}

// Fields returns the keys of a struct type, in the order of the struct.
func Fields(t reflect.Type) []Field {
	var list []Field
	for i := range t.NumField() {
		tag := t.Field(i).Tag
		name := tag.Get("yaml")
		if name == "" {
			continue
		}
		f := Field{
			Name: name, Help: tag.Get("help"), Example: tag.Get("example"), Default: tag.Get("default"),
			Required: tag.Get("required") == "true", Pattern: tag.Get("pattern"), Words: tag.Get("words"),
			KeyPattern: tag.Get("keys"), KeyWords: tag.Get("keywords"), Type: t.Field(i).Type, index: i,
		}
		if values := tag.Get("enum"); values != "" {
			f.Enum = strings.Split(values, ",")
		}
		for key, into := range map[string]*int{"max": &f.Max, "least": &f.Least, "most": &f.Most} {
			if bound := tag.Get(key); bound != "" {
				if _, err := fmt.Sscan(bound, into); err != nil {
					panic(fmt.Sprintf("strictyaml: tag %s of %s: %v", key, name, err))
				}
			}
		}
		list = append(list, f)
	}
	return list
}

// patterns keeps the compiled expressions of tags.
var patterns sync.Map

func matches(pattern, text string) bool {
	compiled, ok := patterns.Load(pattern)
	if !ok {
		compiled, _ = patterns.LoadOrStore(pattern, regexp.MustCompile(pattern))
	}
	return compiled.(*regexp.Regexp).MatchString(text)
}
