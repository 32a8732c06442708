package form

import (
	"slices"
	"strings"
	"unicode/utf8"

	"countersign/internal/jsonsyntax"
)

// single makes the entry of a field that holds one value.
func (w *walker) single(e *Entry) {
	if e.Field.Masked && e.Was.Exists() && !e.Revealed {
		w.masked(e)
		return
	}
	w.open(e)
	e.Typed = e.Field.Masked && !e.Value.Same(e.Was)
}

// open makes the entry of a field whose value is shown.
func (w *walker) open(e *Entry) {
	e.show()
	typed, posted := w.posted.get(e.Name)
	if !posted || e.Fixed() {
		return
	}
	typed = lines(typed)
	if typed == lines(e.Text) || e.Widget == DateTime && sameTime(typed, e.Text) {
		return
	}
	e.typed(typed)
}

// blind takes what somebody typed over a value that is not shown.
func (e *Entry) blind(typed string) {
	e.typed(typed)
	e.Typed = len(e.Faults) == 0
}

// typed takes what somebody typed as the value of an entry.
func (e *Entry) typed(typed string) {
	e.Text = typed
	value, fault := e.read(typed)
	if fault != "" {
		e.Faults = append(e.Faults, fault)
		return
	}
	e.Value = value
}

// lines are the line ends that every browser means, whichever it posts.
func lines(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// show sets what the input shows of the proposed value, and another widget if the field's would
// change the value by showing it.
func (e *Entry) show() {
	switch {
	case e.Widget.chosen() || e.Widget == Raw:
		e.Text = e.Was.JSON()
	case e.Widget == DateTime:
		e.showTime()
	default:
		e.showText(plain(e.Was))
	}
}

// plain is a value as the text of an input: what a string says, nothing for null, other values as
// JSON.
func plain(v Value) string {
	switch {
	case v.Kind() == Null:
		return ""
	case v.Kind() == String:
		return v.Unquoted()
	}
	return v.JSON()
}

func (e *Entry) showText(text string) {
	switch {
	case !carried(text):
		e.raw("The value holds characters that a form cannot carry.")
		return
	case e.Widget == Date && !isDate(text):
		e.Widget = Line
	}
	if e.Widget != LongText && strings.Contains(text, "\n") {
		e.Widget = LongText
	}
	e.Text = text
}

// carried reports whether a browser posts a text as it was shown. Carriage returns become line
// feeds, and what is no character becomes another.
func carried(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r == utf8.RuneError
	})
}

// read is the value of a text that somebody typed, or what is wrong with it.
func (e *Entry) read(typed string) (_ Value, fault string) {
	switch {
	case !utf8.ValidString(typed):
		return Value{}, "holds bytes that are not text in UTF-8"
	case e.Widget.chosen():
		return e.chosen(typed)
	case typed == "":
		return e.emptied(), ""
	case e.Field.Widget == Integer || e.Field.Widget == Decimal:
		return number(typed)
	case e.Widget == DateTime:
		return e.readTime(typed)
	}
	return Text(typed), ""
}

// emptied is the value of a field whose text was deleted: an empty text where one may be valid, else
// null if the schema has it, else none.
func (e *Entry) emptied() Value {
	f := e.Field
	switch {
	case f.emptyFits && slices.Contains([]Widget{Line, LongText}, f.Widget):
		return Text("")
	case f.Nullable:
		return noValue.Value
	}
	return Value{}
}

// chosen is the value of a choice. Inputs post values as JSON; a title is understood too.
func (e *Entry) chosen(typed string) (Value, string) {
	if typed == "" {
		return Value{}, ""
	}
	var titled []Value
	for _, o := range e.Field.Choices {
		if o.Value.JSON() == typed {
			return o.Value, ""
		}
		if o.Title == typed {
			titled = append(titled, o.Value)
		}
	}
	if len(titled) == 1 {
		return titled[0], ""
	}
	return Value{}, "is not one of the choices"
}

// number is what was typed, if it is a number as JSON writes them. It is not converted.
func number(typed string) (Value, string) {
	text := strings.TrimSpace(typed)
	switch {
	case jsonsyntax.Check(text) == nil && strings.IndexByte("-0123456789", text[0]) >= 0:
		return Value{kind: Number, text: text}, ""
	case strings.ContainsRune(text, ','):
		return Value{}, "a number, written with a point and without other separators, as 1234.50"
	}
	return Value{}, "a number, written in digits, as 12 or 0.5"
}
