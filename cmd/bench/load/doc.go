// Package load sends requests over a fixed number of connections and measures the answers. Each
// connection waits for an answer before it sends the next request. The package writes to the
// sockets itself: on a machine that also runs the server, an expensive client would blur the
// server's cost.
package load
