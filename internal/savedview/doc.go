// Package savedview keeps filters of lists under names: for their owner alone, or shared with one of
// their groups.
//
// A view is a filter and no right: whoever opens a shared one sees with it what they may see anyway.
// Only its owner changes it, and it is shared no longer than its owner is in the group.
package savedview
