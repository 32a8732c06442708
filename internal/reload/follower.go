package reload

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"
)

// Interval is the time between two looks at the files.
const Interval = 2 * time.Second

// Version is a configuration that was read and found right.
type Version struct {
	Name string
	Text string // of the file, for those who want to compare versions
	// Apply puts the version in force. With an error, the one before stays.
	Apply func() error
}

// Config is what a follower works with. Every field is required but Hangups.
type Config struct {
	// Load reads and checks the configuration. What it reads with the function is followed. Its
	// error has a line for each fault.
	Load     func(ReadFile) (Version, error)
	ReadFile ReadFile
	Hangups  <-chan os.Signal // each makes the follower load at once
	Log      *slog.Logger
	Now      func() time.Time
}

// Follower loads a configuration anew when one of its files changes. It waits until two looks in a
// row find the same, because a file may be half written, and refuses a wrong version once, or as often
// as somebody hangs up.
type Follower struct {
	Config

	loaded footprint // of the last load, right or wrong
	seen   footprint // of the last look

	mu    sync.Mutex
	state State
}

// Start loads the configuration for the first time, and returns its error.
func Start(c Config) (*Follower, error) {
	f := &Follower{Config: c}
	v, err := f.load()
	if err == nil {
		err = v.Apply()
	}
	if err != nil {
		return nil, err
	}
	f.state = State{Version: v.Name, Text: v.Text, LoadedAt: c.Now()}
	return f, nil
}

// State returns what is in force now.
func (f *Follower) State() State {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.state
}

// Run follows the files until ctx ends.
func (f *Follower) Run(ctx context.Context) {
	ticker := time.NewTicker(Interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.Hangups:
			f.reload(ctx)
		case <-ticker.C:
			f.look(ctx)
		}
	}
}

// look loads the configuration if its files have changed and are no longer being written.
func (f *Follower) look(ctx context.Context) {
	before, now := f.seen, f.loaded.again(f.ReadFile)
	f.seen = now
	if !now.same(f.loaded) && now.same(before) {
		f.reload(ctx)
	}
}

// reload loads the configuration and puts it in force, or notes why not.
func (f *Follower) reload(ctx context.Context) {
	v, err := f.load()
	if err == nil {
		err = v.Apply()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		f.state.Problem, f.state.ProblemAt = strings.Split(err.Error(), "\n"), f.Now()
		f.state.Failures++
		f.Log.ErrorContext(ctx, "the configuration has changed and is wrong: the version before stays in force",
			"version", f.state.Version, "faults", f.state.Problem)
		return
	}
	f.state = State{Version: v.Name, Text: v.Text, LoadedAt: f.Now(), Failures: f.state.Failures}
	f.Log.InfoContext(ctx, "the configuration was read again and is in force", "version", v.Name)
}

// load reads the configuration and notes what it read.
func (f *Follower) load() (Version, error) {
	read := footprint{}
	v, err := f.Load(read.recording(f.ReadFile))
	if err != nil { // a wrong version may not get as far as all of its files
		for path := range f.loaded {
			if _, done := read[path]; !done {
				_, _ = read.look(path, f.ReadFile)
			}
		}
	}
	f.loaded, f.seen = read, nil
	return v, err
}
