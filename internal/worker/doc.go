// Package worker has what long-running parts are made of: a loop of rounds, an alarm that wakes it,
// and contexts that outlive a stop by a little. It belongs to the ground: it knows no word of the
// domain.
package worker
