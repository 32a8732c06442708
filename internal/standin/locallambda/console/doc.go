// Package console is how a person uses a local Lambda at a terminal: flags that configure one, and
// lines that tell what happens in it. What functions and reviewers sent is printed only as far as
// it cannot upset a terminal.
package console
