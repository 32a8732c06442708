// Package history reads the histories of executions: how a callback ended, and what followed. Each
// request is taken from the read quota of its lane, and only a bounded number is under way at once.
//
// It does not draw conclusions from what it read: delivery, upkeep and discovery do that.
package history
