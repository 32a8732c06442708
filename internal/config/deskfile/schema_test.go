package deskfile

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"countersign/internal/config/strictyaml"
)

// schemaFile is where editors find the schema.
const schemaFile = "../../../docs/countersign.schema.json"

var writeSchema sync.Once

func readSchema(t *testing.T) []byte {
	t.Helper()
	if *rewrite {
		writeSchema.Do(func() {
			if err := os.WriteFile(schemaFile, Schema(), 0o600); err != nil {
				t.Fatal(err)
			}
		})
	}
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestSchemaFileIsFresh(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(string(readSchema(t)), string(Schema())); diff != "" {
		t.Errorf("run go test ./internal/config/deskfile -update\n-file +package:\n%s", diff)
	}
}

// TestSchemaSaysWhatTheTypesSay walks the types by their tables and the schema by its keys,
// side by side: no key is in one alone, and every rule of a table is in the schema.
func TestSchemaSaysWhatTheTypesSay(t *testing.T) {
	t.Parallel()
	var top map[string]any
	if err := json.Unmarshal(readSchema(t), &top); err != nil {
		t.Fatal(err)
	}
	walk(t, "", reflect.TypeFor[Desk](), strictyaml.Field{}, top)
}

func walk(t *testing.T, at string, goType reflect.Type, f strictyaml.Field, s map[string]any) {
	t.Helper()
	if goType.Kind() == reflect.Pointer {
		goType = goType.Elem()
	}
	if goType == reflect.TypeFor[json.RawMessage]() {
		if len(s) != 1 { // its description alone
			t.Errorf("%s takes any value in Go, and %v in the schema", at, s)
		}
		return
	}
	kinds := map[reflect.Kind]string{
		reflect.Struct: "object", reflect.Map: "object", reflect.Slice: "array", reflect.Bool: "boolean", reflect.String: "string",
		reflect.Int: "integer",
	}
	if s["type"] != kinds[goType.Kind()] {
		t.Errorf("%s is a %s in Go and %v in the schema", at, goType, s["type"])
	}
	child := func(key string) map[string]any { inner, _ := s[key].(map[string]any); return inner }
	switch goType.Kind() {
	case reflect.Struct:
		walkKeys(t, at, goType, s)
	case reflect.Map:
		if pattern, _ := child("propertyNames")["pattern"].(string); pattern != f.KeyPattern {
			t.Errorf("%s: names match %q in the schema, %q in Go", at, pattern, f.KeyPattern)
		}
		walk(t, at+".*", goType.Elem(), strictyaml.Field{}, child("additionalProperties"))
	case reflect.Slice:
		if most, _ := s["maxItems"].(float64); int(most) != f.Max {
			t.Errorf("%s: the schema takes %v items, the table says %d", at, most, f.Max)
		}
		walk(t, at+"[]", goType.Elem(), f, child("items"))
	case reflect.String:
		pattern, _ := s["pattern"].(string)
		var enum []string
		for _, word := range asList(s["enum"]) {
			enum = append(enum, word.(string))
		}
		if pattern != f.Pattern || !slices.Equal(enum, f.Enum) {
			t.Errorf("%s: the schema has %q and %v, the table %q and %v", at, pattern, enum, f.Pattern, f.Enum)
		}
	case reflect.Int:
		if fmt.Sprint(s["minimum"], s["maximum"]) != fmt.Sprint(f.Least, f.Most) {
			t.Errorf("%s: the schema has %v to %v, the table %d to %d", at, s["minimum"], s["maximum"], f.Least, f.Most)
		}
	default:
	}
}

func walkKeys(t *testing.T, at string, goType reflect.Type, s map[string]any) {
	t.Helper()
	properties, _ := s["properties"].(map[string]any)
	var keys, required []string
	for _, f := range strictyaml.Fields(goType) {
		keys = append(keys, f.Name)
		if f.Required {
			required = append(required, f.Name)
		}
		property, ok := properties[f.Name].(map[string]any)
		if !ok {
			t.Errorf("%s.%s is not in the schema", at, f.Name)
			continue
		}
		if help, _ := property["description"].(string); f.Help == "" || !strings.HasPrefix(help, f.Help) {
			t.Errorf("%s.%s: the schema says %q", at, f.Name, help)
		}
		walk(t, at+"."+f.Name, f.Type, f, property)
	}
	for key := range properties {
		if !slices.Contains(keys, key) {
			t.Errorf("%s.%s is in the schema alone", at, key)
		}
	}
	var inSchema []string
	for _, key := range asList(s["required"]) {
		inSchema = append(inSchema, key.(string))
	}
	if s["additionalProperties"] != false || !slices.Equal(inSchema, required) {
		t.Errorf("%s: the schema requires %v and leaves more keys %v", at, inSchema, s["additionalProperties"])
	}
}

func asList(v any) []any { list, _ := v.([]any); return list }

// formFaults are the messages about what a schema can see: a key or value by itself.
var formFaults = []string{
	"there is no such key", "there is no value here", "the key is missing", "does not fit", "must be a list", "must be a mapping",
	"must be a text", "must be true or false", "must be review or", "must be json or", "must be failure or", "must be requester", "must be for or", "must be a whole number", "the list has this already", "a secret never stands",
}

// TestSchemaAgreesWithTheReader: editors mark what the desk would refuse, and nothing else.
func TestSchemaAgreesWithTheReader(t *testing.T) {
	t.Parallel()
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(jsonschema.SchemeURLLoader{})
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(readSchema(t))))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiler.AddResource("countersign.json", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("countersign.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := validate(compiled, everything); err != nil {
		t.Errorf("the schema refuses a file that is right: %v", err)
	}
	marked := 0
	for _, broken := range brokenFiles(t) {
		ofForm := slices.ContainsFunc(formFaults, func(words string) bool { return strings.Contains(broken.messages, words) })
		if !ofForm {
			continue
		}
		marked++
		if validate(compiled, broken.text) == nil {
			t.Errorf("%s: the schema finds nothing, the reader:\n%s", broken.name, broken.messages)
		}
	}
	if marked < 30 {
		t.Errorf("only %d files are wrong by their form", marked)
	}
}

func validate(compiled *jsonschema.Schema, text string) error {
	inJSON, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(inJSON)))
	if err != nil {
		return err
	}
	return compiled.Validate(value)
}
