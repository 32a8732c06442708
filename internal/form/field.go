package form

// Widget is how a field is drawn.
type Widget string

// The widgets.
const (
	Line     Widget = "text"     // one line of text
	LongText Widget = "long"     // text with line breaks
	Choice   Widget = "choice"   // 1 to 4 values, all of them visible
	Search   Widget = "search"   // 5 values and more, searched by typing
	YesNo    Widget = "yesno"    // true or false; no answer is neither
	Integer  Widget = "integer"  // a whole number
	Decimal  Widget = "decimal"  // any number
	Date     Widget = "date"     // 2026-12-11
	DateTime Widget = "datetime" // a day and a time, in a zone
	Secret   Widget = "secret"   // a text that is never shown back
	Group    Widget = "group"    // an object's fields
	List     Widget = "list"     // items of one value each
	Table    Widget = "table"    // items that are objects of such values: a row each
	Groups   Widget = "groups"   // items that are objects with something inside: a group each
	Raw      Widget = "raw"      // a value that the form cannot edit, shown as JSON
)

// many reports whether a field holds any number of items.
func (w Widget) many() bool { return w == List || w == Table || w == Groups }

// Stamp is what the desk writes into a field when the answer is sent.
type Stamp string

// The stamps: of who signs last, and when.
const (
	StampReviewer Stamp = "reviewer" // the person's name
	StampEmail    Stamp = "email"
	StampNow      Stamp = "now" // the time that the preview showed, in UTC
	StampDay      Stamp = "day" // the day of that time, where a schema asks for now in a date
)

// chosen reports whether a field is filled in by choosing one of its options.
func (w Widget) chosen() bool { return w == Choice || w == Search || w == YesNo }

// Field is one value of an answer as the schema describes it.
type Field struct {
	Name     string // of the member in its object; empty for the whole answer and for items
	Title    string // never empty, but for items and a whole answer without a title
	Help     string
	Unit     string
	Widget   Widget
	Required bool // the member may not be absent
	Nullable bool // null is a valid value
	ReadOnly bool
	Masked   bool  // the proposed value is on no page until somebody reveals it
	Stamp    Stamp // empty if the reviewer fills in the field
	Bounds   Bounds
	Choices  []Option // of Choice, Search and YesNo
	Default  Value    // absent if the schema has none
	Zone     string   // of a date-time: an IANA zone, empty if the schema names none
	Fields   []*Field // of a Group
	Item     *Field   // of a List, a Table or Groups; a Table's item is a Group

	emptyFits bool // an empty text may be valid
	unique    bool // of a list: no two items are the same
}

// Bounds are the limits that a page tells. Numbers are the schema's text. An empty text is no bound;
// a count of zero is none but for MinLength and MinItems, for which it is the same.
type Bounds struct {
	Min, Max             string
	OverMin, UnderMax    bool // the bound itself is not allowed
	Step                 string
	MinLength, MaxLength int // in characters
	MinItems, MaxItems   int
	Format, Pattern      string
}

// Option is one value of a choice.
type Option struct {
	Value Value
	Title string
}

// option finds the choice whose value is written with these bytes.
func (f *Field) option(value Value) (Option, bool) {
	for _, o := range f.Choices {
		if o.Value.Same(value) {
			return o, true
		}
	}
	return Option{}, false
}

// Reason says why a schema cannot be drawn: which keyword, and where it stands.
type Reason struct {
	Keyword string
	Pointer Pointer // in the schema
	Detail  string  // a sentence without a full stop
}

// Form is a schema as fields.
type Form struct {
	ID      string // the schema's $id, as its sender wrote it; may be empty
	Root    *Field // nil if the form cannot be drawn
	Reasons []Reason
	// HasSecret says that the schema has a secret or masked value somewhere, drawn or not. Its answer
	// is never written as JSON.
	HasSecret bool
	// SecretAt is the first place in the schema that asks for a secret; empty if none does, or the whole
	// answer is one.
	SecretAt Pointer
	// HasStamp says that the schema asks the desk to write somewhere, drawn or not.
	HasStamp bool
}

// Drawn reports whether the page shows fields. If it does not, the answer is written as JSON.
func (f *Form) Drawn() bool { return f.Root != nil }

// AsksSecret reports whether the form has a field for a secret.
func (f *Form) AsksSecret() bool {
	return f.Drawn() && f.Root.any(func(field *Field) bool { return field.Widget == Secret })
}
