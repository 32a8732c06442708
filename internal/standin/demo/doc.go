// Package demo has durable functions as teams write them, for the demo: each creates a callback,
// sends its ID to the desk in a step, suspends, and goes on with what the reviewer decided. They
// reach Lambda and the desk over the wire, like any outsider, and know neither's insides.
package demo
