package form

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// keywords are those of one schema, with those of the schemas that it refers to.
type keywords struct {
	at       Pointer
	values   map[string]Value
	places   map[string]Pointer
	nullable bool
	choices  []Option
}

func (k *keywords) value(name string) Value { return k.values[name] }
func (k *keywords) text(name string) string { return k.values[name].Unquoted() }

// place is the pointer to a keyword's value.
func (k *keywords) place(name string) Pointer { return k.places[name].Child(name) }

// keywords reads a schema. ok is false if it is one that cannot be drawn.
func (b *builder) keywords(schema Value, at Pointer) (_ *keywords, ok bool) {
	k := &keywords{at: at, values: map[string]Value{}, places: map[string]Pointer{}}
	before := len(b.reasons)
	b.gather(k, schema, at)
	if len(b.reasons) == before {
		b.choices(k)
	}
	return k, len(b.reasons) == before
}

// gather adds the keywords of a schema. Those that k has already are nearer to the field, and stay.
func (b *builder) gather(k *keywords, schema Value, at Pointer) {
	if schema.Kind() != Object {
		b.cannot("", at, "the schema says nothing about the value")
		return
	}
	for _, m := range schema.members {
		if class := classes[m.name]; class == Outside || class == Refused {
			b.cannot(m.name, at.Child(m.name), "the keyword is outside of what can be drawn")
		}
		switch m.name {
		case "$ref", "allOf", "oneOf", "anyOf":
			continue
		case "additionalProperties", "unevaluatedProperties", "unevaluatedItems":
			if m.value.Kind() != Bool && m.value.Len() > 0 {
				b.cannot(m.name, at.Child(m.name), "a schema for members that are not named cannot be drawn")
			}
		}
		if _, has := k.values[m.name]; !has {
			k.values[m.name], k.places[m.name] = m.value, at
		}
	}
	b.follow(k, schema, at)
	for _, name := range []string{"allOf", "oneOf", "anyOf"} {
		if v := schema.Member(name); v.Exists() {
			b.combine(k, name, v, at.Child(name))
		}
	}
}

// follow adds the keywords of the schema that $ref leads to.
func (b *builder) follow(k *keywords, schema Value, at Pointer) {
	ref := schema.Member("$ref")
	if !ref.Exists() {
		return
	}
	fragment, local := strings.CutPrefix(ref.Unquoted(), "#")
	target := Pointer(decoded(fragment))
	switch found := b.root.At(target); {
	case !local || !found.Exists() || target != "" && target[0] != '/':
		b.cannot("$ref", at.Child("$ref"), "the reference does not lead to a place in this schema")
	case slices.Contains(b.refs, target):
		b.cannot("$ref", at.Child("$ref"), "the schema contains itself")
	default:
		b.refs = append(b.refs, target)
		b.gather(k, found, target)
	}
}

// decoded is a fragment of a URL without its escapes.
func decoded(fragment string) string {
	if plain, err := url.PathUnescape(fragment); err == nil {
		return plain
	}
	return fragment
}

// combine adds what stands in allOf, oneOf and anyOf: one schema, one and null, or constants.
func (b *builder) combine(k *keywords, name string, all Value, at Pointer) {
	var schemas []int
	null, constants := false, true
	for i, m := range all.members {
		if m.value.Member("type").Unquoted() == "null" && m.value.Member("const").Kind() == Absent {
			null = true
			continue
		}
		constants = constants && m.value.Member("const").Exists()
		schemas = append(schemas, i)
	}
	switch {
	case len(schemas) > 0 && constants && name != "allOf" && len(k.choices) == 0:
		for _, i := range schemas {
			s := all.Item(i)
			k.choices = append(k.choices, Option{s.Member("const"), s.Member("title").Unquoted()})
		}
		k.nullable = k.nullable || null
	case len(schemas) == 1 && (name != "allOf" || !null):
		k.nullable = k.nullable || null
		b.gather(k, all.Item(schemas[0]), at.Item(schemas[0]))
	default:
		b.cannot(name, at, "only one schema, one and null, or constants can be drawn")
	}
}

// distinguish adds its value to the title of each choice that has the title of another.
func distinguish(choices []Option) {
	times := make(map[string]int, len(choices))
	for _, o := range choices {
		times[o.Title]++
	}
	for i, o := range choices {
		if times[o.Title] > 1 {
			choices[i].Title = o.Title + " (" + words(o.Value) + ")"
		}
	}
}

// choices finishes the choices of a schema: those of enum and const, their titles, and null.
func (b *builder) choices(k *keywords) {
	if constant := k.value("const"); constant.Exists() {
		k.choices = []Option{{Value: constant}}
	}
	if enum := k.value("enum"); enum.Exists() && len(k.choices) == 0 {
		names := k.value("enumNames")
		for i, m := range enum.members {
			o := Option{Value: m.value}
			if names.Len() == enum.Len() {
				o.Title = names.Item(i).Unquoted()
			}
			k.choices = append(k.choices, o)
		}
	}
	if b.options += len(k.choices); b.options > MaxOptions {
		b.cannot("enum", k.at, "the form would have too many choices")
	}
	for i := range k.choices {
		o := &k.choices[i]
		if o.Value.Kind() == Object || o.Value.Kind() == Array {
			b.cannot("enum", k.at, "a choice of objects or arrays cannot be drawn")
		}
		if o.Title == "" {
			o.Title = words(o.Value)
		}
	}
	distinguish(k.choices)
	if k.nullable && len(k.choices) > 0 && !slices.ContainsFunc(k.choices, func(o Option) bool { return o.Value.Kind() == Null }) {
		k.choices = append(k.choices, noValue)
	}
}

// kind is the one type of a schema's values; empty, with a reason, if it has none or several.
func (b *builder) kind(k *keywords) string {
	var types []string
	if v := k.value("type"); v.Kind() == String {
		types = []string{v.Unquoted()}
	} else {
		for _, m := range v.members {
			types = append(types, m.value.Unquoted())
		}
	}
	if i := slices.Index(types, "null"); i >= 0 && len(types) > 1 {
		types, k.nullable = slices.Delete(types, i, i+1), true
	}
	switch {
	case len(types) == 1:
		return types[0]
	case len(types) > 1:
		b.cannot("type", k.at, "a value of several types cannot be drawn")
	case k.value("properties").Exists():
		return "object"
	case k.value("items").Exists():
		return "array"
	default:
		b.cannot("type", k.at, "the schema does not say the type")
	}
	return ""
}

// bounds are the limits that a schema sets. emptyFits says that an empty text may satisfy it.
func (k *keywords) bounds() (b Bounds, emptyFits bool) {
	b = Bounds{
		Min: k.value("minimum").JSON(), Max: k.value("maximum").JSON(), Step: k.value("multipleOf").JSON(),
		MinLength: k.count("minLength"), MaxLength: k.count("maxLength"),
		MinItems: k.count("minItems"), MaxItems: k.count("maxItems"),
		Format: k.text("format"), Pattern: k.text("pattern"),
	}
	if v := k.value("exclusiveMinimum"); v.Kind() == Number {
		b.Min, b.OverMin = v.JSON(), true
	}
	if v := k.value("exclusiveMaximum"); v.Kind() == Number {
		b.Max, b.UnderMax = v.JSON(), true
	}
	return b, b.MinLength == 0 && b.Format == "" && b.Pattern == ""
}

func (k *keywords) count(name string) int {
	n, err := strconv.Atoi(k.value(name).JSON())
	if err != nil {
		return 0
	}
	return n
}

// spoken makes a title of a member's name: "deliverBy" and "deliver_by" are "Deliver by".
func spoken(name string) string {
	var b strings.Builder
	last := ' '
	for i, r := range name {
		switch {
		case r == '_' || r == '-' || r == '.':
			r = ' '
		case unicode.IsUpper(r) && unicode.IsLower(last):
			b.WriteByte(' ')
			next, _ := utf8.DecodeRuneInString(name[i+utf8.RuneLen(r):])
			if unicode.IsLower(next) {
				r = unicode.ToLower(r)
			}
		}
		b.WriteRune(r)
		last = r
	}
	title := strings.TrimSpace(b.String())
	first, size := utf8.DecodeRuneInString(title)
	if size == 0 {
		return name
	}
	return string(unicode.ToUpper(first)) + title[size:]
}
