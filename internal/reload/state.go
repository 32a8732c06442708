package reload

import "time"

// State says which version of the configuration is in force, and what is wrong with a newer one.
type State struct {
	Version  string    // in force
	Text     string    // of the file that says it
	LoadedAt time.Time // when it was last read and found right
	// Problem has a line for each fault of a newer version, which is not in force. It is nil if the
	// files and what is in force are the same.
	Problem   []string
	ProblemAt time.Time // when the problem was found
	Failures  int       // versions that were refused since the start
}
