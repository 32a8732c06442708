// Package assignments has the pages on which people say whose work a callback is.
package assignments
