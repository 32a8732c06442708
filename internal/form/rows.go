package form

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"countersign/internal/jsonsyntax"
)

// row is an item of a list on the page. Its key stays while other items come and go: the place of
// the item in the proposed list, or n and a number for a new one.
type row struct {
	key  string
	from int // its place in the proposed list, or isNew
}

// rowsName is the name of the hidden inputs that say which items a list has. One more, with an empty
// value, says that the list was posted, also if it has none.
func rowsName(list string) string { return list + "#rows" }

func addName(list string) string { return list + "#add" }

var rowKey = regexp.MustCompile(`^(?:0|n?[1-9][0-9]{0,3})$`)

// rows are the items of a list: those that were posted, or else those that were proposed.
func (w *walker) rows(e *Entry) (rows []row) {
	keys, ok := w.posted[e.RowsAs]
	if !ok || e.Fixed() {
		for i := range e.Was.Len() {
			rows = append(rows, row{key: strconv.Itoa(i), from: i})
		}
		return rows
	}
	seen := map[string]bool{}
	for _, key := range keys {
		if seen[key] || !rowKey.MatchString(key) || len(rows) == MaxRows {
			continue
		}
		seen[key] = true
		from, err := strconv.Atoi(key)
		switch {
		case err != nil:
			rows = append(rows, row{key: key, from: isNew})
		case from < e.Was.Len():
			rows = append(rows, row{key: key, from: from})
		}
	}
	return rows
}

// newKey is a key that no row of a list has.
func newKey(keys []string) string {
	taken := make(map[string]bool, len(keys))
	for _, key := range keys {
		taken[key] = true
	}
	n := 1
	for taken[keyOf(n)] {
		n++
	}
	return keyOf(n)
}

func keyOf(n int) string { return "n" + strconv.Itoa(n) }

// Press gives what is posted after a button of the form was pressed. The button's value says what it
// does and carries the name of an entry: "add:NAME" another item of a list, "remove:NAME" takes an
// item away, "reset:NAME" puts the proposed value back, "json:" shows the answer as JSON, and "form:"
// shows it as fields if it is valid JSON. Other values change nothing; neither does Press ever lose
// what was typed elsewhere.
func (f *Form) Press(prefix string, proposed Value, posted Posted, button string) Posted {
	action, name, _ := strings.Cut(button, ":")
	filled := f.Fill(prefix, proposed, posted)
	next := maps.Clone(posted)
	switch action {
	case "json":
		return f.asJSON(prefix, filled, next)
	case "form":
		return f.asFields(prefix, proposed, filled, next)
	}
	if filled.Root == nil {
		switch text, _ := posted.get(JSONName(prefix)); action {
		case "reset":
			next[JSONName(prefix)] = []string{proposed.JSON()}
		case "format":
			next[JSONName(prefix)] = []string{jsonsyntax.Indented(text, maxIndented)}
		}
		return next
	}
	entry := filled.Root.named(name)
	if entry == nil {
		return posted
	}
	switch action {
	case "add":
		if entry.CanAdd {
			keys := entry.keys()
			if !entry.keepAdded(next) {
				keys = append(keys, newKey(keys))
			}
			next[entry.RowsAs] = keys
		}
	case "remove":
		list := filled.Root.named(name[:max(0, strings.LastIndexByte(name, '/'))])
		if list != nil && entry.Row != "" {
			list.keepAdded(next)
			next[list.RowsAs] = slices.DeleteFunc(list.keys(), func(key string) bool { return key == entry.Row })
			forget(next, name)
		}
	case "reset":
		forget(next, name)
	}
	return next
}

// maxIndented is how long a document may become, in bytes.
const maxIndented = 64 << 10

// keys are the values of a list's hidden inputs.
func (e *Entry) keys() []string {
	keys := []string{""}
	for _, item := range e.Entries {
		keys = append(keys, item.Row)
	}
	return keys
}

// keepAdded makes an item of what was typed into the input for another one. It reports whether
// something was.
func (e *Entry) keepAdded(posted Posted) bool {
	text, ok := posted.get(e.AddName)
	if !ok || text == "" {
		return false
	}
	last := e.Entries[len(e.Entries)-1]
	posted[last.Name] = []string{text}
	delete(posted, e.AddName)
	return true
}

// forget drops what was posted for an entry and those below it.
func forget(posted Posted, name string) {
	maps.DeleteFunc(posted, func(key string, _ []string) bool {
		return key == name || strings.HasPrefix(key, name+"/") || strings.HasPrefix(key, name+"#")
	})
}

// named finds an entry by the name of its input.
func (e *Entry) named(name string) *Entry {
	if e.Name == name {
		return e
	}
	for _, child := range e.Entries {
		if found := child.named(name); found != nil {
			return found
		}
	}
	return nil
}
