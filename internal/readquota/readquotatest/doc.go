// Package readquotatest is the contract of the store of package readquota, as tests that every
// database passes.
package readquotatest
