// Package tracing tells an OpenTelemetry collector how long requests, deliveries and heartbeats
// took, and what hangs together. It is off unless an operator names a collector; then nothing of it
// stands in anybody's way.
//
// Spans tell times, routes and answers. What leaves the process is a list of attributes that are
// known to be harmless ([told]): no queries, no addresses with an AWS callback ID in them, no texts
// of errors, nothing that people or senders wrote. Callbacks have their own ID, by which pages and
// the log know them.
package tracing
