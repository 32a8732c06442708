// Package callbackstest is what tests of callbacks need: builders with sensible values, and a clock
// that a test sets. It is for tests only.
package callbackstest
