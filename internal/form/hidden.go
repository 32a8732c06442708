package form

import (
	"maps"
	"strings"

	"countersign/internal/mask"
)

// Names of inputs that hold what is not shown end with these.
const (
	secretInput   = "#secret"   // what is typed into the field of a secret
	sealedInput   = "#sealed"   // the same, once it is sealed
	revealedInput = "#revealed" // says that the reader has seen the masked value
)

// SecretName is the name of the input into which the secret of an entry is typed.
func (e *Entry) SecretName() string { return e.Name + secretInput }

// SealedName is the name of the hidden input that carries a typed secret through a page.
func (e *Entry) SealedName() string { return e.Name + sealedInput }

// RevealedName is the name of the hidden input that says that the entry's value was revealed.
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

// secret makes the entry of a secret. Its text is never shown; an empty input keeps what was proposed.
func (w *walker) secret(e *Entry) {
	typed, _ := w.posted.get(e.SecretName())
	if typed == "" || e.Fixed() {
		return
	}
	e.Sealed, _ = w.posted.get(e.SealedName())
	e.typed(typed)
	e.Text = ""
}

// masked makes the entry of a value that is there and not shown. What is typed over it is shown, unless
// it is that value.
func (w *walker) masked(e *Entry) {
	typed, posted := w.posted.get(e.Name)
	_, revealed := w.posted.get(e.RevealedName())
	typed = lines(typed)
	if !posted || e.Fixed() || typed == lines(plain(e.Was)) || typed == "" && !revealed {
		return
	}
	e.Masked, e.Revealed = false, revealed
	e.typed(typed)
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
	return f.veil(answer, func(*Field, Value) bool { return true })
}

// Strip returns an answer with a mask in the place of each secret that was not proposed.
func (f *Form) Strip(proposed, answer Value) Value {
	known := map[string]bool{}
	f.veil(proposed, func(field *Field, v Value) bool {
		known[v.JSON()] = true
		return false
	})
	return f.veil(answer, func(field *Field, v Value) bool { return field.Widget == Secret && !known[v.JSON()] })
}

// veil returns a document with a mask in the place of each hidden value that covers chooses.
func (f *Form) veil(v Value, covers func(*Field, Value) bool) Value {
	if !f.HasSecret || !f.Drawn() {
		return v
	}
	return f.Root.veil(v, covers)
}

func (f *Field) veil(v Value, covers func(*Field, Value) bool) Value {
	switch {
	case !v.Exists() || !f.secretive():
		return v
	case f.Widget == Group && v.Kind() == Object:
		for _, child := range f.Fields {
			if was := v.Member(child.Name); was.Exists() {
				v = v.With(child.Name, child.veil(was, covers))
			}
		}
		return v
	case f.Widget.many() && v.Kind() == Array:
		items, from := make([]Value, v.Len()), make([]int, v.Len())
		for i := range items {
			items[i], from[i] = f.Item.veil(v.Item(i), covers), i
		}
		return v.withItems(items, from)
	case covers(f, v): // hidden, or another value than the schema has around what is hidden
		return Text(mask.Text)
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
