package strictyaml

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Read reads text into the struct that into points to, and returns where everything stands and what
// is wrong. If there are faults, the struct holds what could be read.
//
// Keys are the fields with a tag yaml; [Field] lists the other tags. A field is a struct, a map
// with string keys, a slice, a string, a bool, an int, a pointer to one of them, or a
// [json.RawMessage], which takes a value of any shape.
func Read(text []byte, into any) *Document {
	d := &Document{places: map[Path]Place{"": {1, 1}}, unsure: make(map[Path]bool)}
	clean := d.cleanText(text)
	d.lines = strings.Split(clean, "\n")
	if len(d.faults) > 0 {
		return d
	}
	if top := d.parse(clean); top != nil {
		d.readable = top.kind == kindMapping
		d.bind(top, reflect.ValueOf(into).Elem(), Field{}, "")
	}
	return d
}

// Adviser is a type of mapping that knows what to write where a file has something else.
type Adviser interface {
	Advice() string // the whole message; it cannot repeat the value
}

// emptyOf returns what to write for a value that says nothing more.
func emptyOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer, reflect.Struct, reflect.Map:
		return "{}"
	default:
		return "one"
	}
}

// bind stores a value in a field, and notes what is wrong with it.
func (d *Document) bind(n *node, into reflect.Value, f Field, at Path) {
	if n.kind == kindNothing {
		d.Fault(at, "there is no value here: write %s, or remove the key", emptyOf(into.Type()))
		return
	}
	if into.Type() == document {
		var out bytes.Buffer
		d.json(&out, n, at)
		into.SetBytes(out.Bytes())
		return
	}
	switch into.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		d.bind(n, into.Elem(), f, at)
	case reflect.Struct:
		if d.wants(n, kindMapping, into, f, at) {
			d.bindStruct(n, into, at)
		}
	case reflect.Map:
		if d.wants(n, kindMapping, into, f, at) {
			d.bindMap(n, into, f, at)
		}
	case reflect.Slice:
		if d.wants(n, kindList, into, f, at) {
			d.bindList(n, into, f, at)
		}
	case reflect.String:
		if d.wants(n, kindText, into, f, at) && d.textFits(n.text, f, at) {
			into.SetString(n.text)
		}
	case reflect.Int:
		if d.wants(n, kindNumber, into, f, at) {
			d.bindNumber(n, into, f, at)
		}
	case reflect.Bool:
		if d.wants(n, kindSwitch, into, f, at) {
			into.SetBool(strings.EqualFold(n.text, "true"))
		}
	default:
		panic(fmt.Sprintf("strictyaml: %s has a type that is not supported, %s", at, into.Type()))
	}
}

// wants notes a value that is of another kind than its field. The message repeats no text of the
// file, because it may be a secret in the wrong place.
func (d *Document) wants(n *node, want kind, into reflect.Value, f Field, at Path) bool {
	if n.kind == want {
		return true
	}
	d.unsure[at] = true
	adviser, _ := into.Interface().(Adviser)
	switch {
	case adviser != nil:
		d.Fault(at, "%s", adviser.Advice())
	case want == kindText && (n.kind == kindNumber || n.kind == kindSwitch):
		d.Fault(at, "must be a text, not %s: put it in quotes", kindWords(n.kind))
	case want == kindSwitch:
		d.Fault(at, "must be true or false, not %s", switchWords(n))
	case want == kindNumber:
		d.Fault(at, "must be a whole number from %d to %d, not %s", f.Least, f.Most, kindWords(n.kind))
	case f.Example != "" && want != kindMapping:
		d.Fault(at, "must be %s, not %s: write %s", want, kindWords(n.kind), f.Example)
	case want == kindMapping:
		d.Fault(at, `must be a mapping, not %s: write "key: value" pairs`, kindWords(n.kind))
	default:
		d.Fault(at, "must be %s, not %s", want, kindWords(n.kind))
	}
	return false
}

// kindWords returns a kind as messages name it where it stands instead of another.
func kindWords(k kind) string {
	if k == kindSwitch {
		return "a switch (true or false)"
	}
	return string(k)
}

// switchWords returns what stands instead of a switch. YAML 1.1 had more words for them.
func switchWords(n *node) string {
	switch word := strings.ToLower(n.text); {
	case n.kind == kindText && slices.Contains([]string{"yes", "y", "on", "true"}, word):
		return strconv.Quote(n.text) + ": write true"
	case n.kind == kindText && slices.Contains([]string{"no", "n", "off", "false"}, word):
		return strconv.Quote(n.text) + ": write false"
	}
	return string(n.kind)
}

// bindNumber reads a whole number as people write one: 0x10, 1e3 and 1_000 are refused.
func (d *Document) bindNumber(n *node, into reflect.Value, f Field, at Path) {
	number, err := strconv.Atoi(n.text)
	if err != nil || number < f.Least || number > f.Most || strings.HasPrefix(n.text, "+") {
		d.Fault(at, "must be a whole number from %d to %d, not %s", f.Least, f.Most, clipped(n.text))
		return
	}
	into.SetInt(int64(number))
}

func (d *Document) bindStruct(n *node, into reflect.Value, at Path) {
	fields := Fields(into.Type())
	for _, m := range n.members {
		path := at.Key(m.name)
		i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == m.name })
		if i < 0 {
			near, advice := advise(m.name, fields)
			if adviser, ok := into.Interface().(Adviser); ok && near == "" {
				d.Fault(at, "%s", adviser.Advice()) // the key may be a secret in the wrong place
				continue
			}
			d.places[path] = m.Place
			d.Fault(path, "there is no such key: %s", advice)
			d.unsure[at.Key(near)] = true
			continue
		}
		d.place(path, m)
		d.bind(m.value, into.Field(fields[i].index), fields[i], path)
	}
	for _, f := range fields {
		path := at.Key(f.Name)
		if f.Required && !d.unsure[path] && !d.Has(path) {
			d.Fault(path, "the key is missing: write %s: %s", f.Name, f.Example)
		}
	}
}

func (d *Document) bindMap(n *node, into reflect.Value, f Field, at Path) {
	into.Set(reflect.MakeMap(into.Type()))
	for _, m := range n.members {
		path := at.Key(m.name)
		d.places[path] = m.Place
		if f.KeyPattern != "" && !matches(f.KeyPattern, m.name) {
			d.Fault(path, "the name does not fit: %s", f.KeyWords)
			continue
		}
		d.place(path, m)
		value := reflect.New(into.Type().Elem()).Elem()
		d.bind(m.value, value, Field{}, path)
		into.SetMapIndex(reflect.ValueOf(m.name).Convert(into.Type().Key()), value)
	}
}

func (d *Document) bindList(n *node, into reflect.Value, f Field, at Path) {
	if f.Max > 0 && len(n.items) > f.Max {
		d.Fault(at, "the list has %d items: at most %d are allowed", len(n.items), f.Max)
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(n.items), len(n.items)))
	first := make(map[string]int)
	for i, item := range n.items {
		path := at.Item(i)
		d.places[path] = item.Place
		if earlier, twice := first[item.text]; item.kind == kindText && twice {
			d.Fault(path, "the list has this already, as item %d: remove one", earlier+1)
			continue
		}
		if item.kind == kindText {
			first[item.text] = i
		}
		d.bind(item, into.Index(i), f, path)
	}
}

// place notes where a member stands: a scalar by its value, everything else by its key.
func (d *Document) place(at Path, m member) {
	d.places[at] = m.Place
	if m.value.kind != kindMapping && m.value.kind != kindList && m.value.kind != kindNothing {
		d.places[at] = m.value.Place
	}
}

// maxShown bounds how much of a value a message repeats.
const maxShown = 60

// textFits checks a text against the rules of its field.
func (d *Document) textFits(text string, f Field, at Path) bool {
	switch {
	case text == "":
		d.Fault(at, "the text is empty: write one, or remove it")
	case strings.HasSuffix(text, "\n"):
		d.Fault(at, "the text ends with a line end: write |- instead of |, or >- instead of >")
	case text != strings.TrimSpace(text):
		d.Fault(at, "the text begins or ends with a space: remove it")
	case len(f.Enum) > 0 && !slices.Contains(f.Enum, text):
		d.Fault(at, "must be %s, not %s", either(f.Enum), quoted(text))
	case f.Pattern != "" && !matches(f.Pattern, text):
		d.Fault(at, "%s does not fit: %s", quoted(text), f.Words)
	default:
		return true
	}
	return false
}

func quoted(text string) string { return strconv.Quote(clipped(text)) }

func clipped(text string) string {
	if utf8.RuneCountInString(text) > maxShown {
		text = string([]rune(text)[:maxShown]) + "…"
	}
	return text
}

func either(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

func lineNumber(p Place) string { return strconv.Itoa(p.Line) }
