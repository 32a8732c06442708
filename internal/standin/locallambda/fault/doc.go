// Package fault makes calls of Lambda's API go wrong on demand: they can be throttled, fail, be
// refused, be cut off, or be answered late or never.
package fault
