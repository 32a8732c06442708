// Package form draws an answer from a JSON Schema and reads it back from what a reviewer posts.
//
// A [Form] is made of a schema (2020-12) by [New]: a tree of typed fields, or the reasons why the
// schema cannot be drawn ([Form.Reasons]); a form is drawn whole or not at all. [Keywords] is the
// declared subset. [Form.Fill] takes the proposed document and what was posted, and gives the answer
// together with an [Entry] for each input of the page. [Form.Changes] says in words how an answer
// differs from the proposal.
//
// A [Value] keeps the bytes that its sender wrote. A form that nobody touched returns the proposed
// document byte for byte, and a change replaces only the bytes of its own value. Nothing is
// converted: absent, null and empty stay three things, and a number is sent as it was typed.
//
// The package does not know how schemas are checked ([Compiler] is for that), how pages look, and
// what an answer is for. It imports the ground only.
package form
