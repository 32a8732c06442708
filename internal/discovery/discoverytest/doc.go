// Package discoverytest is the contract of the store of package discovery, as tests that every
// database passes.
package discoverytest
