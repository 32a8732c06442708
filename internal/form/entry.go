package form

import "strings"

// Entry is one field on the page with what it holds now. A field of a list has an entry for each
// item.
type Entry struct {
	Field  *Field
	Widget Widget // how to draw it: the field's, or another if that could not show the value
	// Name is the name of the input. Buttons carry it: see [Press].
	Name    string
	Pointer Pointer // in the answer; for an item that is not in it, where it would be
	Title   string  // of an item: its place, "line 2"; else the field's

	Value Value  // what the answer holds; absent is possible
	Text  string // what the input shows: as it was typed, also if that is no valid value
	Was   Value  // what was proposed
	// Note says why the value is shown as JSON and cannot be edited in its field; else empty.
	Note string
	// Zone is the zone of a date-time's text, as "Europe/Vilnius, UTC+2" or "UTC+2".
	Zone string
	// Masked says that the proposed value is there and not shown: an empty input keeps it.
	Masked bool
	// Revealed says that the reader has revealed the proposed value, so that an empty input deletes it.
	Revealed bool
	// Proof is what the page sends back to prove that, see [Posted.Proven].
	Proof string
	// Typed says that somebody typed into the field of a hidden value, or into one below. It is a change,
	// whatever was typed: nobody can try out what is hidden.
	Typed bool
	// Sealed is what [Posted.Seal] made of the secret that was typed; empty if none was.
	Sealed  string
	Changed bool     // the answer differs from the proposal here, or in an entry below
	IsNew   bool     // an item that was not proposed
	Faults  []string // what is wrong with it, as [Fault.Detail]

	Entries []*Entry // of a group: its fields; of a list: its items
	CanAdd  bool     // of a list: another item fits, and the reviewer can fill it in
	AddName string   // of a List that can have another item: the name of the input whose text becomes another item
	RowsAs  string   // of a list: the name of the hidden inputs that say which items there are
	Row     string   // of an item: the value of that hidden input
}

// Fixed reports whether the reviewer cannot change the entry on the page.
func (e *Entry) Fixed() bool {
	return e.Widget == Raw || e.Field.ReadOnly || e.Field.Stamp != ""
}

// Fault is one thing that is wrong with an answer. Detail stands after the field's name and a colon:
// "at most 60", "is missing". It has no full stop. Blind says the same and nothing of the value, for
// a field whose value is not shown; empty if Detail says nothing of it either.
type Fault struct {
	Pointer Pointer
	Detail  string
	Blind   string
}

// Filled is a form with what a reviewer has filled in so far.
type Filled struct {
	Answer Value
	Root   *Entry  // nil if the answer is written as JSON
	Text   string  // the answer as it was written; empty if there are fields
	Faults []Fault // of inputs whose text is no value; [Filled.Blame] adds those of the schema

	entries map[Pointer]*Entry
	typed   []Pointer // the hidden values that somebody typed
}

// Blame adds faults that a [Checker] found in the answer, each to the entry it is about. If an
// input's text is no value, faults of its earlier value are left out.
func (f *Filled) Blame(faults []Fault) {
	already := map[Pointer]bool{}
	for _, fault := range f.Faults {
		already[fault.Pointer] = true
	}
	for _, fault := range faults {
		if !already[fault.Pointer] {
			f.blame(fault)
		}
	}
}

func (f *Filled) blame(fault Fault) {
	e := f.Beside(fault.Pointer)
	if fault.Blind != "" && e != nil && e.Field.secretive() {
		fault.Detail = fault.Blind
	}
	f.Faults = append(f.Faults, fault)
	if e != nil {
		e.Faults = append(e.Faults, fault.Detail)
	}
}

// Near is the entry that a pointer is about: its own, or that of the nearest value around it.
func (f *Filled) Near(p Pointer) *Entry {
	for {
		if e, ok := f.entries[p]; ok {
			return e
		}
		if p == "" {
			return nil
		}
		p = p.Parent()
	}
}

// Beside is the entry beside which a page says what is wrong at a pointer: the nearest one, or the
// outermost around it that is shown as one value because nothing in it can be changed.
func (f *Filled) Beside(p Pointer) *Entry {
	beside := f.Near(p)
	for at := p; at != ""; at = at.Parent() {
		if e := f.Near(at); e != nil && e.Fixed() && e.Row == "" {
			beside = e
		}
	}
	return beside
}

// removable reports whether an entry stands in an item that the reviewer can take away.
func (f *Filled) removable(e *Entry) bool {
	for at := e.Pointer; at != ""; at = at.Parent() {
		if f.Near(at).Row != "" && !f.Near(at.Parent()).Fixed() {
			return true
		}
	}
	return false
}

// Posted are the fields of a posted form, by the names of their inputs.
type Posted map[string][]string

// get is the value of an input that has one. ok is false if it was not posted.
func (p Posted) get(name string) (value string, ok bool) {
	values, ok := p[name]
	if !ok || len(values) == 0 {
		return "", false
	}
	return values[len(values)-1], true
}

// inputNames writes what has a meaning in a name, and what browsers change in one.
var inputNames = strings.NewReplacer("~", "~0", "/", "~1", "#", "~2", "\n", "~3", "\r", "~4", "\x00", "~5")

// inputName is what a member adds to the name of its object's inputs.
func inputName(member string) string { return "/" + inputNames.Replace(member) }

// WasText is the proposed value as a page says it; empty if there was none, and for one that is not
// shown.
func (e *Entry) WasText() string {
	if !e.Was.Exists() {
		return ""
	}
	return shown(e.Field, e.Was)
}
