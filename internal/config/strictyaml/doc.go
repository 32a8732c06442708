// Package strictyaml reads a small, strict part of YAML into Go structs, and says of every fault
// where it is, what is wrong and what to write instead.
//
// Strict means: one document; every key is known and stands once; texts, numbers and switches are
// not converted into each other; anchors, aliases, merge keys, tags and directives are refused. So
// a file says what it seems to say, and no file grows when it is read. The package knows nothing of
// what the file is about: struct tags name the keys and their rules (see [Read]), and [Fields] lists
// them for a schema and for documentation.
package strictyaml
