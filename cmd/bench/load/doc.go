// Package load sends requests over a fixed number of connections, each waiting for its answer
// before it sends the next, and measures the answers. It writes to the sockets itself: on a machine
// that also runs the server, what the client costs would blur what the server costs.
package load
