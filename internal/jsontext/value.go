// Package jsontext reads a JSON document as it is spelled. It decodes nothing, because an encoder
// would not give back what was sent: numbers, spaces, the order of names and their escapes stay.
package jsontext

import (
	"bytes"
	"encoding/json"
	"iter"
)

// Value is a valid JSON document, from the beginning of a value on. Its methods may be called only
// on what [Read] returned and on the values in it.
type Value []byte

// Member is an item of an array, or a key of an object with its value.
type Member struct {
	Index int
	Key   []byte // as it is spelled, with its quotes; nil in an array
	Value Value
}

// Read returns the value of a JSON document. ok is false if the text is none.
func Read(document []byte) (v Value, ok bool) {
	if !json.Valid(document) {
		return nil, false
	}
	v = document
	return v[v.space(0):], true
}

// Branch reports whether the value contains other values.
func (v Value) Branch() bool { return v[0] == '{' || v[0] == '[' }

// Members returns what a branch contains, in the order of the document. A value is skipped only
// when the next one is needed. For a walk into the depth, use [Value.Descend].
func (v Value) Members() iter.Seq[Member] {
	return func(yield func(Member) bool) {
		v.Descend(func(m Member) int {
			if !yield(m) {
				return -1
			}
			return 0
		})
	}
}

// Descend calls look with each member of a branch, in the order of the document. look returns the
// size of the member's value in bytes if it walked through that, zero if it did not, and a negative
// number to end the walk. Descend then returns that number, and otherwise the size of the branch. So
// a walk reads each byte once, however deep the document is.
func (v Value) Descend(look func(Member) int) int {
	i := v.space(1)
	for index := 0; v[i] != '}' && v[i] != ']'; index++ {
		m := Member{Index: index}
		if v[0] == '{' {
			end := v.stringEnd(i)
			m.Key = v[i:end]
			i = v.space(v.space(end) + 1)
		}
		m.Value = v[i:]
		size := look(m)
		switch {
		case size < 0:
			return size
		case size == 0:
			size = m.Value.size()
		}
		if i = v.space(i + size); v[i] == ',' {
			i = v.space(i + 1)
		}
	}
	return i + 1
}

// Count returns how many members a branch has.
func (v Value) Count() int {
	n := 0
	for range v.Members() {
		n++
	}
	return n
}

// Raw returns the value without what follows it.
func (v Value) Raw() []byte { return v[:v.size()] }

// size returns the length of the value in bytes.
func (v Value) size() int {
	switch {
	case v[0] == '"':
		return v.stringEnd(0)
	case !v.Branch():
		if end := bytes.IndexAny(v, " \t\r\n,]}"); end >= 0 {
			return end
		}
		return len(v)
	}
	depth := 0
	for i := 0; i < len(v); i++ {
		switch v[i] {
		case '"':
			i = v.stringEnd(i) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(v)
}

// stringEnd returns the index after the string that begins at i.
func (v Value) stringEnd(i int) int {
	for i++; i < len(v) && v[i] != '"'; i++ {
		if v[i] == '\\' {
			i++
		}
	}
	return min(i+1, len(v))
}

// space returns the index of the next byte that is not white space.
func (v Value) space(i int) int {
	for i < len(v) && (v[i] == ' ' || v[i] == '\t' || v[i] == '\r' || v[i] == '\n') {
		i++
	}
	return i
}
