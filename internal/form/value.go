package form

import (
	"bytes"
	"encoding/json"
	"strings"

	"countersign/internal/jsonsyntax"
)

// Kind is the type of a JSON value.
type Kind uint8

// The kinds. Absent is the zero value's: a document that is not there, or a member that its object
// does not have.
const (
	Absent Kind = iota
	Null
	Bool
	Number
	String
	Array
	Object
)

// Value is one JSON value with the bytes it was written with. It is immutable; the zero value is
// absent.
type Value struct {
	kind    Kind
	text    string
	members []member // of an object or an array, in the order in which they stand
}

// member is one member of an object, or one item of an array, with the white space around it.
type member struct {
	before string // white space before it
	key    string // the name as it is written, with its quotes; empty in an array
	colon  string // what stands between name and value; empty in an array
	name   string
	value  Value
	after  string // white space before the comma or the bracket that follows
}

// Parse reads a JSON document. White space around it is no part of the value. The error is a
// [*jsonsyntax.Fault], which says where the text is no JSON, has a name twice in one object, or lies
// too deep.
func Parse(text string) (Value, error) {
	if fault := jsonsyntax.Check(text); fault != nil {
		return Value{}, fault
	}
	p := parser{text: text}
	p.space()
	return p.value(), nil
}

// Text returns a string as a JSON value.
func Text(s string) Value {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes, and a buffer always takes it
	return Value{kind: String, text: strings.TrimSuffix(b.String(), "\n")}
}

// Kind is the type of the value.
func (v Value) Kind() Kind { return v.kind }

// Exists reports whether there is a value; null is one.
func (v Value) Exists() bool { return v.kind != Absent }

// JSON is the value as its sender wrote it; empty if it is absent.
func (v Value) JSON() string { return v.text }

// Same reports whether two values are written with the same bytes, or are both absent.
func (v Value) Same(w Value) bool { return v.text == w.text }

// Len is the number of members of an object, or of items of an array.
func (v Value) Len() int { return len(v.members) }

// Item is an item of an array, or the value of a member of an object, by its place.
func (v Value) Item(i int) Value { return v.members[i].value }

// Name is the name of a member of an object, by its place.
func (v Value) Name(i int) string { return v.members[i].name }

// Member is the value of an object's member; absent if the value has none of that name.
func (v Value) Member(name string) Value {
	if i := v.index(name); i >= 0 {
		return v.members[i].value
	}
	return Value{}
}

// byName are the values of an object's members.
func (v Value) byName() map[string]Value {
	if v.kind != Object {
		return nil
	}
	values := make(map[string]Value, len(v.members))
	for _, m := range v.members {
		values[m.name] = m.value
	}
	return values
}

// index is the place of an object's member; -1 if there is none.
func (v Value) index(name string) int {
	if v.kind == Object {
		for i := range v.members {
			if v.members[i].name == name {
				return i
			}
		}
	}
	return -1
}

// Unquoted is what a string says; empty for other kinds.
func (v Value) Unquoted() (s string) {
	if v.kind == String {
		_ = json.Unmarshal([]byte(v.text), &s) // the text was read as a string
	}
	return s
}

// True reports whether the value is true.
func (v Value) True() bool { return v.kind == Bool && v.text == "true" }
