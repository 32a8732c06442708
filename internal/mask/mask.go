package mask

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"countersign/internal/jsontext"
)

// Text is what people see in the place of a masked value. It is the same for every value, because
// its length or its type would tell something of the value.
const Text = "••••••"

// Literal is Text as a document has it.
const Literal = `"` + Text + `"`

// Place is where a masked value is.
type Place struct {
	At      string // the indexes of the members that lead to it: "0.12"; empty for the whole document
	Pointer string // the JSON pointer of this one value
}

// Name is the name of the value, or its index in an array. The whole document has none.
func (p Place) Name() string {
	return unescape.Replace(p.Pointer[strings.LastIndexByte(p.Pointer, '/')+1:])
}

// Hide returns a document with [Literal] in the place of every value that a pointer names, and the
// places in the order of the document. Names are compared as their escapes read; a name that stands
// twice is masked twice. A text that is no JSON document is masked as a whole, because nobody can
// tell what is where in it; so is one for which a pointer is none. Without pointers the document is
// returned as it is.
func Hide(document []byte, pointers []string) (shown []byte, places []Place) {
	hidden := find(document, pointers)
	if len(hidden) == 0 {
		return document, nil
	}
	var b bytes.Buffer
	end := 0
	for _, h := range hidden {
		b.Write(document[end:h.start])
		b.WriteString(Literal)
		end = h.end
		places = append(places, h.Place)
	}
	b.Write(document[end:])
	return b.Bytes(), places
}

// Reveal returns the masked value at a place of a document, as it is spelled. ok is false if nothing
// is masked there.
func Reveal(document []byte, pointers []string, at string) (value []byte, p Place, ok bool) {
	hidden := find(document, pointers)
	i := slices.IndexFunc(hidden, func(h found) bool { return h.At == at })
	if i < 0 {
		return nil, Place{}, false
	}
	return document[hidden[i].start:hidden[i].end], hidden[i].Place, true
}

// Value returns the value that a pointer names, as it is spelled. ok is false unless there is exactly
// one.
func Value(document []byte, pointer string) (value []byte, ok bool) {
	all := find(document, []string{pointer})
	if len(all) != 1 || all[0].Pointer != pointer {
		return nil, false
	}
	return document[all[0].start:all[0].end], true
}

// found is a masked value, from the byte start to the byte end of the document.
type found struct {
	Place
	start, end int
}

// find returns the values that pointers name, in the order of the document. A value that is within
// another one is part of that.
func find(document []byte, pointers []string) []found {
	if len(pointers) == 0 || len(document) == 0 {
		return nil
	}
	v, ok := jsontext.Read(document)
	if !ok || slices.ContainsFunc(pointers, func(p string) bool { return Check(p) != nil }) {
		return []found{{Place{}, 0, len(document)}}
	}
	s := search{document: document}
	all := make([]tokens, len(pointers))
	for i, p := range pointers {
		all[i] = parse(p)
	}
	s.walk(v, Place{}, routeOf(all))
	return s.found
}

type search struct {
	document []byte
	found    []found
}

// walk looks at one value, to which pointers lead, and returns its size, as [jsontext.Value.Descend]
// wants it.
func (s *search) walk(v jsontext.Value, p Place, r *route) int {
	if r.ends {
		start, size := len(s.document)-len(v), len(v.Raw()) // a value is the document from there on
		s.found = append(s.found, found{p, start, start + size})
		return size
	}
	if !v.Branch() {
		return 0
	}
	return v.Descend(func(m jsontext.Member) int {
		if next := r.into(m); next != nil {
			return s.walk(m.Value, p.member(m), next)
		}
		return 0
	})
}

// member is the place of a member of the value at a place.
func (p Place) member(m jsontext.Member) Place {
	return Place{
		At:      strings.TrimPrefix(p.At+"."+strconv.Itoa(m.Index), "."),
		Pointer: p.Pointer + "/" + escape.Replace(nameOf(m)),
	}
}
