package form

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ChangeKind is what was done to a value.
type ChangeKind string

// The kinds of changes.
const (
	Changed   ChangeKind = "changed"
	Added     ChangeKind = "added"     // an item or a member that was not proposed
	Removed   ChangeKind = "removed"   // an item or a member
	Emptied   ChangeKind = "emptied"   // a text
	Answered  ChangeKind = "answered"  // a field that had no value
	Replaced  ChangeKind = "replaced"  // a secret or masked value; neither the old nor the new one is shown
	Reordered ChangeKind = "reordered" // the same values, in another order or written differently
)

// Change is one difference between a proposed document and an answer, in words.
type Change struct {
	Pointer Pointer    `json:"pointer"` // in the answer; of what was removed, in the proposal
	Title   string     `json:"title"`   // "Quantity", "Lines, line 2"
	Kind    ChangeKind `json:"kind"`
	Old     string     `json:"old,omitempty"` // as the page shows it; empty if there was none
	New     string     `json:"new,omitempty"`
	Unit    string     `json:"unit,omitempty"`
	Note    string     `json:"note,omitempty"` // "4 fewer", "66 characters"
	Widget  Widget     `json:"widget,omitempty"`
}

// MaxChanges is how many changes are told one by one. The last one says how many more there are.
const MaxChanges = 100

// Changes says how an answer differs from the proposed document, in the order of the form. It is
// empty if the bytes are the same and no hidden value was typed. The form need not be drawn.
func (f *Form) Changes(proposed, answer Value, typed Typed) []Change {
	answer = f.uncompared(answer, typed)
	if proposed.Same(answer) {
		return nil
	}
	d := differ{}
	d.field(f.Root, "", proposed, answer, "")
	switch n := len(d.changes); {
	case n == 0:
		d.changes = []Change{{Title: "Answer", Kind: Reordered, Note: "the same values, in another order or written differently"}}
	case n > MaxChanges:
		more := Change{Title: "Answer", Kind: Changed, Note: fmt.Sprintf("and %d more changes", n-MaxChanges+1)}
		d.changes = append(d.changes[:MaxChanges-1], more)
	}
	return d.changes
}

// differ goes through a form and two documents together.
type differ struct{ changes []Change }

// field compares the values of a field; it is nil where the form has none.
func (d *differ) field(f *Field, title string, was, is Value, at Pointer) {
	if was.Same(is) || f != nil && f.Stamp != "" {
		return
	}
	if f != nil && f.Title != "" {
		title = joined(title, f.Title)
	}
	switch {
	case f != nil && f.hidden():
		d.changes = append(d.changes, Change{Pointer: at, Title: title, Kind: Replaced, Widget: f.Widget})
	case object(was) && object(is) && (was.Exists() || f != nil) && (is.Exists() || f != nil):
		d.members(f, title, was, is, at)
	case was.Kind() == Array && is.Kind() == Array, f != nil && f.Widget.many() && list(was) && list(is):
		d.items(f, title, was, is, at)
	default:
		d.single(f, title, was, is, at)
	}
}

func object(v Value) bool { return v.Kind() == Object || !v.Exists() }
func list(v Value) bool   { return v.Kind() == Array || !v.Exists() }

func joined(title, more string) string {
	if title == "" {
		return more
	}
	return title + ", " + more
}

func (d *differ) members(f *Field, title string, was, is Value, at Pointer) {
	known := map[string]bool{}
	if f != nil {
		for _, child := range f.Fields {
			known[child.Name] = true
			d.field(child, within(title, f), was.Member(child.Name), is.Member(child.Name), at.Child(child.Name))
		}
	}
	before, after := was.byName(), is.byName()
	for _, v := range []Value{was, is} {
		for _, m := range v.members {
			if !known[m.name] {
				known[m.name] = true
				d.field(nil, joined(title, spoken(m.name)), before[m.name], after[m.name], at.Child(m.name))
			}
		}
	}
}

// within is the title that the fields of a group begin with; those of the whole form begin with none.
func within(title string, f *Field) string {
	if f.Name == "" && title == f.Title {
		return ""
	}
	return title
}

// items compares two lists: what stayed keeps its order, what stands between is paired, and the rest
// was added or removed.
func (d *differ) items(f *Field, title string, was, is Value, at Pointer) {
	var item *Field
	if f != nil {
		item = f.Item
	}
	for _, pair := range aligned(was, is) {
		switch {
		case pair.is < 0:
			d.item(Removed, item, lineOf(title, item, pair.was), was.Item(pair.was), at.Item(pair.was))
		case pair.was < 0:
			d.item(Added, item, lineOf(title, item, pair.is), is.Item(pair.is), at.Item(pair.is))
		default:
			d.field(item, lineOf(title, item, pair.is), was.Item(pair.was), is.Item(pair.is), at.Item(pair.is))
		}
	}
}

// lineOf names an item. A list of single values needs no places: the value says which it is.
func lineOf(title string, item *Field, i int) string {
	if item != nil && item.Widget != Group {
		return title
	}
	return joined(title, "line "+strconv.Itoa(i+1))
}

func (d *differ) item(kind ChangeKind, f *Field, title string, v Value, at Pointer) {
	c := Change{Pointer: at, Title: title, Kind: kind}
	if kind == Added {
		c.New = shown(f, v)
	} else {
		c.Old = shown(f, v)
	}
	d.changes = append(d.changes, c)
}

func (d *differ) single(f *Field, title string, was, is Value, at Pointer) {
	if title == "" {
		title = "Answer"
	}
	c := Change{Pointer: at, Title: title, Kind: Changed, Old: shown(f, was), New: shown(f, is)}
	if f != nil {
		c.Unit, c.Widget = f.Unit, f.Widget
	}
	switch {
	case !is.Exists():
		c.Kind, c.New = Removed, ""
	case !was.Exists():
		c.Kind, c.Old = Answered, ""
		if f == nil {
			c.Kind = Added
		}
	case is.Kind() == String && is.Unquoted() == "":
		c.Kind, c.New = Emptied, ""
		c.Note = fmt.Sprintf("had %d characters", utf8.RuneCountInString(was.Unquoted()))
	case f != nil && f.Widget == Integer:
		c.Note = difference(was.JSON(), is.JSON())
	}
	d.changes = append(d.changes, c)
}

// difference says how much more or less a whole number is: "4 fewer".
func difference(was, is string) string {
	a, ok := new(big.Int).SetString(was, 10)
	b, both := new(big.Int).SetString(is, 10)
	if !ok || !both {
		return ""
	}
	switch n := b.Sub(b, a); n.Sign() {
	case -1:
		return n.Abs(n).String() + " fewer"
	case 1:
		return n.String() + " more"
	}
	return ""
}

// maxShown is how many characters of a value a change tells.
const maxShown = 200

// shown is a value as a page says it. What is secret in it is left out.
func shown(f *Field, v Value) string {
	var text string
	switch {
	case f != nil && f.secretive() && (f.Widget != Group || v.Kind() != Object):
		return ""
	case f != nil && f.Widget == Group && v.Kind() == Object:
		var parts []string
		for _, child := range f.Fields {
			if member := v.Member(child.Name); member.Exists() && !child.hidden() && child.Widget != Group && !child.Widget.many() {
				parts = append(parts, shown(child, member))
			}
		}
		text = strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), ", ")
	case f != nil:
		o, ok := f.option(v)
		if text = o.Title; !ok {
			text = words(v)
		}
	default:
		text = words(v)
	}
	if runes := []rune(text); len(runes) > maxShown {
		return string(runes[:maxShown]) + "…"
	}
	return text
}

// words are a value as a page says it, if the schema has no title for it.
func words(v Value) string {
	switch {
	case v.Kind() == String:
		return v.Unquoted()
	case v.Kind() == Null:
		return noValue.Title
	case v.True():
		return "Yes"
	case v.Kind() == Bool:
		return "No"
	}
	return v.JSON()
}
