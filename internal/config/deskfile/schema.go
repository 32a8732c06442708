package deskfile

import (
	"bytes"
	"encoding/json"
	"reflect"

	"countersign/internal/config/strictyaml"
)

// Schema returns the JSON Schema (2020-12) of countersign.yaml, for editors. It has every rule of a
// key by itself; what keys say about each other, and what secrets hold, only [Load] can check.
func Schema() []byte {
	top := schemaOf(reflect.TypeFor[Desk](), strictyaml.Field{})
	top["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	top["title"] = "countersign.yaml"
	top["description"] = "What a Countersign desk is for."
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(top) // cannot fail for maps, lists and texts
	return out.Bytes()
}

type schema map[string]any

// schemaOf returns the schema of a value of a field.
func schemaOf(t reflect.Type, f strictyaml.Field) schema {
	if t == reflect.TypeFor[json.RawMessage]() {
		return schema{} // any value
	}
	switch t.Kind() {
	case reflect.Pointer:
		return schemaOf(t.Elem(), f)
	case reflect.Struct:
		return schemaOfStruct(t)
	case reflect.Map:
		s := schema{"type": "object", "additionalProperties": schemaOf(t.Elem(), strictyaml.Field{})}
		if f.KeyPattern != "" {
			s["propertyNames"] = schema{"pattern": f.KeyPattern}
		}
		return s
	case reflect.Slice:
		s := schema{"type": "array", "items": schemaOf(t.Elem(), f), "uniqueItems": true}
		if f.Max > 0 {
			s["maxItems"] = f.Max
		}
		return s
	case reflect.Bool:
		return schema{"type": "boolean"}
	case reflect.Int:
		return schema{"type": "integer", "minimum": f.Least, "maximum": f.Most}
	default:
		s := schema{"type": "string", "minLength": 1}
		if f.Pattern != "" {
			s["pattern"] = f.Pattern
		}
		if len(f.Enum) > 0 {
			s["enum"] = f.Enum
		}
		return s
	}
}

func schemaOfStruct(t reflect.Type) schema {
	properties, required := schema{}, []string{}
	for _, f := range strictyaml.Fields(t) {
		s := schemaOf(f.Type, f)
		s["description"] = f.Help
		if f.Default != "" {
			s["description"] = f.Help + " Default: " + f.Default + "."
		}
		properties[f.Name] = s
		if f.Required {
			required = append(required, f.Name)
		}
	}
	s := schema{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	switch t {
	case reflect.TypeFor[Secret]():
		s["minProperties"], s["maxProperties"] = 1, 1
	case reflect.TypeFor[Function]():
		s["minProperties"] = 1
	}
	return s
}
