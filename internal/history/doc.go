// Package history reads the histories of executions: how a callback ended, and what followed. It has
// the one model of an [Event], and says of each which callbacks it closes; discovery works out with
// it what is open.
//
// Every page of a history is taken from the read quota of its lane before it is asked for, and only
// a bounded number of readings is under way at once. A reading that the quota interrupts is put off
// and continues with the next page, so that a history longer than the quota allows at once comes to
// its end, and no page is paid for twice.
//
// The package does not draw conclusions from what it read: delivery, upkeep and discovery do that.
package history
