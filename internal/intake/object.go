package intake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"countersign/internal/announcement"
)

// object reads the fields of one JSON object. Each field is taken once; fields that are left over
// are unknown. A null counts as no field, except for any.
type object struct {
	at     string
	fields map[string]json.RawMessage
	unread int // fields behind the first maxFields
	faults *faults
}

const (
	// maxFields is how many fields of an object are read. That is several times what any object of
	// ours or of AWS has.
	maxFields = 256
	// maxItems is how many items of a list are read. The domain takes fewer in any list, so it
	// refuses one that is cut here.
	maxItems = 64
)

// readObject lets read take the fields of an object. A field that read leaves is a fault, and so is
// any other value than an object.
func readObject(raw json.RawMessage, at string, f *faults, read func(object)) {
	o, ok := openObject(raw, at, f)
	if !ok {
		return
	}
	read(o)
	for _, name := range slices.Sorted(maps.Keys(o.fields)) {
		f.add(pointer(at, name), "unknown field")
	}
	f.more += o.unread
}

// openObject opens an object to take its fields. Any other value is a fault.
func openObject(raw json.RawMessage, at string, f *faults) (o object, ok bool) {
	o = object{at: at, fields: map[string]json.RawMessage{}, faults: f}
	d := json.NewDecoder(bytes.NewReader(raw))
	if open, _ := d.Token(); open != json.Delim('{') {
		f.add(at, "an object is expected")
		return o, false
	}
	var value json.RawMessage
	for d.More() {
		token, _ := d.Token() // the syntax was checked
		name, _ := token.(string)
		if err := d.Decode(&value); err != nil {
			f.add(at, "an object is expected")
			return o, false
		}
		if len(o.fields) == maxFields {
			o.unread++
			continue
		}
		o.fields[name] = bytes.Clone(value)
	}
	return o, true
}

// has reports whether a field is there and not taken yet.
func (o object) has(name string) bool {
	raw := o.fields[name]
	return len(raw) > 0 && string(raw) != "null"
}

// take removes a field; ok is false when there is none.
func (o object) take(name string) (raw json.RawMessage, at string, ok bool) {
	ok = o.has(name)
	return o.any(name), pointer(o.at, name), ok
}

// any takes any value, byte for byte, nil when there is none.
func (o object) any(name string) json.RawMessage {
	raw := o.fields[name]
	delete(o.fields, name)
	return raw
}

// value takes any value but null, byte for byte.
func (o object) value(name string) json.RawMessage {
	if raw, _, ok := o.take(name); ok {
		return raw
	}
	return nil
}

// required takes a string and records a fault if it is missing.
func (o object) required(name string) string {
	if !o.has(name) {
		o.faults.add(pointer(o.at, name), "this field is required")
	}
	return o.text(name)
}

// text takes a string.
func (o object) text(name string) (s string) {
	if raw, at, ok := o.take(name); ok && json.Unmarshal(raw, &s) != nil {
		o.faults.add(at, "a string is expected")
	}
	return s
}

// seconds takes a duration.
func (o object) seconds(name string) time.Duration {
	raw, at, ok := o.take(name)
	if !ok {
		return 0
	}
	// JSON has one kind of number: 60, 60.0 and 6e1 are the same
	n, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || n != math.Trunc(n) || math.Abs(n) > math.MaxInt32 {
		o.faults.add(at, "a whole number of seconds is expected")
		return 0
	}
	return time.Duration(n) * time.Second
}

// instant takes a time and returns it in UTC.
func (o object) instant(name string) time.Time {
	raw, at, ok := o.take(name)
	if !ok {
		return time.Time{}
	}
	t, err := readInstant(raw)
	switch {
	case err != nil:
		o.faults.add(at, "%v", err)
	case !announcement.ValidTime(t):
		o.faults.add(at, "a time in the years 1971 to 9999 (UTC) is expected")
	default:
		return t
	}
	return time.Time{}
}

// items takes the first maxItems elements of an array, without reading them.
func (o object) items(name string) (items []json.RawMessage, at string) {
	raw, at, ok := o.take(name)
	if !ok {
		return nil, at
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if open, _ := d.Token(); open != json.Delim('[') {
		o.faults.add(at, "an array is expected")
		return nil, at
	}
	for d.More() && len(items) < maxItems {
		var item json.RawMessage
		if d.Decode(&item) != nil {
			break // the syntax was checked
		}
		items = append(items, item)
	}
	return items, at
}

// texts takes an array of strings.
func (o object) texts(name string) []string {
	items, at := o.items(name)
	var texts []string
	for i, raw := range items {
		var s string
		if raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
			o.faults.add(fmt.Sprintf("%s/%d", at, i), "a string is expected")
		}
		texts = append(texts, s)
	}
	return texts
}

// objects takes an array of objects and reads each.
func (o object) objects(name string, read func(object)) {
	items, at := o.items(name)
	for i, raw := range items {
		readObject(raw, fmt.Sprintf("%s/%d", at, i), o.faults, read)
	}
}
