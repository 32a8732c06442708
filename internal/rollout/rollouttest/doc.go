// Package rollouttest is the contract of the store of package rollout, as tests that every database
// passes.
package rollouttest
