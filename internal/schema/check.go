package schema

import (
	"errors"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"countersign/internal/form"
)

// checker is a compiled schema. The budget is that of the check under way: one at a time.
type checker struct {
	schema *jsonschema.Schema
	leaf   int

	mu     sync.Mutex
	budget budget
}

const tooMuch = "is too large to be checked against this schema"

// Check implements [form.Checker].
func (c *checker) Check(text string) []form.Fault {
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
	return c.check(document, values(root))
}

// values is how many values a document has.
func values(v form.Value) int {
	n := 1
	children(v, "", func(child form.Value, _ form.Pointer) { n += values(child) })
	return n
}

func (c *checker) check(document any, values int) (found []form.Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer func() {
		switch spent := recover(); spent.(type) {
		case nil:
		case exhausted:
			found = fault("", tooMuch)
		default:
			panic(spent)
		}
	}()
	c.budget.left = maxWork
	c.budget.spend(values * c.leaf) // values are looked for in enums before the budget hears of it
	if err, ok := errors.AsType[*jsonschema.ValidationError](c.schema.Validate(document)); ok {
		return faults(err)
	}
	return nil
}
