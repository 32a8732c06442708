// Package assignments has the pages on which people take callbacks, give them to others and hide them
// from their own list, and that on which admins move what somebody has who left.
package assignments
