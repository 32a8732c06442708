package strictyaml

import (
	"bytes"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Write returns the text of a file that [Read] reads as v, a struct. Keys without a value are left
// out. With defaults, switches and choices that v leaves open are written as what counts for them.
func Write(v any, defaults bool) []byte {
	w := writer{defaults: defaults}
	w.structure(reflect.Indirect(reflect.ValueOf(v)), "")
	return w.out.Bytes()
}

type writer struct {
	out      bytes.Buffer
	defaults bool
}

const indentStep = "  "

// structure writes the members of a struct, each on its own lines.
func (w *writer) structure(v reflect.Value, indent string) {
	for _, f := range w.written(v) {
		w.member(f.Name, v.Field(f.index), f, indent)
	}
}

// written returns the fields that have something to write.
func (w *writer) written(v reflect.Value) []Field {
	return slices.DeleteFunc(Fields(v.Type()), func(f Field) bool {
		value := v.Field(f.index)
		if w.defaults && f.Default != "" && (len(f.Enum) > 0 && value.Kind() == reflect.String || value.Kind() == reflect.Bool || value.Kind() == reflect.Int) {
			return false
		}
		return value.IsZero() || value.Kind() == reflect.Slice && value.Len() == 0
	})
}

func (w *writer) member(name string, v reflect.Value, f Field, indent string) {
	v = reflect.Indirect(v)
	w.out.WriteString(indent + scalar(name) + ":")
	if v.Type() == document { // JSON is YAML
		w.out.WriteString(" " + string(v.Bytes()) + "\n")
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		if len(w.written(v)) == 0 {
			w.out.WriteString(" {}\n")
			return
		}
		w.out.WriteByte('\n')
		w.structure(v, indent+indentStep)
	case reflect.Map:
		if v.Len() == 0 {
			w.out.WriteString(" {}\n")
			return
		}
		w.out.WriteByte('\n')
		for _, key := range slices.Sorted(maps.Keys(keysOf(v))) {
			w.member(key, v.MapIndex(reflect.ValueOf(key)), Field{}, indent+indentStep)
		}
	case reflect.Slice:
		w.list(v, indent)
	case reflect.Int:
		number := strconv.FormatInt(v.Int(), 10)
		if v.IsZero() {
			number = f.Default
		}
		w.out.WriteString(" " + number + "\n")
	case reflect.Bool:
		w.out.WriteString(map[bool]string{true: " true\n", false: " false\n"}[v.Bool()])
	default:
		text := v.String()
		if text == "" {
			text = f.Default
		}
		w.out.WriteString(" " + scalar(text) + "\n")
	}
}

// list writes texts on one line, and structs one below the other.
func (w *writer) list(v reflect.Value, indent string) {
	if v.Type().Elem().Kind() != reflect.Struct {
		items := make([]string, v.Len())
		for i := range items {
			items[i] = scalar(v.Index(i).String())
		}
		w.out.WriteString(" [" + strings.Join(items, ", ") + "]\n")
		return
	}
	w.out.WriteByte('\n')
	for i := range v.Len() {
		below := writer{defaults: w.defaults}
		below.structure(v.Index(i), indent+indentStep+indentStep)
		text := strings.TrimPrefix(below.out.String(), indent+indentStep+indentStep)
		w.out.WriteString(indent + indentStep + "- " + text)
	}
}

func keysOf(v reflect.Value) map[string]bool {
	keys := make(map[string]bool, v.Len())
	for _, key := range v.MapKeys() {
		keys[key.String()] = true
	}
	return keys
}

// plainText matches the texts that need no quotes, in lists of brackets neither; notText those that
// would not be texts, here or in older versions of YAML.
var (
	plainText = regexp.MustCompile(`^[A-Za-z/]([A-Za-z0-9_./@+=*-]|[:][A-Za-z0-9_*/-]|[ ][A-Za-z0-9_./@-])*$`)
	notText   = regexp.MustCompile(`^(?i:true|false|null|yes|no|on|off|y|n)$`)
)

// scalar writes a text, in quotes if it needs them.
func scalar(text string) string {
	if plainText.MatchString(text) && !notText.MatchString(text) {
		return text
	}
	var out bytes.Buffer
	writeText(&out, text)
	return out.String()
}
