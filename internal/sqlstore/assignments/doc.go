// Package assignments keeps in the database of package sqlstore whose work a callback is, and until
// when people hide one from their own lists. Beside them is who
// acknowledged what needs attention. It implements assignment.Store, whose comments and test
// suite (package assignmenttest) are the contract. The lists of package sqlstore read all three tables.
package assignments
