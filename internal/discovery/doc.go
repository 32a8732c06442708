// Package discovery finds callbacks that nobody announced: it lists the running executions of watched functions and reads their
// histories. AWS has no list of callbacks.
//
// It owns what is watched, what is left out, and the traces of the executions that it reads. What it finds becomes a callback in the
// way of an announcement.
package discovery
