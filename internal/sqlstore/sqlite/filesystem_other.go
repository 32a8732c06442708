//go:build !linux && !darwin

package sqlite

// writable returns true: on this system only trying to write can tell.
func writable(string) bool { return true }

// fileSystem knows nothing on this system.
func fileSystem(string) (free int64, network string) { return -1, "" }
