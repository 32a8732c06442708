package schema

import (
	"encoding/json"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// meter takes the work of one schema about one value. It stands where the validator checks a format,
// which is before it goes into the value and into other schemas. What ends before that (a wrong type,
// a constant) is paid for by the schema around it.
type meter struct {
	work   *budget
	weight int // schemas and names that are gone through, whatever the value is
	once   int // tenths of a step for constants
	each   int // tenths of a step for each member or item
	unique bool
	format func(any) error // that of the schema itself; may be nil
}

// measured puts a meter into a compiled schema and all that it leads to.
func measured(s *jsonschema.Schema, work *budget) {
	metering{work: work, seen: map[*jsonschema.Schema]bool{}, compared: map[*jsonschema.Schema]int{}}.schema(s)
}

// metering puts meters into schemas, each once.
type metering struct {
	work     *budget
	seen     map[*jsonschema.Schema]bool
	compared map[*jsonschema.Schema]int // what constants found: many schemas may lead to one
}

func (g metering) schema(s *jsonschema.Schema) {
	if s == nil || g.seen[s] {
		return
	}
	g.seen[s] = true
	m := meter{work: g.work, weight: 1 + names(s), unique: s.UniqueItems}
	name := ""
	if s.Format != nil {
		name, m.format = s.Format.Name, s.Format.Validate
	}
	for _, child := range inPlaceOf(s) {
		m.weight++
		m.once += g.constants(child)
		g.schema(child)
	}
	for _, child := range placed(s) {
		m.once += g.constants(child)
		g.schema(child)
	}
	for _, child := range repeated(s) {
		m.each += 10*schemaSteps + g.constants(child)
		g.schema(child)
	}
	s.Format = &jsonschema.Format{Name: name, Validate: m.validate}
}

func (m meter) validate(v any) error {
	members := 0
	switch v := v.(type) {
	case map[string]any:
		members = len(v)
	case []any:
		members = len(v)
		if m.unique {
			m.pass(v)
		}
	case string:
		m.work.spend(len(v) / textSteps)
	}
	m.work.spend(schemaSteps*(m.weight+members) + (m.once+m.each*members)/10)
	if m.format == nil {
		return nil
	}
	return m.format(v)
}

// pass takes the work of reading a value to its end, as a search for items that are the same does.
func (m meter) pass(v any) {
	m.work.spend(schemaSteps)
	switch v := v.(type) {
	case map[string]any:
		for _, member := range v {
			m.pass(member)
		}
	case []any:
		for _, item := range v {
			m.pass(item)
		}
	case string:
		m.work.spend(len(v) / textSteps)
	case json.Number:
		m.work.spend(2 * schemaSteps)
	}
}

// constants is what it costs to compare a value with those that a schema names, in tenths of a step.
func (g metering) constants(s *jsonschema.Schema) (tenths int) {
	if s == nil {
		return 0
	}
	if known, ok := g.compared[s]; ok {
		return known
	}
	defer func() { g.compared[s] = tenths }()
	if s.Const != nil {
		tenths += comparing(*s.Const)
	}
	if s.Enum != nil {
		tenths += comparing(s.Enum.Values)
	}
	return tenths
}

func comparing(v any) (tenths int) {
	switch v := v.(type) {
	case map[string]any:
		for _, member := range v {
			tenths += comparing(member)
		}
	case []any:
		for _, item := range v {
			tenths += comparing(item)
		}
	case json.Number:
		tenths = 200 // as fractions of whole numbers
	}
	return tenths + 1
}

// names is how many names a schema asks an object for.
func names(s *jsonschema.Schema) int {
	n := len(s.Required) + len(s.DependentRequired) + len(s.Dependencies)
	for _, required := range s.DependentRequired {
		n += len(required)
	}
	for _, needs := range s.Dependencies {
		if required, ok := needs.([]string); ok {
			n += len(required)
		}
	}
	return n
}

// inPlaceOf are the schemas of a schema about the same value.
func inPlaceOf(s *jsonschema.Schema) []*jsonschema.Schema {
	all := present(s.Ref, s.Not, s.If, s.Then, s.Else)
	all = append(append(append(all, s.AllOf...), s.AnyOf...), s.OneOf...)
	for _, child := range s.DependentSchemas {
		all = append(all, child)
	}
	for _, needs := range s.Dependencies {
		if child, ok := needs.(*jsonschema.Schema); ok {
			all = append(all, child)
		}
	}
	return all
}

// placed are the schemas of a schema about one member or item each.
func placed(s *jsonschema.Schema) []*jsonschema.Schema {
	all := append([]*jsonschema.Schema(nil), s.PrefixItems...)
	if items, ok := s.Items.([]*jsonschema.Schema); ok {
		all = append(all, items...)
	}
	for _, child := range s.Properties {
		all = append(all, child)
	}
	return all
}

// repeated are the schemas of a schema about any number of members or items.
func repeated(s *jsonschema.Schema) []*jsonschema.Schema {
	all := present(s.PropertyNames, s.UnevaluatedProperties, s.Contains, s.Items2020, s.UnevaluatedItems)
	for _, other := range []any{s.Items, s.AdditionalItems, s.AdditionalProperties} {
		if child, ok := other.(*jsonschema.Schema); ok {
			all = append(all, child)
		}
	}
	for _, child := range s.PatternProperties {
		all = append(all, child)
	}
	return all
}

func present(schemas ...*jsonschema.Schema) (all []*jsonschema.Schema) {
	for _, s := range schemas {
		if s != nil {
			all = append(all, s)
		}
	}
	return all
}
