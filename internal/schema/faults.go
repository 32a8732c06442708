package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"countersign/internal/form"
)

// faults are what the validator found, flat, in the order of their places, each once.
func faults(err *jsonschema.ValidationError) []form.Fault {
	found := flat(err)
	slices.SortStableFunc(found, func(a, b form.Fault) int {
		return cmp.Or(cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Detail, b.Detail))
	})
	found = slices.Compact(found)
	return found[:min(len(found), maxFaults)]
}

// place is where in the document an error is.
func place(err *jsonschema.ValidationError) (at form.Pointer) {
	for _, token := range err.InstanceLocation {
		at = at.Child(token)
	}
	return at
}

// flat turns the tree of an error into faults.
func flat(err *jsonschema.ValidationError) (found []form.Fault) {
	switch k := err.ErrorKind.(type) {
	case *kind.Required:
		return members(err, k.Missing, "is missing")
	case *kind.AdditionalProperties:
		return members(err, k.Properties, "is no member of this object")
	case *kind.DependentRequired:
		return members(err, k.Missing, fmt.Sprintf("is missing, as %q is there", k.Prop))
	case *kind.Dependency:
		return members(err, k.Missing, fmt.Sprintf("is missing, as %q is there", k.Prop))
	case *kind.AnyOf:
		return alternatives(err)
	case *kind.OneOf:
		if len(k.Subschemas) == 0 {
			return alternatives(err)
		}
	}
	if detail := sentence(err.ErrorKind); detail != "" {
		return []form.Fault{{Pointer: place(err), Detail: detail, Blind: blind(err.ErrorKind)}}
	}
	for _, cause := range err.Causes {
		found = append(found, flat(cause)...)
	}
	return found
}

// members are faults of members of the object that an error is about.
func members(err *jsonschema.ValidationError, names []string, detail string) (found []form.Fault) {
	for _, name := range names {
		found = append(found, form.Fault{Pointer: place(err).Child(name), Detail: detail})
	}
	return found
}

// alternatives says what is wrong with a value that fits none of several schemas. If its type fits
// only one of them, that is the one it was meant for.
func alternatives(err *jsonschema.ValidationError) []form.Fault {
	var meant []*jsonschema.ValidationError
	var types []string
	constants := true
	for _, branch := range err.Causes {
		if want := wrongType(branch, len(err.InstanceLocation)); len(want) > 0 {
			types = append(types, want...)
			continue
		}
		_, constant := branch.ErrorKind.(*kind.Const)
		constants = constants && constant
		meant = append(meant, branch)
	}
	at := place(err)
	switch {
	case len(meant) == 1:
		return flat(meant[0])
	case constants && len(meant) > 0:
		return []form.Fault{{Pointer: at, Detail: notAChoice}}
	case len(meant) == 0 && len(types) > 0:
		return []form.Fault{{Pointer: at, Detail: typeNames(types)}}
	}
	return []form.Fault{{Pointer: at, Detail: "fits none of the kinds of value that are allowed here"}}
}

// wrongType are the types that an error asks for, if it is only that the value at this depth has
// another.
func wrongType(err *jsonschema.ValidationError, depth int) []string {
	if k, ok := err.ErrorKind.(*kind.Type); ok && len(err.InstanceLocation) == depth {
		return k.Want
	}
	if _, ok := err.ErrorKind.(*kind.Reference); ok && len(err.Causes) == 1 {
		return wrongType(err.Causes[0], depth)
	}
	return nil
}

// typeNames are types as a person says them: "a text or a whole number".
func typeNames(types []string) string {
	var names []string
	for _, t := range types {
		if name := typeName(t); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(last(a), last(b)) })
	return strings.Join(names, " or ")
}

// last puts null behind what a person would write.
func last(name string) int {
	if name == "null" {
		return 1
	}
	return 0
}

func typeName(t string) string {
	switch t {
	case "string":
		return "a text"
	case "integer":
		return "a whole number"
	case "number":
		return "a number"
	case "boolean":
		return "true or false"
	case "array":
		return "a list"
	case "object":
		return "an object"
	}
	return t
}
