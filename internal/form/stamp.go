package form

// Stamped is a place of an answer into which the desk writes.
type Stamped struct {
	Pointer Pointer `json:"pointer"`
	Stamp   Stamp   `json:"stamp"`
}

// Stamps are the places of an answer into which the desk writes. None lies in a list.
func (f *Form) Stamps() []Stamped {
	if f.Root == nil {
		return nil
	}
	return f.Root.stamps("")
}

func (f *Field) stamps(at Pointer) (all []Stamped) {
	if f.Stamp != "" {
		return []Stamped{{Pointer: at, Stamp: f.Stamp}}
	}
	for _, child := range f.Fields {
		all = append(all, child.stamps(at.Child(child.Name))...)
	}
	return all
}

// WithStamps returns an answer in which the desk has written. value says what stands for a stamp.
// Where the answer has another value than the object that the schema has there, it stays as it is.
func (v Value) WithStamps(places []Stamped, value func(Stamp) string) Value {
	for _, p := range places {
		tokens, _ := p.Pointer.Tokens()
		v = v.set(tokens, Text(value(p.Stamp)))
	}
	return v
}

func (v Value) set(tokens []string, value Value) Value {
	switch {
	case len(tokens) == 0:
		return value
	case v.Exists() && v.Kind() != Object:
		return v
	}
	return v.With(tokens[0], v.Member(tokens[0]).set(tokens[1:], value))
}

// any reports whether a field, or one below it, has a property.
func (f *Field) any(has func(*Field) bool) bool {
	if has(f) || f.Item != nil && f.Item.any(has) {
		return true
	}
	for _, child := range f.Fields {
		if child.any(has) {
			return true
		}
	}
	return false
}

// hidden reports whether the values of a field are not shown.
func (f *Field) hidden() bool { return f.Widget == Secret || f.Masked }

// secretive reports whether a field, or one below it, is hidden.
func (f *Field) secretive() bool { return f.any((*Field).hidden) }
