// Package console lets a person use a local Lambda at a terminal: it has flags that configure one,
// and prints what happens in it. Text that functions and reviewers sent is printed only in a form
// that is safe for a terminal.
package console
