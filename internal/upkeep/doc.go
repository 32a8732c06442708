// Package upkeep does what is due by itself: it sends heartbeats for callbacks that somebody works
// on, ends those whose clock has run out, closes reviews that nobody renews, and forgets what is
// not needed any more.
package upkeep
