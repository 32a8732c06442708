package form

import "strings"

// With returns an object with a member set: in its place if it has one, else at the end. An absent
// value takes the member away. What is no object becomes one.
func (v Value) With(name string, value Value) Value {
	at := v.index(name)
	if at < 0 && !value.Exists() {
		return v
	}
	if v.kind != Object {
		v = Value{kind: Object, text: "{}"}
	}
	var members []member
	var from []int
	for i, m := range v.members {
		if i == at {
			m.value = value
		}
		if m.value.Exists() {
			members, from = append(members, m), append(from, i)
		}
	}
	if at < 0 {
		fresh := member{key: Text(name).text, colon: ":", name: name, value: value}
		if n := len(v.members); n > 0 {
			fresh.colon = v.members[n-1].colon
		}
		members, from = append(members, fresh), append(from, isNew)
	}
	return v.rebuilt(members, from)
}

// isNew stands for the place of a member that the object or array did not have.
const isNew = -1

// withItems returns an array of items. from has for each the place that it had in this array, or
// isNew.
func (v Value) withItems(items []Value, from []int) Value {
	if v.kind != Array {
		v = Value{kind: Array, text: "[]"}
	}
	members := make([]member, len(items))
	for i, item := range items {
		if from[i] != isNew {
			members[i] = v.members[from[i]]
		}
		members[i].value = item
	}
	return v.rebuilt(members, from)
}

// rebuilt is the object or array with other members, written like the one it is made of: the first
// has the white space of the first, the last that of the last, and a new one that of those between.
func (v Value) rebuilt(members []member, from []int) Value {
	if old := v.members; len(old) > 0 {
		end := len(old) - 1
		between := member{before: old[min(1, end)].before}
		if end > 0 {
			between.after = old[0].after
		}
		for i := range members {
			m := &members[i]
			switch {
			case i == 0:
				m.before = old[0].before
			case from[i] == isNew || from[i] == 0:
				m.before = between.before
			}
			switch {
			case i == len(members)-1:
				m.after = old[end].after
			case from[i] == isNew || from[i] == end:
				m.after = between.after
			}
		}
	}
	return Value{kind: v.kind, members: members, text: spelled(v.kind, members)}
}

// Blank is a value with an empty text in the place of each string, number and other literal in it.
func (v Value) Blank() Value {
	switch v.kind {
	case Absent:
		return v
	case Array, Object:
		members, from := make([]member, len(v.members)), make([]int, len(v.members))
		for i, m := range v.members {
			m.value = m.value.Blank()
			members[i], from[i] = m, i
		}
		return v.rebuilt(members, from)
	case Null, Bool, Number, String:
	}
	return Text("")
}

func spelled(kind Kind, members []member) string {
	var b strings.Builder
	brackets := "{}"
	if kind == Array {
		brackets = "[]"
	}
	b.WriteByte(brackets[0])
	for i, m := range members {
		if i > 0 {
			b.WriteByte(',')
		}
		for _, part := range []string{m.before, m.key, m.colon, m.value.text, m.after} {
			b.WriteString(part)
		}
	}
	b.WriteByte(brackets[1])
	return b.String()
}
