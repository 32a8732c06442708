//go:build linux || darwin

package sqlite

import "syscall"

// W_OK and X_OK of access(2), which package syscall does not have.
const mayWrite, mayEnter = 2, 1

// writable reports whether this user may write to a file, or make files in a folder.
func writable(path string) bool {
	var stat syscall.Stat_t
	mode := uint32(mayWrite)
	if syscall.Stat(path, &stat) == nil && stat.Mode&syscall.S_IFMT == syscall.S_IFDIR {
		mode |= mayEnter
	}
	return syscall.Access(path, mode) == nil
}

// networkKinds are the file systems of statfs(2) on which SQLite's shared memory does not work.
var networkKinds = map[int64]string{0x6969: "NFS", 0x517b: "SMB", 0xfe534d42: "SMB", 0xff534d42: "CIFS"}

// fileSystem returns the free bytes in a folder's file system, or -1 if they are not known, and the
// kind of the file system if it is on a network.
func fileSystem(folder string) (free int64, network string) {
	var stat syscall.Statfs_t
	if syscall.Statfs(folder, &stat) != nil {
		return -1, ""
	}
	return int64(stat.Bavail) * int64(stat.Bsize), networkKinds[int64(stat.Type)] //nolint:gosec // types differ by system
}
