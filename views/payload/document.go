package payload

import (
	"countersign/internal/callbacks"
	"countersign/internal/mask"
	"countersign/internal/printable"
	"countersign/views/words"

	"github.com/a-h/templ"
)

// Document is a payload as its reader may see it.
type Document struct {
	Text   []byte       // with masks in it
	Hidden []mask.Place // where those are
	// Reveals says that the reader may reveal what is masked.
	Reveals bool
	// Revealed is the one value that the reader has just revealed; nil for none.
	Revealed *callbacks.Revealed
}

// DocumentOf is the payload of a request, as the service gave it out.
func DocumentOf(content *callbacks.Content, reveals bool) Document {
	return Document{Text: content.Payload, Hidden: content.Hidden, Reveals: reveals}
}

// revealForm is the form that asks for a masked value. It is not that of the decision: Enter in a
// field of that would press the first button of it, which could be one of these.
const revealForm = "reveal"

// revealPath is where that form goes; valuePath is where the script asks for the same.
func revealPath(id callbacks.ID) string { return id.Path() + "/reveal" }

func valuePath(id callbacks.ID) string { return revealPath(id) + "/value" }

// masks say of each value of a tree whether it is masked.
type masks struct {
	at       map[string]bool
	reveals  bool
	revealed *callbacks.Revealed
}

func (d Document) masks() *masks {
	m := &masks{at: make(map[string]bool, len(d.Hidden)), reveals: d.Reveals, revealed: d.Revealed}
	for _, p := range d.Hidden {
		m.at[p.At] = true
	}
	return m
}

// cover describes a node whose value is masked. It returns false for any other.
func (m *masks) cover(n *node) bool {
	if !m.at[n.At] {
		return false
	}
	if m.revealed != nil && m.revealed.At == n.At {
		n.Revealed = true
		n.Text, n.Shown = raw(m.revealed.Value)
		n.Size = len(m.revealed.Value)
		return true
	}
	n.Masked, n.Reveals = true, m.reveals
	n.Text = []printable.Run{{Text: mask.Text}}
	return true
}

// maskedWords say what is masked, and who may reveal it.
func maskedWords(d Document) string {
	n := words.Plural(len(d.Hidden), "value") + " masked"
	if d.Reveals {
		return n + ". Revealing one goes on record, with your name."
	}
	return n + ". Only people who may sign the request, while it is pending, can reveal them, on record."
}

// Row is a value that was revealed, as a part of the page that its mask is on.
func Row(id callbacks.ID, d Document) templ.Component {
	n, ok := branchAt(d, d.Revealed.At, 0)
	if !ok {
		return templ.NopComponent
	}
	return branches(id, []node{n})
}
