package schema

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"countersign/internal/form"
)

// checker checks against one schema. Each check under way has a compiled schema of its own, as the
// budget lies in it; a check that ends leaves its own to the next.
type checker struct {
	text  string
	ready sync.Pool // of *measuredSchema
}

// measuredSchema is a compiled schema with the budget of the check that has it.
type measuredSchema struct {
	*jsonschema.Schema
	work budget
}

// free is a compiled schema that no other check has.
func (c *checker) free() (*measuredSchema, error) {
	if kept, ok := c.ready.Get().(*measuredSchema); ok {
		return kept, nil
	}
	return compile(c.text)
}

const tooMuch = "is too large to be checked against this schema"

// Check implements [form.Checker].
func (c *checker) Check(ctx context.Context, text string) []form.Fault {
	if len(text) > MaxBytes {
		return fault("", "has at most %d bytes, this has %d", MaxBytes, len(text))
	}
	root, err := form.Parse(text)
	if err != nil {
		return fault("", "is no JSON document: %s", err)
	}
	i := &inspector{root: root}
	i.plain(root, "", 0)
	if len(i.faults) > 0 {
		return i.faults
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return fault("", "is no JSON document")
	}
	return c.check(ctx, document)
}

func (c *checker) check(ctx context.Context, document any) (found []form.Fault) {
	schema, err := c.free()
	if err != nil {
		return unusable(err)
	}
	defer c.ready.Put(schema)
	defer func() {
		switch spent := recover(); spent.(type) {
		case nil:
		case exhausted:
			found = fault("", tooMuch)
		default:
			panic(spent)
		}
	}()
	schema.work = budget{left: maxWork, ctx: ctx}
	if err, ok := errors.AsType[*jsonschema.ValidationError](schema.Validate(document)); ok {
		return faults(err)
	}
	return nil
}
