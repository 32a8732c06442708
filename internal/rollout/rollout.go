package rollout

import (
	"slices"
	"time"

	"countersign/internal/callbacks"
)

// Bounds of what is stored and shown.
const (
	// MaxReplicas bounds the replicas that are read.
	MaxReplicas = 200
	// MaxVersions bounds the versions that are read, the latest first.
	MaxVersions = 20
	// MaxProblem bounds the lines in which a replica says why it refused a file, in bytes.
	MaxProblem = 8 << 10
	// MaxText bounds the text of a version that is kept, in bytes. Of a longer file only the hash is.
	MaxText = 256 << 10
)

// Replica is a running process as it last reported itself.
type Replica struct {
	Name     string // host and port
	Version  callbacks.ConfigVersion
	Text     string // of that version; empty where replicas are read, and if it is longer than [MaxText]
	LoadedAt time.Time
	// Problem says why the file, as it is now, was refused: a line for each fault. It is empty if
	// the replica runs the file as it is.
	Problem   []string
	ProblemAt time.Time // when the file was refused
	SeenAt    time.Time
}

// same reports whether two reports of a replica say the same.
func (r Replica) same(other Replica) bool {
	return r.Version == other.Version && r.LoadedAt.Equal(other.LoadedAt) &&
		slices.Equal(r.Problem, other.Problem) && r.ProblemAt.Equal(other.ProblemAt)
}

// Version is a version of the file that a replica has run.
type Version struct {
	Version     callbacks.ConfigVersion
	FirstSeenAt time.Time
	FirstSeenBy string // the replica that ran it first
}

// Change is a version beside the one that ran before it.
type Change struct {
	Before, After Version // Before is zero for the first version
	// Was and Is are their texts; empty for one that was not kept.
	Was, Is string
}

// Status is what is known of all replicas.
type Status struct {
	Self     string    // the name of the replica that answers
	Replicas []Replica // that run now, by name
	Versions []Version // the latest first, at most [MaxVersions]
}

// Differ reports whether replicas run different versions.
func Differ(replicas []Replica) bool {
	return slices.ContainsFunc(replicas, func(r Replica) bool { return r.Version != replicas[0].Version })
}

// Refused returns the replicas that refused the file as it is now.
func Refused(replicas []Replica) []Replica {
	return slices.DeleteFunc(slices.Clone(replicas), func(r Replica) bool { return len(r.Problem) == 0 })
}

// bounded keeps the first lines of a problem, and says so if it drops any.
func bounded(problem []string) []string {
	size := 0
	for i, line := range problem {
		if size += len(line) + 1; size > MaxProblem {
			return append(slices.Clone(problem[:i]), "More faults follow: countersign config check lists all.")
		}
	}
	return problem
}
