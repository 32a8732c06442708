package form

// maxKept bounds the work of finding for each item of a list the one that was proposed, in values
// that are compared.
const maxKept = 1 << 18

// unkept are the faults of an answer that differs from the proposed one where it may not: in read-only
// values, and in members that the schema does not name. Fields cannot do that, but an answer can be
// written as JSON, and posted without a page. In a form that is not drawn nothing is read-only.
func (f *Form) unkept(proposed, answer Value) []Fault {
	if !f.Drawn() {
		return nil
	}
	k := keeper{}
	k.field(f.Root, proposed, answer, "")
	if k.work > maxKept {
		return []Fault{{Detail: "is too long to be compared with what was proposed: change it in the fields"}}
	}
	return k.faults
}

// keeper goes through a form and two documents together.
type keeper struct {
	faults []Fault
	work   int
}

func (k *keeper) readOnly(at Pointer) {
	k.faults = append(k.faults, Fault{Pointer: at, Detail: "is read-only"})
}

func (k *keeper) field(f *Field, was, is Value, at Pointer) {
	k.work += 1 + was.Len()
	switch {
	case was.Same(is) || f.Stamp != "" || k.work > maxKept:
	case f.ReadOnly:
		if !was.alike(is) {
			k.readOnly(at)
		}
	case f.Widget == Group:
		k.group(f, was, is, at)
	case f.Widget.many() && (f.Item.Widget == Group || f.Item.ReadOnly):
		k.items(f.Item, was, is, at)
	}
}

func (k *keeper) group(f *Field, was, is Value, at Pointer) {
	before, after := was.byName(), is.byName()
	for _, child := range f.Fields {
		k.field(child, before[child.Name], after[child.Name], at.Child(child.Name))
		delete(before, child.Name)
	}
	for _, m := range was.members { // in their order; an array has none of these names
		if value, unnamed := before[m.name]; unnamed && !value.alike(after[m.name]) {
			k.readOnly(at.Child(m.name))
		}
	}
}

// items compares lists whose items may have come and gone. Each item is one that was proposed, if it
// has the same read-only values, or else a new one, which has none.
func (k *keeper) items(f *Field, was, is Value, at Pointer) {
	if is.Kind() != Array {
		return // the list was taken away
	}
	used, next := make([]bool, was.Len()), 0
	for i := range is.Len() {
		if from := k.origin(f, was, is.Item(i), used, next); from >= 0 {
			used[from], next = true, from+1
		} else {
			k.field(f, Value{}, is.Item(i), at.Item(i))
		}
	}
}

// origin is the place of the proposed item that an item may be; -1 if there is none. It begins to look
// where that item probably is.
func (k *keeper) origin(f *Field, was, item Value, used []bool, next int) int {
	if was.Kind() != Array {
		return -1
	}
	for i := range used {
		from := (next + i) % len(used)
		if used[from] {
			continue
		}
		trial := keeper{work: k.work}
		trial.field(f, was.Item(from), item, "")
		if k.work = trial.work; len(trial.faults) == 0 {
			return from
		}
	}
	return -1
}

// alike reports whether two values are the same but for white space in them.
func (v Value) alike(w Value) bool {
	if v.kind != w.kind || len(v.members) != len(w.members) {
		return false
	}
	if v.kind != Object && v.kind != Array {
		return v.text == w.text
	}
	for i, m := range v.members {
		if m.name != w.members[i].name || !m.value.alike(w.members[i].value) {
			return false
		}
	}
	return true
}
