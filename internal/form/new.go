package form

import (
	"slices"
	"time"
)

// Bounds of what is drawn. A schema beyond them is answered as JSON.
const (
	MaxFields  = 300
	MaxNesting = 5     // groups and lists in each other
	MaxOptions = 8_000 // of all choices together, those of a list's items as often as it has items
)

// New reads a schema. It takes any document: what cannot be drawn is said in the form's Reasons.
func New(schema Value) *Form {
	b := builder{root: schema}
	f := &Form{ID: schema.Member("$id").Unquoted(), HasSecret: hasSecret(schema), HasStamp: hasStamp(schema), SecretAt: secretAt(schema, "")}
	root := b.field(schema, "", 0)
	if f.Reasons = b.reasons; len(f.Reasons) == 0 {
		f.Root = root
	}
	return f
}

// hasSecret reports whether anything in a schema is marked as one. Values that only look like a
// schema count too: a secret is never overlooked.
func hasSecret(v Value) bool {
	if v.Member("writeOnly").True() || v.Member("x-masked").True() || v.Member("format").Unquoted() == "password" {
		return true
	}
	return slices.ContainsFunc(v.members, func(m member) bool { return hasSecret(m.value) })
}

// hasStamp reports whether anything in a schema asks the desk to write. Members of other objects that
// only look like it count too: nobody types what the desk was to write.
func hasStamp(v Value) bool {
	stamp := v.Member("x-stamp")
	return stamp.Exists() && stamp.Kind() != Object || slices.ContainsFunc(v.members, func(m member) bool { return hasStamp(m.value) })
}

// builder makes fields of schemas and collects why it cannot.
type builder struct {
	root    Value
	reasons []Reason
	fields  int
	options int
	refs    []Pointer // that lead to the schema that is read now
}

// maxReasons is how many reasons help: nobody reads more.
const maxReasons = 20

func (b *builder) cannot(keyword string, at Pointer, detail string) {
	if len(b.reasons) < maxReasons {
		b.reasons = append(b.reasons, Reason{Keyword: keyword, Pointer: at, Detail: detail})
	}
}

// field makes the field of a schema that lies in so many groups and lists. It is nil if there is a
// reason not to draw it.
func (b *builder) field(schema Value, at Pointer, depth int) *Field {
	b.fields++
	refs := len(b.refs)
	defer func() { b.refs = b.refs[:refs] }()
	k, ok := b.keywords(schema, at)
	switch {
	case !ok:
		return nil
	case b.fields > MaxFields:
		if b.fields == MaxFields+1 {
			b.cannot("properties", at, "the form would have too many fields")
		}
		return nil
	case depth > MaxNesting:
		b.cannot("properties", at, "groups and lists lie too deep in each other")
		return nil
	}
	f := &Field{
		Title: k.text("title"), Help: k.text("description"), Unit: k.text("x-unit"),
		ReadOnly: k.value("readOnly").True(), Default: k.value("default"), Choices: k.choices,
	}
	f.Bounds, f.emptyFits = k.bounds()
	b.widget(f, k, depth)
	b.hidden(f, k)
	if k.value("x-stamp").Exists() && f.Stamp == "" {
		b.cannot("x-stamp", k.place("x-stamp"), "the desk writes only into texts without choices")
	}
	return f
}

// widget chooses how a field is drawn, and makes the fields in it.
func (b *builder) widget(f *Field, k *keywords, depth int) {
	if len(f.Choices) > 0 {
		f.Widget = Choice
		if len(f.Choices) > 4 {
			f.Widget = Search
		}
		return
	}
	kind := b.kind(k)
	f.Nullable = k.nullable
	switch kind {
	case "object":
		f.Widget = Group
		b.group(f, k, depth)
	case "array":
		b.list(f, k, depth)
	case "boolean":
		f.Widget = YesNo
		f.Choices = []Option{{Value{kind: Bool, text: "true"}, "Yes"}, {Value{kind: Bool, text: "false"}, "No"}}
	case "integer":
		f.Widget = Integer
	case "number":
		f.Widget = Decimal
	case "string":
		b.text(f, k)
	case "null":
		b.cannot("type", k.at, "the value can only be null")
	}
	if f.Nullable && f.Widget == YesNo {
		f.Choices = append(f.Choices, noValue)
	}
}

// hidden says that a field is a secret or masked, if the schema wants that and the page can do it.
func (b *builder) hidden(f *Field, k *keywords) {
	if k.value("writeOnly").True() && f.Widget != Secret {
		b.cannot("writeOnly", k.place("writeOnly"), "only a text without choices can be a secret")
	}
	if !k.value("x-masked").True() || f.Widget == Secret {
		return
	}
	f.Masked = true
	if !slices.Contains(maskable, f.Widget) || f.Stamp != "" {
		b.cannot("x-masked", k.place("x-masked"), "only a text, a number or a day can be masked in a form")
	}
}

var noValue = Option{Value{kind: Null, text: "null"}, "None"}

// longText is the length in characters from which a text has several lines.
const longText = 200

func (b *builder) text(f *Field, k *keywords) {
	f.Stamp = Stamp(k.text("x-stamp"))
	if f.Stamp != "" && !slices.Contains([]Stamp{StampReviewer, StampEmail, StampNow}, f.Stamp) {
		b.cannot("x-stamp", k.at, "the desk writes reviewer, email and now")
	}
	switch {
	case k.value("writeOnly").True() || f.Bounds.Format == "password":
		f.Widget, f.Default = Secret, Value{}
	case f.Bounds.Format == "date":
		if f.Widget = Date; f.Stamp == StampNow {
			f.Stamp = StampDay
		}
	case f.Bounds.Format == "date-time":
		f.Widget, f.Zone = DateTime, k.text("x-zone")
		if _, err := time.LoadLocation(f.Zone); err != nil || f.Zone == "Local" { // the desk's own place
			b.cannot("x-zone", k.at, "this is no time zone; they are named as Europe/Vilnius")
		}
	case f.Bounds.MaxLength >= longText || k.value("x-multiline").True():
		f.Widget = LongText
	default:
		f.Widget = Line
	}
}

func (b *builder) group(f *Field, k *keywords, depth int) {
	properties := k.value("properties")
	if properties.Len() == 0 && properties.Kind() != Object {
		b.cannot("properties", k.at, "the object's members are not named")
	}
	at := k.place("properties")
	var required []string
	for _, m := range k.value("required").members {
		required = append(required, m.value.Unquoted())
	}
	for _, m := range properties.members {
		field := b.field(m.value, at.Child(m.name), depth+1)
		if field == nil {
			continue
		}
		field.Name, field.Required = m.name, slices.Contains(required, m.name)
		if field.Title == "" {
			field.Title = spoken(m.name)
		}
		field.ReadOnly = field.ReadOnly || f.ReadOnly
		f.Fields = append(f.Fields, field)
	}
	for _, name := range required {
		if properties.index(name) < 0 {
			b.cannot("required", k.at, "a required member is not among the properties")
		}
	}
}

// rows is how many items a list is drawn with at most: each repeats the choices of its fields.
func (k *keywords) rows() int {
	if most := k.count("maxItems"); most > 0 {
		return min(most, MaxRows)
	}
	return MaxRows
}

func (b *builder) list(f *Field, k *keywords, depth int) {
	f.Widget = List
	items := k.value("items")
	if !items.Exists() {
		b.cannot("items", k.at, "nothing is said about the items")
		return
	}
	before := b.options
	if f.Item = b.field(items, k.place("items"), depth+1); f.Item == nil {
		return
	}
	if b.options += (b.options - before) * (k.rows() - 1); b.options > MaxOptions {
		b.cannot("items", k.place("items"), "all items together would have too many choices")
	}
	f.Item.ReadOnly, f.unique = f.Item.ReadOnly || f.ReadOnly, k.value("uniqueItems").True()
	if f.Item.any(func(item *Field) bool { return item.Stamp != "" }) {
		b.cannot("x-stamp", k.place("items"), "the desk does not write into lists")
	}
	switch {
	case f.Item.Widget.many() || f.Item.Widget == Secret || f.Item.Masked:
		b.cannot("items", k.place("items"), "a list of lists, of secrets or of masked values cannot be drawn")
	case f.unique && f.Item.secretive():
		b.cannot("uniqueItems", k.place("uniqueItems"), "whether items are the same would tell what is not shown of them")
	case f.Item.Widget == Group:
		f.Widget = Table
		if slices.ContainsFunc(f.Item.Fields, func(c *Field) bool { return c.Widget.many() || c.Widget == Group }) {
			f.Widget = Groups
		}
	}
}
