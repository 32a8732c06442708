package main

import "errors"

// Exit codes of the program, beside 0.
const (
	exitFaults = 1 // what was asked did not succeed, or what was checked has faults
	exitUsage  = 2 // the command line is wrong, or what it names cannot be read
)

// exitError is an error with an exit code of its own.
type exitError struct {
	code int
	error
}

// Unwrap returns the error alone.
func (e exitError) Unwrap() error { return e.error }

// exitCode returns the exit code for an error.
func exitCode(err error) int {
	if e, ok := errors.AsType[exitError](err); ok {
		return e.code
	}
	return exitFaults
}
