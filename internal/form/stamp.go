package form

// Stamped returns an answer with the values that the desk writes. value says what stands for a
// stamp. A document that has no object where the schema has one keeps what it has there.
func (f *Form) Stamped(answer Value, value func(Stamp) string) Value {
	if f.Root == nil {
		return answer
	}
	return stamped(f.Root, answer, value)
}

func stamped(f *Field, v Value, value func(Stamp) string) Value {
	switch {
	case f.Stamp != "":
		return Text(value(f.Stamp))
	case f.Widget == Group && (v.Kind() == Object || !v.Exists()):
		for _, child := range f.Fields {
			was := v.Member(child.Name)
			if is := stamped(child, was, value); !is.Same(was) {
				v = v.With(child.Name, is)
			}
		}
	case f.Widget.many() && v.Kind() == Array:
		items, from := make([]Value, v.Len()), make([]int, v.Len())
		for i := range items {
			items[i], from[i] = stamped(f.Item, v.Item(i), value), i
		}
		return v.withItems(items, from)
	}
	return v
}

// HasStamp reports whether the desk writes anything into an answer.
func (f *Form) HasStamp() bool {
	return f.Root != nil && f.Root.any(func(f *Field) bool { return f.Stamp != "" })
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

// secretive reports whether a field is a secret or has one below it.
func (f *Field) secretive() bool { return f.any(func(f *Field) bool { return f.Widget == Secret }) }
