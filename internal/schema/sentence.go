package schema

import (
	"encoding/json"
	"fmt"
	"math/big"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"countersign/internal/plural"
	"countersign/internal/printable"
)

const notAChoice = "is not one of the choices"

// sentence says what is wrong with a value, to be read after its name and a colon. It is empty for
// an error that only holds others.
func sentence(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *kind.Type:
		return typeNames(k.Want) + ", not " + typeName(k.Got)
	case *kind.Enum:
		return notAChoice
	case *kind.Const:
		return "must be " + quoted(k.Want)
	case *kind.Format:
		return format(k.Want)
	case *kind.Pattern:
		return "is not written as the form asks: " + printable.Cut(k.Want, longest)
	case *kind.FalseSchema:
		return "must not be there"
	case *kind.Not:
		return "is a value that the form rules out"
	case *kind.PropertyNames:
		return fmt.Sprintf("has a member with a name that is not allowed: %q", printable.Cut(k.Property, longest))
	case *kind.OneOf:
		return "fits more than one of the kinds of value that are allowed here"
	case *kind.RefCycle:
		return "cannot be checked: the schema leads back to itself"
	}
	if detail := bound(k); detail != "" {
		return detail
	}
	return count(k)
}

// blind is a sentence that says nothing of the value. It is empty for an error whose own sentence says
// nothing of it.
func blind(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *kind.Type:
		return typeNames(k.Want)
	case *kind.PropertyNames:
		return "has a member with a name that is not allowed"
	case *kind.MinLength:
		return "at least " + plural.Count(k.Want, "character")
	case *kind.MaxLength:
		return "at most " + plural.Count(k.Want, "character")
	case *kind.MinItems:
		return "at least " + plural.Count(k.Want, "item")
	case *kind.MaxItems:
		return "at most " + plural.Count(k.Want, "item")
	case *kind.AdditionalItems:
		return "has too many items"
	case *kind.MinProperties:
		return "at least " + plural.Count(k.Want, "member")
	case *kind.MaxProperties:
		return "at most " + plural.Count(k.Want, "member")
	}
	return ""
}

// bound says which bound a number is beyond.
func bound(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *kind.Minimum:
		return "at least " + decimal(k.Want)
	case *kind.Maximum:
		return "at most " + decimal(k.Want)
	case *kind.ExclusiveMinimum:
		return "more than " + decimal(k.Want)
	case *kind.ExclusiveMaximum:
		return "less than " + decimal(k.Want)
	case *kind.MultipleOf:
		return "a multiple of " + decimal(k.Want)
	}
	return ""
}

// count says how many characters, items or members there may be.
func count(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *kind.MinLength:
		return atLeast(k.Want, "character", k.Got)
	case *kind.MaxLength:
		return atMost(k.Want, "character", k.Got)
	case *kind.MinItems:
		return atLeast(k.Want, "item", k.Got)
	case *kind.MaxItems:
		return atMost(k.Want, "item", k.Got)
	case *kind.AdditionalItems:
		return fmt.Sprintf("has %d items too many", k.Count)
	case *kind.MinProperties:
		return atLeast(k.Want, "member", k.Got)
	case *kind.MaxProperties:
		return atMost(k.Want, "member", k.Got)
	case *kind.UniqueItems:
		return fmt.Sprintf("items %d and %d are the same", k.Duplicates[0]+1, k.Duplicates[1]+1)
	case *kind.Contains:
		return "has no item of the kind that the form asks for"
	case *kind.MinContains:
		return fmt.Sprintf("at least %d items of the kind that the form asks for", k.Want)
	case *kind.MaxContains:
		return fmt.Sprintf("at most %d items of the kind that the form asks for", k.Want)
	}
	return ""
}

func atLeast(want int, of string, got int) string {
	return fmt.Sprintf("at least %s, this has %d", plural.Count(want, of), got)
}

func atMost(want int, of string, got int) string {
	return fmt.Sprintf("at most %s, this has %d", plural.Count(want, of), got)
}

// longest is how many bytes of a schema's own text a sentence repeats.
const longest = 80

func quoted(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "another value"
	}
	return printable.Cut(string(text), longest)
}

// decimal writes a number of the schema, exactly.
func decimal(n *big.Rat) string {
	places, _ := n.FloatPrec() // it was written as a decimal, so they are all
	return printable.Cut(n.FloatString(places), longest)
}

func format(name string) string {
	switch name {
	case "date":
		return "a date, written 2026-12-11"
	case "date-time":
		return "a date and a time with its zone, written 2026-12-11T09:30:00+02:00"
	case "time":
		return "a time with its zone, written 09:30:00+02:00"
	case "email":
		return "an e-mail address"
	case "uri":
		return "an address, written https://example.com/page"
	case "uuid":
		return "a UUID, written 123e4567-e89b-12d3-a456-426614174000"
	}
	return "is not written as " + printable.Cut(name, longest)
}
