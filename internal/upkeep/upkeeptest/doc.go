// Package upkeeptest is the contract of the store of package upkeep, as tests that every database
// passes.
package upkeeptest
