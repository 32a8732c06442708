// Package callbackstest holds the contract of Store as a test suite, and what tests of callbacks
// need: builders with sensible values and a clock that a test sets. It is for tests only.
package callbackstest
