// Package storetest holds the contract of [desk.Store] as a test suite, and reads and writes a store
// for the tests of others. It is for tests only.
package storetest
