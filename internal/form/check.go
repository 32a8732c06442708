package form

import "context"

// Compiler reads schemas. Its error is [SchemaFaults] if the schema cannot be used.
type Compiler interface {
	Compile(schema string) (Checker, error)
}

// Checker checks documents against one schema. It may be used by several goroutines at once.
type Checker interface {
	// Check returns what is wrong with a document, in the order of pointers and at most 50 faults; none
	// if nothing is. A check that takes too much work,
	// or that ctx ends, is a fault too.
	Check(ctx context.Context, document string) []Fault
}

// SchemaFaults says why a schema cannot be used. Pointers lead into the schema.
type SchemaFaults []Fault

func (f SchemaFaults) Error() string {
	if len(f) == 0 {
		return "nothing is wrong with the schema"
	}
	return "the schema cannot be used: " + string(f[0].Pointer) + ": " + f[0].Detail
}
