// Package history reads the histories of executions: how a callback ended, and what followed. Each
// request is paid out of the read quota of its lane, and so many are under way at once.
//
// It does not know what follows from what it read: delivery, upkeep and discovery decide that.
package history
