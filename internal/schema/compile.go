package schema

import (
	"errors"
	"fmt"
	"strings"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"countersign/internal/form"
)

// Bounds of a schema. A reviewer fills in what it describes, so a larger one is no form.
const (
	MaxBytes      = 64 << 10 // of a schema, and of a document
	MaxDepth      = 60       // arrays and objects in each other
	MaxSubschemas = 4_000
	MaxPattern    = 512 // bytes of a regular expression
)

// address names a schema inside the validator. It is never asked for.
const address = "https://schema.invalid/form"

// Compiler is a [form.Compiler]. It keeps the schemas that were used last: a preview checks an
// answer at each pause in typing.
type Compiler struct{ compiled *lru.Cache[string, *checker] }

var _ form.Compiler = (*Compiler)(nil)

// kept is how many schemas a compiler keeps.
const kept = 32

// NewCompiler makes a compiler.
func NewCompiler() *Compiler {
	cache, err := lru.New[string, *checker](kept)
	if err != nil {
		panic(err) // for a negative size
	}
	return &Compiler{compiled: cache}
}

// Compile reads a schema of the draft 2020-12, or draft-07. The error is a [form.SchemaFaults].
func (c *Compiler) Compile(text string) (form.Checker, error) {
	if known, ok := c.compiled.Get(text); ok {
		return known, nil
	}
	made, err := read(text)
	if err != nil {
		return nil, err
	}
	c.compiled.Add(text, made)
	return made, nil
}

// read compiles a schema.
func read(text string) (*checker, error) {
	if len(text) > MaxBytes {
		return nil, fault("", "a schema has at most %d bytes, this has %d", MaxBytes, len(text))
	}
	root, err := form.Parse(text)
	if err != nil {
		return nil, fault("", "is no JSON document: %s", err)
	}
	inspector := inspect(root)
	if len(inspector.faults) > 0 {
		return nil, inspector.faults
	}
	compiled, err := compile(text)
	if err != nil {
		return nil, unusable(err)
	}
	made := &checker{text: text}
	made.ready.Put(compiled)
	return made, nil
}

func fault(at form.Pointer, detail string, args ...any) form.SchemaFaults {
	return form.SchemaFaults{{Pointer: at, Detail: fmt.Sprintf(detail, args...)}}
}

// compile makes a schema whose checks take their work from a budget.
func compile(text string) (*measuredSchema, error) {
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(jsonschema.SchemeURLLoader{}) // knows no scheme, so it loads nothing
	compiled := &measuredSchema{}
	c.UseRegexpEngine(compiled.work.pattern)
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource(address, document); err != nil {
		return nil, err
	}
	if compiled.Schema, err = c.Compile(address); err != nil {
		return nil, err
	}
	measured(compiled.Schema, &compiled.work)
	return compiled, nil
}

// unusable says in our words why the validator refuses a schema. Its own words name addresses.
func unusable(err error) form.SchemaFaults {
	if invalid, ok := errors.AsType[*jsonschema.SchemaValidationError](err); ok {
		if cause, ok := errors.AsType[*jsonschema.ValidationError](invalid.Err); ok {
			return form.SchemaFaults(faults(cause))
		}
	}
	if _, ok := errors.AsType[*jsonschema.AnchorNotFoundError](err); ok {
		return fault("", "a $ref leads to an anchor that is not there")
	}
	return fault("", "is no valid schema")
}
