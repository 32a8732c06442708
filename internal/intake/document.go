package intake

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"countersign/internal/fault"
)

const (
	// maxDepth bounds nesting. A page could not show deeper values to a reviewer either.
	maxDepth = 64
	// maxPointerName is how much of a sender's field name is repeated in an answer.
	maxPointerName = 64
)

// faults collects faults up to a bound and counts the rest, because a document may be nothing but
// faults.
type faults struct {
	list fault.List
	more int
}

func (f *faults) add(pointer, format string, args ...any) {
	if len(f.list) >= fault.Max {
		f.more++
		return
	}
	f.list.Add(pointer, format, args...)
}

// err returns the faults, or nil.
func (f *faults) err() error { return f.list.And(f.more) }

// pointerEscapes is made once, because making it costs more than reading a field.
var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// pointer is the JSON pointer (RFC 6901) of names below another pointer.
func pointer(at string, names ...string) string {
	for _, name := range names {
		if len(name) > maxPointerName {
			name = strings.ToValidUTF8(name[:maxPointerName], "") + "…"
		}
		at += "/" + pointerEscapes.Replace(name)
	}
	return at
}

// checkDocument finds what makes two readers of a document disagree: bad UTF-8, bad syntax,
// anything after the end, excessive depth and duplicate names.
func checkDocument(body []byte, f *faults) {
	if !utf8.Valid(body) {
		f.add("", "the body is not valid UTF-8")
		return
	}
	var whole json.RawMessage
	if err := json.Unmarshal(body, &whole); err != nil {
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			f.add("", "not one JSON document: %v, at byte %d", syntax, syntax.Offset)
		} else {
			f.add("", "not one JSON document: %v", err)
		}
		return
	}
	w := walker{decoder: json.NewDecoder(bytes.NewReader(body)), faults: f}
	w.decoder.UseNumber()
	w.value()
}

// walker goes through a document of valid syntax, so it does not check tokens.
type walker struct {
	decoder *json.Decoder
	path    []string
	faults  *faults
}

// value walks one value. It returns false when the walk should stop.
func (w *walker) value() bool {
	token, err := w.decoder.Token()
	if err != nil {
		return false
	}
	kind, nested := token.(json.Delim)
	if !nested {
		return true
	}
	if len(w.path) == maxDepth {
		w.faults.add(pointer("", w.path...), "nested deeper than %d levels", maxDepth)
		return false
	}
	seen := map[string]bool{}
	for i := 0; w.decoder.More(); i++ {
		name := strconv.Itoa(i)
		if kind == '{' {
			token, _ := w.decoder.Token()
			name, _ = token.(string)
		}
		w.path = append(w.path, name)
		if kind == '{' && seen[name] {
			w.duplicate()
		}
		if kind == '{' {
			seen[name] = true
		}
		if !w.value() {
			return false
		}
		w.path = w.path[:len(w.path)-1]
	}
	_, err = w.decoder.Token() // the closing delimiter
	return err == nil
}

// duplicate records that an object has the name at the end of the path twice. It makes the pointer
// only if the fault is told.
func (w *walker) duplicate() {
	if len(w.faults.list) >= fault.Max {
		w.faults.more++
		return
	}
	w.faults.add(pointer("", w.path...), "duplicate name in one object")
}
