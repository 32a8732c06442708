// Package savedviewtest has the contract that every savedview.Store passes.
package savedviewtest
