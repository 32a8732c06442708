// Package assignment says whose work a callback is: people take one, or give it to somebody who may
// sign it, and hide it from their own list for a while.
//
// What needs attention can be acknowledged: a person says that they know of it, and it leaves that list
// until it changes.
//
// An assignment gives no right and takes none: whoever may sign still may, and nothing is decided by
// it. A snooze hides a callback from its person alone, and ends by itself before the callback is at
// risk. Both are on record.
package assignment
