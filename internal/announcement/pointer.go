package announcement

import (
	"strconv"

	"countersign/internal/jsontext"
)

// find follows the tokens of a JSON pointer (RFC 6901). It finds nothing behind a name that stands
// twice in its object, and says so: programs differ in which of the two they read.
func find(v jsontext.Value, tokens []string) (_ jsontext.Value, ok, twice bool) {
	for _, token := range tokens {
		if v, ok, twice = member(v, token); !ok {
			return nil, false, twice
		}
	}
	return v, true, false
}

func member(v jsontext.Value, token string) (found jsontext.Value, ok, twice bool) {
	if !v.Branch() {
		return nil, false, false
	}
	for m := range v.Members() {
		name := strconv.Itoa(m.Index)
		if m.Key != nil {
			name, _ = jsontext.Text(m.Key, len(m.Key))
		}
		if name != token {
			continue
		}
		if ok {
			return nil, false, true
		}
		found, ok = m.Value, true
	}
	return found, ok, false
}

// scalar returns a text, a number, true or false as people read it. ok is false for other values.
func scalar(v jsontext.Value) (text string, ok bool) {
	switch raw := v.Raw(); raw[0] {
	case '{', '[', 'n':
		return "", false
	case '"':
		text, _ = jsontext.Text(raw, len(raw))
		return text, true
	default:
		return string(raw), true
	}
}
