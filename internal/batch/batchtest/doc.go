// Package batchtest is the contract of the store of package batch, as tests that every
// database passes.
package batchtest
