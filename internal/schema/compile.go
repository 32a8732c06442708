package schema

import (
	"errors"
	"fmt"
	"strings"
	"sync"

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
	compiled := &checker{leaf: inspector.leaf}
	if compiled.schema, err = compile(text, &compiled.budget); err != nil {
		return nil, unusable(err)
	}
	return compiled, nil
}

func fault(at form.Pointer, detail string, args ...any) form.SchemaFaults {
	return form.SchemaFaults{{Pointer: at, Detail: fmt.Sprintf(detail, args...)}}
}

// anything is the schema of our own vocabulary: it has no keywords.
var anything = sync.OnceValue(func() *jsonschema.Schema {
	c := jsonschema.NewCompiler()
	if err := c.AddResource(address, true); err != nil {
		panic(err) // a schema of ours
	}
	return c.MustCompile(address)
})

// compile makes a schema whose checks take their work from the budget.
func compile(text string, work *budget) (*jsonschema.Schema, error) {
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(jsonschema.SchemeURLLoader{}) // knows no scheme, so it loads nothing
	c.UseRegexpEngine(work.pattern)
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	c.RegisterVocabulary(&jsonschema.Vocabulary{
		URL: "https://schema.invalid/budget", Schema: anything(),
		Compile: func(_ *jsonschema.CompilerContext, keywords map[string]any) (jsonschema.SchemaExt, error) {
			return step{work: work, weight: 1 + len(keywords)}, nil
		},
	})
	c.AssertVocabs()
	if err := c.AddResource(address, document); err != nil {
		return nil, err
	}
	return c.Compile(address)
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
