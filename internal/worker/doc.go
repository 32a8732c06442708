// Package worker provides the parts of long-running work: a loop of rounds, an alarm that wakes it,
// a bulkhead, a backoff, and contexts that outlive a stop by a little. It belongs to the ground: it
// knows no word of the domain.
package worker
