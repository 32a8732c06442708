//go:build !linux && !darwin

package sqlite

// writable cannot be told here before one tries.
func writable(string) bool { return true }

// fileSystem is not known here.
func fileSystem(string) (free int64, network string) { return -1, "" }
