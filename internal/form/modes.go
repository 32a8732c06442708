package form

import (
	"maps"
	"slices"
)

// asJSON is what is posted once the answer is written as JSON instead of in fields. Inputs whose text
// is no value stay as they are, and so do the fields: their text would be lost.
func (f *Form) asJSON(prefix string, filled *Filled, posted Posted) Posted {
	if filled.Root == nil || len(filled.Faults) > 0 || f.HasSecret {
		return posted
	}
	forget(posted, prefix)
	posted[JSONName(prefix)] = []string{filled.Answer.JSON()}
	return posted
}

// asFields is what is posted once an answer that was written as JSON is shown in fields.
func (f *Form) asFields(prefix string, proposed Value, filled *Filled, posted Posted) Posted {
	if filled.Root != nil || len(filled.Faults) > 0 {
		return posted
	}
	said := f.Say(prefix, proposed, filled.Answer)
	if _, written := said.get(JSONName(prefix)); written {
		return posted
	}
	forget(posted, prefix)
	maps.Copy(posted, said)
	return posted
}

// Say gives what is posted to say an answer, byte for byte: in fields if they can, else as JSON. They
// cannot say other members, another spelling, or a longer list than the page draws. No form that hides
// values is asked.
func (f *Form) Say(prefix string, proposed, answer Value) Posted {
	if f.Drawn() && !long(f.Root, answer) {
		fields := Posted{}
		inputs(f.Fill(prefix, proposed, nil).Root, answer, fields)
		if f.Fill(prefix, proposed, fields).Answer.Same(answer) {
			return fields
		}
	}
	return Posted{JSONName(prefix): {answer.JSON()}}
}

// long reports whether a list of an answer has more items than the page draws.
func long(f *Field, v Value) bool {
	switch {
	case f.Widget.many():
		return v.Len() > MaxRows || slices.ContainsFunc(v.members, func(m member) bool { return long(f.Item, m.value) })
	case f.Widget == Group && v.Kind() == Object:
		values := v.byName()
		return slices.ContainsFunc(f.Fields, func(child *Field) bool { return long(child, values[child.Name]) })
	}
	return false
}

// inputs are what the fields of an entry post to say a value. No form that hides values is asked.
func inputs(e *Entry, v Value, posted Posted) {
	switch {
	case e.Fixed() || e.Value.Same(v):
	case e.Field.Widget == Group:
		for _, child := range e.Entries {
			inputs(child, v.Member(child.Field.Name), posted)
		}
	case e.Field.Widget.many():
		rowInputs(e, v, posted)
	default:
		says := &Entry{Field: e.Field, Widget: e.Field.Widget, Was: v}
		says.show()
		posted[e.Name] = []string{says.Text}
	}
}

// rowInputs are what the items of a list post to say a value. Items that were proposed keep their
// keys.
func rowInputs(e *Entry, v Value, posted Posted) {
	keys, added := []string{""}, 0
	for _, p := range aligned(e.Was, v) {
		switch {
		case p.is < 0:
			continue
		case p.was >= 0:
			keys = append(keys, e.Entries[p.was].Row)
			inputs(e.Entries[p.was], v.Item(p.is), posted)
			continue
		}
		added++
		key := keyOf(added)
		keys = append(keys, key)
		inner := walker{filled: &Filled{entries: map[Pointer]*Entry{}}}
		inputs(inner.walk(e.Field.Item, Value{}, e.Name+"/"+key, ""), v.Item(p.is), posted)
	}
	posted[e.RowsAs] = keys
}
