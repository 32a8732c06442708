package form

import (
	"fmt"
	"strconv"
)

// Bounds of what is drawn of one document. What lies beyond is kept as it was proposed and shown as JSON;
// beyond MaxEntries, members that the schema does not name are left to the preview.
const (
	MaxRows    = 200   // of one list
	MaxEntries = 2_000 // of the whole page
)

// Start is the document that a form starts from if its sender proposes none: the schema's default,
// or an object of its properties' defaults.
func (f *Form) Start() Value {
	if f.Root == nil {
		return Value{}
	}
	return start(f.Root)
}

func start(f *Field) Value {
	if f.Widget != Group || f.Default.Exists() {
		return f.Default
	}
	v := Value{kind: Object, text: "{}"}
	for _, child := range f.Fields {
		if first := start(child); child.Widget != Group || child.Required || first.Len() > 0 {
			v = v.With(child.Name, first)
		}
	}
	return v
}

// Fill gives the answer that a posted form makes of a proposed document. The names of its inputs
// begin with prefix. What was not posted, and what was posted as it was shown, stays as it was
// proposed, byte for byte. If the form is not drawn, or the reviewer prefers it ([JSONName]), the
// answer is written as JSON, but never where something in it is not shown.
func (f *Form) Fill(prefix string, proposed Value, posted Posted) *Filled {
	if text, typed := posted.get(JSONName(prefix)); typed && !f.HasSecret || !f.Drawn() {
		return written(proposed, text, typed)
	}
	w := walker{posted: posted, filled: &Filled{entries: map[Pointer]*Entry{}}}
	return w.fill(f.Root, proposed, prefix)
}

// Reveal returns the entry of a masked value of a proposed document, by the name of its input, with
// the value in it. ok is false if nothing is masked there.
func (f *Form) Reveal(prefix string, proposed Value, name string) (e *Entry, ok bool) {
	if !f.Drawn() {
		return nil, false
	}
	w := walker{reveals: name, filled: &Filled{entries: map[Pointer]*Entry{}}}
	e = w.fill(f.Root, proposed, prefix).Root.named(name)
	return e, e != nil && e.Field.Masked && e.Was.Exists()
}

// walker goes through a form and a document together.
type walker struct {
	posted  Posted
	reveals string // the name of the input whose masked value is shown; empty for none
	filled  *Filled
	count   int
}

func (w *walker) fill(f *Field, proposed Value, prefix string) *Filled {
	root := w.walk(f, proposed, prefix, "")
	w.filled.Root, w.filled.Answer = root, root.Value
	w.settle(root)
	return w.filled
}

// walk makes the entry of a field. Its pointer is not final: places in lists are known at the end.
func (w *walker) walk(f *Field, was Value, name string, at Pointer) *Entry {
	w.count++
	e := &Entry{Field: f, Widget: f.Widget, Name: name, Pointer: at, Title: f.Title, Value: was, Was: was}
	e.Revealed = f.Masked && name == w.reveals
	switch {
	case w.count > MaxEntries:
		e.raw("The form would have too many fields.")
	case f.Widget == Group:
		w.group(e)
	case f.Widget.many():
		w.list(e)
	case f.Widget == Secret:
		w.secret(e)
	default:
		w.single(e)
	}
	for _, child := range e.Entries {
		e.Typed = e.Typed || child.Typed
	}
	e.Changed = e.Typed || !e.Value.Same(e.Was)
	return e
}

// raw shows an entry's value as JSON, unless it may hold a secret or is masked.
func (e *Entry) raw(note string) {
	e.Widget, e.Note = Raw, note
	if e.Revealed || !e.Field.secretive() {
		e.Text = e.Was.JSON()
	} else {
		e.Masked = e.Field.Masked && e.Was.Exists()
	}
}

func (w *walker) group(e *Entry) {
	if kind := e.Was.Kind(); kind != Object && kind != Null && kind != Absent {
		e.raw("The proposed value is no object.")
		return
	}
	for _, f := range e.Field.Fields {
		child := w.walk(f, e.Was.Member(f.Name), e.Name+inputName(f.Name), e.Pointer.Child(f.Name))
		if child.Changed {
			e.Value = e.Value.With(f.Name, child.Value)
		}
		e.Entries = append(e.Entries, child)
	}
	w.others(e)
}

// others adds entries for members that were proposed and that the schema does not name.
func (w *walker) others(e *Entry) {
	known := make(map[string]bool, len(e.Field.Fields))
	for _, f := range e.Field.Fields {
		known[f.Name] = true
	}
	for _, m := range e.Was.members {
		if known[m.name] {
			continue
		}
		if w.count++; w.count > MaxEntries {
			return
		}
		field := &Field{Name: m.name, Title: spoken(m.name), Widget: Raw, ReadOnly: true}
		other := &Entry{
			Field: field, Name: e.Name + inputName(m.name), Pointer: e.Pointer.Child(m.name),
			Title: field.Title, Value: m.value, Was: m.value,
		}
		other.raw("The form does not name this value. It goes back as it was proposed.")
		e.Entries = append(e.Entries, other)
	}
}

func (w *walker) list(e *Entry) {
	if kind := e.Was.Kind(); kind != Array && kind != Null && kind != Absent || e.Was.Len() > MaxRows {
		e.raw("The proposed value is no list.")
		if kind == Array {
			e.Note = fmt.Sprintf("The list has more than %d items.", MaxRows)
		}
		return
	}
	e.RowsAs = rowsName(e.Name)
	var items []Value
	var from []int
	for _, row := range w.rows(e) {
		item := w.row(e, row)
		e.Entries = append(e.Entries, item)
		if item.Value.Exists() {
			items, from = append(items, item.Value), append(from, row.from)
		}
	}
	if e.CanAdd = e.another(); e.CanAdd && e.Field.Widget == List {
		e.AddName = addName(e.Name)
		if item := w.added(e); item != nil {
			e.Entries = append(e.Entries, item)
			if item.Value.Exists() {
				items, from = append(items, item.Value), append(from, isNew)
			}
		}
	}
	if !e.Fixed() && (len(items) > 0 || e.Was.Len() > 0) {
		e.Value = e.Was.withItems(items, from)
	}
}

// another reports whether a list can have another item.
func (e *Entry) another() bool {
	n, most := len(e.Entries), e.Field.Bounds.MaxItems
	closed := func(f *Field) bool { return f.ReadOnly && f.Required }
	return !e.Fixed() && n < MaxRows && (most == 0 || n < most) && !e.Field.Item.any(closed)
}

// row makes the entry of an item.
func (w *walker) row(e *Entry, row row) *Entry {
	var was Value
	if row.from != isNew {
		was = e.Was.Item(row.from)
	}
	item := w.walk(e.Field.Item, was, e.Name+"/"+row.key, "")
	item.Row, item.IsNew = row.key, row.from == isNew
	if item.IsNew && item.Field.Widget == Group && !item.Value.Exists() {
		item.Value, item.Changed = Value{kind: Object, text: "{}"}, true
	}
	return item
}

// added makes the entry of the item that was typed into the input for another one.
func (w *walker) added(e *Entry) *Entry {
	text, ok := w.posted.get(e.AddName)
	if !ok || text == "" {
		return nil
	}
	key := newKey(w.posted[e.RowsAs])
	typed := Posted{e.Name + "/" + key: {text}}
	inner := walker{posted: typed, filled: w.filled, count: w.count}
	return inner.row(e, row{key: key, from: isNew})
}

// settle gives items their places in the answer, and collects entries and faults by pointer.
func (w *walker) settle(e *Entry) {
	w.filled.entries[e.Pointer] = e
	if e.Typed && e.Field.hidden() {
		w.filled.typed = append(w.filled.typed, e.Pointer)
	}
	for _, detail := range e.Faults {
		w.filled.Faults = append(w.filled.Faults, Fault{Pointer: e.Pointer, Detail: detail})
	}
	place := 0
	for i, child := range e.Entries {
		if e.Field.Widget.many() {
			child.Title = "line " + strconv.Itoa(i+1)
			child.moved(child.Pointer, e.Pointer.Item(place))
			if child.Value.Exists() {
				place++
			}
		}
		w.settle(child)
	}
}

// moved replaces the beginning of the pointers of an entry and those below.
func (e *Entry) moved(from, to Pointer) {
	e.Pointer = to + e.Pointer[len(from):]
	for _, child := range e.Entries {
		child.moved(from, to)
	}
}
