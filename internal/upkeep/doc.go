// Package upkeep does what is due by itself: it sends heartbeats for callbacks that somebody works
// on, ends callbacks whose clock has run out, closes reviews that nobody renews, and deletes old
// messages.
package upkeep
