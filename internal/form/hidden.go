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

// Veil returns an answer with a mask in the place of each value that is secret or masked.
func (f *Form) Veil(answer Value) Value {
	if !f.Drawn() {
		return answer
	}
	return f.Root.veil(answer)
}

func (f *Field) veil(v Value) Value {
	switch {
	case !v.Exists() || !f.secretive():
		return v
	case f.Widget == Group && v.Kind() == Object:
		for _, child := range f.Fields {
			v = v.With(child.Name, child.veil(v.Member(child.Name)))
		}
		return v
	case f.Widget.many() && v.Kind() == Array:
		items, from := make([]Value, v.Len()), make([]int, v.Len())
		for i := range items {
			items[i], from[i] = f.Item.veil(v.Item(i)), i
		}
		return v.withItems(items, from)
	}
	return Text(mask.Text) // hidden, or another value than the schema has around what is hidden
}

// HoldsSecret reports whether an answer has a value where the form asks for a secret.
func (f *Form) HoldsSecret(answer Value) bool { return f.Drawn() && f.Root.holdsSecret(answer) }

func (f *Field) holdsSecret(v Value) bool {
	asks := func(f *Field) bool { return f.Widget == Secret }
	switch {
	case !v.Exists() || v.Kind() == Null || !f.any(asks):
		return false
	case f.Widget == Group && v.Kind() == Object:
		for _, child := range f.Fields {
			if child.holdsSecret(v.Member(child.Name)) {
				return true
			}
		}
		return false
	case f.Widget.many() && v.Kind() == Array:
		for _, m := range v.members {
			if f.Item.holdsSecret(m.value) {
				return true
			}
		}
		return false
	}
	return true
}
