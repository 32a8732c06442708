// Package schema checks answers against the JSON Schemas that requests bring: it implements
// [form.Compiler] over santhosh-tekuri/jsonschema.
//
// A schema is written by a stranger. So it loads nothing (a reference leads within the schema, or
// [Compiler.Compile] refuses it), its size, depth and patterns are bounded, and so is the work of a
// check: what would take too long ends with a fault. Numbers are compared as they are written, never
// as floating point. The package knows nothing of requests and pages.
package schema
