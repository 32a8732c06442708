// Package reload puts a configuration in force again when a file of it changes.
//
// It looks at the contents of the files every few seconds, so it does not matter how a file was
// replaced: by an editor that renames, or by Kubernetes, which swaps a symbolic link. A version that
// is wrong leaves the one before in force. The package belongs to the ground: it does not know what
// the files say.
package reload
