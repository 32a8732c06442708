package forms

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/form"
	"countersign/views/untrusted"
	"countersign/views/words"

	"github.com/a-h/templ"
)

// Form is the form of one outcome, with what its reader has answered so far.
type Form struct {
	Form     *form.Form
	Filled   *form.Filled
	Text     string // the answer as it is written as JSON, if Filled has no fields
	Proposed form.Value
	Changes  []form.Change

	Schema   string    // the schema, as its sender wrote it
	Brought  time.Time // when the request brought it
	Prefix   string    // what the names of the inputs begin with
	Outcome  string    // the outcome's name
	Label    string    // the outcome's label, where a page has several forms; else empty
	Action   string    // the address to which the decision is posted
	Reveal   string    // the address to which buttons post that reveal a value
	Callback string    // the callback's own ID, under which a browser keeps what was typed
	Told     bool      // whether what is wrong is shown: the reader has sent the answer
	// AllCovered says why what is proposed is masked: the desk cannot tell now what is masked elsewhere
	AllCovered bool
	Again      bool // it holds the answer of a signature of the reader that is void
}

// button is the name of the buttons that change a form. Their values are [form.Form.Press]'s.
const button = "form"

// AgainField names the outcome whose form began with an earlier answer of its reader, so that a form that is
// drawn again says so.
const AgainField = "again"

// RevealButton is the name of the buttons that reveal a value. Their values are names of entries.
const RevealButton = "reveal"

// id is an HTML ID made of the name of an input. Different names have different IDs.
func id(name string) string {
	var b strings.Builder
	b.WriteString("f-")
	for i := range len(name) {
		switch c := name[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-':
			b.WriteByte(c)
		case c == '/':
			b.WriteByte('.')
		default:
			fmt.Fprintf(&b, "_%02x", c)
		}
	}
	return b.String()
}

// ID is the ID of the whole form.
func (f Form) ID() string { return id(f.Prefix + "#form") }

// press are the attributes of a button that changes the form. Without a script, the page that
// follows begins at the element with the ID.
func (f Form) press(value, at string) templ.Attributes {
	return templ.Attributes{"name": button, "value": value, "form": "decide", "formaction": f.Action + "#" + at}
}

// reveal are the attributes of the button that reveals a masked value. A script puts the value into the
// field; without one, the page comes again with it and with everything that was typed.
func (f Form) reveal(e *form.Entry) templ.Attributes {
	return templ.Attributes{
		"name": RevealButton, "value": e.Name, "form": "decide", "formaction": f.Reveal + "#" + id(e.Name),
		"data-reveal": callbacks.ID(f.Callback).Path() + "/reveal/value", "aria-label": "Reveal, logged: " + untrusted.Attribute(title(e)),
	}
}

func (f Form) heading() string {
	if f.Label == "" {
		return "Answer"
	}
	return "Answer for “" + untrusted.Isolate(f.Label) + "”"
}

// filledWith says where the answer comes from; empty if the reader begins with nothing.
func (f Form) filledWith() string {
	switch {
	case f.Again:
		return "filled with the answer that you signed before; change what you want"
	case f.Proposed.Exists():
		return "filled with what was proposed; change what you want"
	}
	return ""
}

// fields are the entries that stand side by side at the top.
func (f Form) fields() []*form.Entry {
	if root := f.Filled.Root; root.Widget == form.Group && !root.Fixed() {
		return root.Entries
	}
	return []*form.Entry{f.Filled.Root}
}

// written reports whether the answer is written as JSON.
func (f Form) written() bool { return f.Filled.Root == nil }

// title is what a page calls an entry.
func title(e *form.Entry) string {
	if e.Title == "" {
		return "Answer"
	}
	return e.Title
}

// problem is one thing that is wrong with the answer.
type problem struct {
	ID   string // of the field that it leads to
	Name string // of the entry; empty for the whole answer
	Text string
}

// problems are what is wrong, in the order of the answer.
func (f Form) problems() (all []problem) {
	if f.written() {
		for _, fault := range f.lineFaults() {
			all = append(all, problem{id(f.jsonName()), f.jsonName(), fmt.Sprintf("Line %d, %s", fault.Line, fault.Text)})
		}
		return all
	}
	for _, fault := range f.Filled.Faults {
		e, beside := f.Filled.Near(fault.Pointer), f.Filled.Beside(fault.Pointer)
		at, name := id(beside.Name), beside.Name
		if e == f.Filled.Root {
			at, name = f.ID()+"-t", ""
		}
		all = append(all, problem{at, name, named(e, f.lineOf(e)) + ": " + fault.Detail})
	}
	return all
}

// lineOf is the title of the item in which an entry stands; empty if it stands in none.
func (f Form) lineOf(e *form.Entry) string {
	for p := e.Pointer; p != ""; {
		p = p.Parent()
		if around := f.Filled.Near(p); around.Row != "" && around != e {
			return around.Title
		}
	}
	return ""
}

// problemsTitle counts what is wrong.
func (f Form) problemsTitle() string {
	if n := len(f.Filled.Faults); n != 1 {
		return words.Plural(n, "answer") + " need a correction before this can be sent"
	}
	return "1 answer needs a correction before this can be sent"
}

// fault is what is wrong with one entry, as a sentence under its field.
func fault(e *form.Entry) string {
	return words.Capital(strings.Join(e.Faults, "; "))
}

// counts says how many values a form has, and which the reader cannot change or see.
func (f Form) counts() string {
	if f.written() {
		return "written as JSON"
	}
	all, fixed, secret := 0, 0, 0
	each(f.Filled.Root, func(e *form.Entry) {
		all++
		if e.Fixed() {
			fixed++
		} else if e.Widget == form.Secret {
			secret++
		}
	})
	said := fmt.Sprint(all)
	if fixed > 0 {
		said += fmt.Sprintf(", of them %d read-only", fixed)
	}
	if secret > 0 {
		said += ", " + words.Plural(secret, "secret")
	}
	return said
}

// values is how many values the page shows.
func (f Form) values() (n int) {
	if !f.written() {
		each(f.Filled.Root, func(*form.Entry) { n++ })
	}
	return n
}

// each calls visit for each entry that holds one value.
func each(e *form.Entry, visit func(*form.Entry)) {
	if len(e.Entries) == 0 && e.Widget != form.Group && e.RowsAs == "" {
		visit(e)
	}
	for _, child := range e.Entries {
		each(child, visit)
	}
}

func (f Form) digest() string {
	sum := sha256.Sum256([]byte(f.Schema))
	return hex.EncodeToString(sum[:])
}

// changesTitle counts the changes: "2 of 16".
func (f Form) changesTitle() string {
	if n := f.values(); n >= len(f.Changes) {
		return fmt.Sprintf("%d of %d", len(f.Changes), n)
	}
	return fmt.Sprint(len(f.Changes))
}

// unchangedWords say what becomes of the values that were not changed.
func (f Form) unchangedWords() string {
	if n := f.values() - len(f.Changes); n > 0 && len(f.Changes) < form.MaxChanges {
		return fmt.Sprintf("The other %d go back exactly as they were proposed, byte for byte.", n)
	}
	return "Everything else goes back exactly as it was proposed, byte for byte."
}

// resets is the name of the entry that puts a change back; empty if no entry does it alone.
func (f Form) resets(c form.Change) string {
	if f.written() || c.Kind == form.Removed {
		return ""
	}
	e := f.Filled.Near(c.Pointer)
	if e == nil || e == f.Filled.Root || e.Pointer != c.Pointer || e.IsNew {
		return ""
	}
	return e.Name
}

// jsonName is the name of the input in which the answer is written as JSON.
func (f Form) jsonName() string { return f.Prefix + "#json" }
