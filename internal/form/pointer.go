package form

import (
	"slices"
	"strconv"
	"strings"
)

// Pointer is a JSON pointer (RFC 6901); the empty one is the whole document.
type Pointer string

var (
	escaped   = strings.NewReplacer("~", "~0", "/", "~1")
	unescaped = strings.NewReplacer("~1", "/", "~0", "~")
)

// Child is the pointer to a member or an item.
func (p Pointer) Child(name string) Pointer { return p + "/" + Pointer(escaped.Replace(name)) }

// Item is the pointer to an item of an array.
func (p Pointer) Item(i int) Pointer { return p + "/" + Pointer(strconv.Itoa(i)) }

// Tokens are the names and places that the pointer leads through. It reports false if the text is
// no pointer.
func (p Pointer) Tokens() (tokens []string, ok bool) {
	if p == "" {
		return nil, true
	}
	parts := strings.Split(string(p), "/")
	if parts[0] != "" {
		return nil, false
	}
	for _, part := range parts[1:] {
		tokens = append(tokens, unescaped.Replace(part))
	}
	return tokens, true
}

// At is the value that a pointer leads to; absent if it leads nowhere.
func (v Value) At(p Pointer) Value {
	tokens, ok := p.Tokens()
	if !ok {
		return Value{}
	}
	for _, token := range tokens {
		i := v.place(token)
		if i < 0 {
			return Value{}
		}
		v = v.members[i].value
	}
	return v
}

// place is where a value has the member or item that a token of a pointer names; -1 if it has none.
func (v Value) place(token string) int {
	if v.kind != Array {
		return v.index(token)
	}
	i, err := strconv.Atoi(token)
	if err != nil || strconv.Itoa(i) != token || i < 0 || i >= len(v.members) {
		return -1
	}
	return i
}

// Leads reports whether an answer to the form may have something at a pointer: a field, or what the
// proposed answer has beside the fields. In a form that is not drawn it may be anywhere, because the
// reviewer writes all of the answer.
func (f *Form) Leads(p Pointer, proposed Value) bool {
	tokens, ok := p.Tokens()
	return ok && (!f.Drawn() || f.Root.has(tokens) || proposed.At(p).Exists())
}

// has reports whether there is a field at a place in this one.
func (f *Field) has(tokens []string) bool {
	if len(tokens) == 0 {
		return true
	}
	if f.Item != nil {
		i, err := strconv.Atoi(tokens[0])
		return err == nil && i >= 0 && strconv.Itoa(i) == tokens[0] && f.Item.has(tokens[1:])
	}
	return slices.ContainsFunc(f.Fields, func(member *Field) bool {
		return member.Name == tokens[0] && member.has(tokens[1:])
	})
}

// Line is the line, counted from 1, on which a pointer's value begins; that of the nearest value
// around it if the pointer leads nowhere.
func (v Value) Line(p Pointer) int {
	line := 1
	tokens, _ := p.Tokens()
	for _, token := range tokens {
		i := v.place(token)
		if i < 0 {
			break
		}
		for _, m := range v.members[:i] {
			line += strings.Count(m.before+m.colon+m.value.text+m.after, "\n")
		}
		line += strings.Count(v.members[i].before+v.members[i].colon, "\n")
		v = v.members[i].value
	}
	return line
}

// Parent is the pointer to the object or array around a value; that of the document is itself.
func (p Pointer) Parent() Pointer { return p[:max(0, strings.LastIndexByte(string(p), '/'))] }
