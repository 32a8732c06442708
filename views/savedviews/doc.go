// Package savedviews has the pages on which people save a list under a name, share it and look after
// what they saved.
package savedviews
