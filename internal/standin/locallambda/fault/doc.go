// Package fault makes calls of Lambda's API go wrong on demand: throttled, failed, refused, cut
// off, answered late or not at all.
package fault
