package form

import "slices"

// cover masks each field whose proposed value repeats what is masked elsewhere: covers reports that of a
// text or a number. A field that cannot be masked as [Field.Masked] says cannot be changed then, and neither
// can an answer that could only be written as JSON.
func (f *Form) cover(proposed Value, covers func(text string) bool) {
	switch {
	case f.Drawn():
		f.Root.cover(proposed, covers)
	case proposed.holds(covers):
		f.Root = &Field{}
		f.Root.conceal()
	default:
		return
	}
	f.HasSecret = f.HasSecret || f.Root.secretive()
}

func (f *Field) cover(was Value, covers func(string) bool) {
	switch {
	case f.hidden():
	case f.Stamp != "": // the desk writes over it, but JSON would show it
		f.Masked = was.holds(covers)
	case f.Widget == Group && was.Kind() == Object:
		f.coverMembers(was, covers)
	case f.Widget.many() && f.Item.Widget == Group && was.Kind() == Array:
		for _, item := range was.members {
			f.Item.cover(item.value, covers)
		}
		if f.Item.Masked || f.unique && f.Item.secretive() {
			f.conceal() // an item is no object, or whether two are the same would tell what is masked
		}
	case was.holds(covers):
		f.conceal()
	}
}

func (f *Field) coverMembers(was Value, covers func(string) bool) {
	for _, m := range was.members {
		i := slices.IndexFunc(f.Fields, func(child *Field) bool { return child.Name == m.name })
		switch {
		case i >= 0:
			f.Fields[i].cover(m.value, covers)
		case covers(m.name): // the schema does not name it, and it would be a title
			f.conceal()
			return
		case m.value.holds(covers):
			child := &Field{Name: m.name, Title: spoken(m.name)}
			child.conceal()
			f.Fields = append(f.Fields, child)
		}
	}
}

// maskable are the widgets with an input for a value that is masked.
var maskable = []Widget{Line, LongText, Integer, Decimal, Date}

// conceal masks a field.
func (f *Field) conceal() {
	if f.Masked = true; !slices.Contains(maskable, f.Widget) {
		f.Widget, f.ReadOnly, f.Choices, f.Fields, f.Item = Raw, true, nil, nil, nil
	}
}

// holds reports whether covers finds a text, a number or a name in a value.
func (v Value) holds(covers func(string) bool) bool {
	if v.kind == String && covers(v.Unquoted()) || v.kind == Number && covers(v.text) {
		return true
	}
	return slices.ContainsFunc(v.members, func(m member) bool {
		return v.kind == Object && covers(m.name) || m.value.holds(covers)
	})
}
