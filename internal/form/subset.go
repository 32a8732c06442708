package form

// Class says what a keyword of JSON Schema does to a form.
type Class string

// The classes. A keyword that no specification knows is an annotation, and does nothing.
const (
	Drawn   Class = "drawn"   // the page shows it
	Checked Class = "checked" // it changes nothing on the page; the answer is checked against it
	Outside Class = "json"    // a schema that uses it is answered as JSON
	Refused Class = "refused" // a request with a schema that uses it is refused
)

// Keyword is one keyword of the declared subset.
type Keyword struct {
	Name  string
	Class Class
	Says  string // what it does, for the documentation
}

// Keywords is the declared subset of JSON Schema 2020-12: every keyword of the specification, and
// those that the desk adds. docs/forms.md repeats the table.
var Keywords = []Keyword{
	{"type", Drawn, "One type, or one and `null`"},
	{"properties", Drawn, "A field each, in the order of the schema"},
	{"required", Drawn, "Fields without *optional*"},
	{"items", Drawn, "A list, or a table where the items are objects of single values"},
	{"enum", Drawn, "A choice of texts, numbers, `true`, `false`, `null`; with 5 values and more it is searched"},
	{"const", Drawn, "A choice of one value"},
	{"oneOf", Drawn, "A choice, if each member is `const` with `title`, with its value beside it where titles repeat; or one schema and `null`"},
	{"anyOf", Drawn, "As `oneOf`"},
	{"allOf", Drawn, "If it has one member"},
	{"$ref", Drawn, "To a place in the schema, `#/$defs/…`, unless it leads to itself"},
	{"title", Drawn, "The field's name on the page"},
	{"description", Drawn, "Help beside the field"},
	{"default", Drawn, "The value that the form starts from, if the request proposes none"},
	{"readOnly", Drawn, "The value is shown and cannot be changed, neither in its field nor as JSON"},
	{"writeOnly", Drawn, "A secret text, as `format: password`: see [secrets](#secrets)"},
	{"x-masked", Drawn, "The proposed text, number or day is [masked](masks.md#in-forms)"},
	{"format", Drawn, "`date`, `date-time` and `password` have fields of their own. Checked are `date`, `date-time`, `time`, `duration`, `period`, `email`, `hostname`, `ipv4`, `ipv6`, `uri`, `uri-reference`, `uri-template`, `iri`, `iri-reference`, `uuid`, `semver`, `json-pointer` and `relative-json-pointer`; `regex` is refused; others do nothing"},
	{"minimum", Drawn, "A bound"},
	{"maximum", Drawn, "A bound"},
	{"exclusiveMinimum", Drawn, "A bound that is not reached"},
	{"exclusiveMaximum", Drawn, "A bound that is not reached"},
	{"multipleOf", Drawn, "The step of a number"},
	{"minLength", Drawn, "A bound, in characters"},
	{"maxLength", Drawn, "A bound, in characters; from 200 the field has several lines"},
	{"minItems", Drawn, "A bound"},
	{"maxItems", Drawn, "A bound"},
	{"x-unit", Drawn, "The unit of a number, beside the field"},
	{"x-multiline", Drawn, "A text of several lines"},
	{"x-zone", Drawn, "The time zone in which a date-time is shown and read, as `Europe/Vilnius`; else that of the proposed value, or UTC"},
	{"x-stamp", Drawn, "The desk writes the value of a text: `reviewer` (name), `email`, or `now` (in a `date` its day), in UTC. A form that asks for it and is not drawn is refused"},
	{"enumNames", Drawn, "Names of the values of `enum`"},

	{"pattern", Checked, "A regular expression as RE2 has them, at most 512 bytes"},
	{"uniqueItems", Checked, ""},
	{"minProperties", Checked, ""},
	{"maxProperties", Checked, ""},
	{"dependentRequired", Checked, ""},
	{"propertyNames", Checked, ""},
	{"additionalProperties", Checked, "`true` or `false`; a schema for other members is answered as JSON"},
	{"unevaluatedProperties", Checked, "`true` or `false`"},
	{"unevaluatedItems", Checked, "`true` or `false`"},
	{"$schema", Checked, "2020-12, or draft-07"},
	{"$id", Checked, "At the top only"},
	{"$defs", Checked, "What `$ref` leads to"},
	{"definitions", Checked, "As `$defs`"},
	{"$comment", Checked, ""},
	{"examples", Checked, ""},
	{"deprecated", Checked, ""},
	{"contentEncoding", Checked, "Not looked into"},
	{"contentMediaType", Checked, "Not looked into"},

	{"if", Outside, ""},
	{"then", Outside, ""},
	{"else", Outside, ""},
	{"not", Outside, ""},
	{"patternProperties", Outside, ""},
	{"dependentSchemas", Outside, ""},
	{"dependencies", Outside, ""},
	{"prefixItems", Outside, ""},
	{"additionalItems", Outside, ""},
	{"contains", Outside, ""},
	{"minContains", Outside, ""},
	{"maxContains", Outside, ""},
	{"contentSchema", Outside, ""},
	{"$anchor", Outside, ""},

	{"$dynamicRef", Refused, ""},
	{"$dynamicAnchor", Refused, ""},
	{"$recursiveRef", Refused, ""},
	{"$recursiveAnchor", Refused, ""},
	{"$vocabulary", Refused, ""},
}

// classes are the keywords by name.
var classes = func() map[string]Class {
	m := make(map[string]Class, len(Keywords))
	for _, k := range Keywords {
		m[k.Name] = k.Class
	}
	return m
}()
