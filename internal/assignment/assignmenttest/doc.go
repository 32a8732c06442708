// Package assignmenttest has the contract of the store of assignments.
package assignmenttest
