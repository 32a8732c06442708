// Package demo has durable functions as teams would write them, for the demo. Each creates a
// callback, sends its ID to the desk in a step, suspends, and acts on what the reviewer decided.
// They reach Lambda and the desk over HTTP, like any outside program, and know nothing of their
// internals.
package demo
