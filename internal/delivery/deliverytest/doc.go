// Package deliverytest is the contract of the store of package delivery, as tests that every
// database passes.
package deliverytest
