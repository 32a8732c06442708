// Package delegationtest is the contract of the store of package delegation, as tests that every
// database passes.
package delegationtest
