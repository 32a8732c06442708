// Package jsinterop proves that durable functions written with AWS's own SDK for JavaScript run on
// the embedded engine: its tests run the callback cases of AWS's conformance suite for durable
// execution SDKs in a Node.js process. Package durable runs the same cases in Go, so that the two
// tables can be read side by side.
package jsinterop
