package form

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"countersign/internal/mask"
)

// Names of inputs that hold what is not shown end with these.
const (
	secretInput   = "#secret"   // what is typed into the field of a secret
	sealedInput   = "#sealed"   // the same, once it is sealed
	revealedInput = "#revealed" // proves that the reader has seen the masked value
)

// SecretName is the name of the input into which the secret of an entry is typed.
func (e *Entry) SecretName() string { return e.Name + secretInput }

// SealedName is the name of the hidden input that carries a typed secret through a page.
func (e *Entry) SealedName() string { return e.Name + sealedInput }

// RevealedName is the name of the hidden input that proves that the entry's value was revealed.
func (e *Entry) RevealedName() string { return e.Name + revealedInput }

// Seal returns what was posted with each typed secret replaced by what seal makes of it; name is that
// of its entry. An input that was left empty keeps what was sealed before. What seal returns empty is
// dropped.
func (p Posted) Seal(seal func(name, secret string) string) Posted {
	sealed := maps.Clone(p)
	for input := range p {
		name, ok := strings.CutSuffix(input, secretInput)
		if !ok {
			continue
		}
		delete(sealed, input)
		if typed, _ := p.get(input); typed != "" {
			delete(sealed, name+sealedInput)
			if text := seal(name, typed); text != "" {
				sealed[name+sealedInput] = []string{text}
			}
		}
	}
	return sealed
}

// Open returns what was posted with each sealed secret beside what open makes of it. lost are the
// names of the entries for which open reports false.
func (p Posted) Open(open func(name, sealed string) (secret string, ok bool)) (opened Posted, lost []string) {
	opened = maps.Clone(p)
	for input := range p {
		name, ok := strings.CutSuffix(input, sealedInput)
		if !ok {
			continue
		}
		sealed, _ := p.get(input)
		if secret, ok := open(name, sealed); ok {
			opened[name+secretInput] = []string{secret}
		} else {
			delete(opened, input)
			lost = append(lost, name)
		}
	}
	return opened, lost
}

// Proven returns what was posted without the inputs that say of a value that it was revealed, but those
// for which proves reports true: it is given the name of the entry and what the input holds. What is
// left counts, so call it before [Form.Fill].
func (p Posted) Proven(proves func(name, proof string) bool) Posted {
	proven := maps.Clone(p)
	maps.DeleteFunc(proven, func(input string, _ []string) bool {
		name, ok := strings.CutSuffix(input, revealedInput)
		proof, _ := p.get(input)
		return ok && !proves(name, proof)
	})
	return proven
}

// secret makes the entry of a secret. Its text is never shown; an empty input keeps what was proposed.
func (w *walker) secret(e *Entry) {
	typed, _ := w.posted.get(e.SecretName())
	if typed == "" || e.Fixed() {
		return
	}
	e.Sealed, _ = w.posted.get(e.SealedName())
	e.blind(typed)
	e.Text = ""
}

// masked makes the entry of a value that is there and not shown. What is typed over it is shown. It is
// compared with the value only if the reader has revealed that.
func (w *walker) masked(e *Entry) {
	typed, posted := w.posted.get(e.Name)
	proof, revealed := w.posted.get(e.RevealedName())
	switch {
	case posted && revealed:
		e.Revealed, e.Proof = true, proof
		w.open(e)
		e.Typed = !e.Value.Same(e.Was)
	case typed != "" && !e.Fixed():
		e.blind(lines(typed))
	default:
		e.Masked = e.Field.Stamp == "" // the page says what the desk writes instead
	}
}

// Typed says which hidden values of an answer somebody typed. Two people who type the same thus give
// two answers: otherwise one could try out what the other has typed.
type Typed struct {
	By     string `json:"by"`     // who did; empty if nobody typed any
	Places string `json:"places"` // pointers, as JSON
}

// TypedBy says which hidden values somebody typed.
func (f *Filled) TypedBy(person string) (t Typed) {
	if len(f.typed) > 0 {
		places, _ := json.Marshal(f.typed) // texts always marshal
		t = Typed{By: person, Places: string(places)}
	}
	return t
}

// pointers are the places.
func (t Typed) pointers() (places []Pointer) {
	_ = json.Unmarshal([]byte(t.Places), &places) // TypedBy wrote it
	return places
}

// Unreadable adds faults to the entries whose typed secrets cannot be opened any more.
func (f *Filled) Unreadable(names []string) {
	for _, name := range names {
		if f.Root == nil {
			return
		}
		if e := f.Root.named(name); e != nil {
			f.blame(Fault{Pointer: e.Pointer, Detail: "what you typed cannot be read any more: type it again"})
		}
	}
}

// Veil returns an answer with a mask in the place of each value that is secret or masked.
func (f *Form) Veil(answer Value) Value {
	return f.veil(answer, Text(mask.Text), func(*Field, Pointer) bool { return true })
}

// Strip returns an answer with a mask in the place of each secret that was typed.
func (f *Form) Strip(answer Value, typed Typed) Value {
	places := typed.pointers()
	return f.veil(answer, Text(mask.Text), func(field *Field, at Pointer) bool {
		return field.Widget == Secret && slices.Contains(places, at)
	})
}

// unlike is another value than every other: JSON has none that is written like this.
var unlike = Value{kind: String, text: "typed"}

// uncompared returns an answer in which nothing that was typed is like a hidden value.
func (f *Form) uncompared(answer Value, typed Typed) Value {
	places := typed.pointers()
	return f.veil(answer, unlike, func(_ *Field, at Pointer) bool { return slices.Contains(places, at) })
}

// veil returns a document with another value in the place of each hidden one that covers chooses.
func (f *Form) veil(v, by Value, covers func(*Field, Pointer) bool) Value {
	if !f.HasSecret || !f.Drawn() {
		return v
	}
	return f.Root.veil(v, by, "", covers)
}

func (f *Field) veil(v, by Value, at Pointer, covers func(*Field, Pointer) bool) Value {
	switch {
	case !v.Exists() || !f.secretive():
		return v
	case f.Widget == Group && v.Kind() == Object:
		for _, child := range f.Fields {
			if was := v.Member(child.Name); was.Exists() {
				v = v.With(child.Name, child.veil(was, by, at.Child(child.Name), covers))
			}
		}
		return v
	case f.Widget.many() && v.Kind() == Array:
		items, from := make([]Value, v.Len()), make([]int, v.Len())
		for i := range items {
			items[i], from[i] = f.Item.veil(v.Item(i), by, at.Item(i), covers), i
		}
		return v.withItems(items, from)
	case covers(f, at): // hidden, or another value than the schema has around what is hidden
		return by
	}
	return v
}

// secretAt is the first place in a schema that asks for a secret; empty if none does.
func secretAt(v Value, at Pointer) Pointer {
	if v.Member("writeOnly").True() || v.Member("format").Unquoted() == "password" {
		return at
	}
	for i, m := range v.members {
		place := at.Item(i)
		if v.kind == Object {
			place = at.Child(m.name)
		}
		if found := secretAt(m.value, place); found != "" {
			return found
		}
	}
	return ""
}
