// Package desktest is a desk for tests of the domain: the service and its workers on a real
// database, beside a stand-in for Lambda, with a clock that the test moves.
package desktest
