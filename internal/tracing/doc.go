// Package tracing sends spans to an OpenTelemetry collector: how long requests, deliveries and
// heartbeats took, and which of them belong together. It is off unless an operator names a
// collector, and then does nothing.
//
// Spans hold times, routes and answers. Only attributes on a list of harmless ones leave the
// process ([told]): no queries, no addresses that hold an AWS callback ID, no error texts, nothing
// that people or senders wrote. Callbacks are named by our own ID, as on pages and in the log.
package tracing
