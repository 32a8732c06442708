package admin

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"countersign/internal/callbacks"
	"countersign/internal/linediff"
	"countersign/internal/rollout"
	"countersign/views/words"
)

// Configuration is the page of countersign.yaml and of the replicas that run it.
type Configuration struct {
	rollout.Status
	Desk Desk
	// Change is what a version changed, if the address asks for one.
	Change *rollout.Change
}

// Alert says what admins should know of the replicas, in a line for their other pages. It is empty
// if all run one version and none refused a newer one.
func Alert(replicas []rollout.Replica) string {
	var all []string
	if rollout.Differ(replicas) {
		all = append(all, fmt.Sprintf("%d replicas run %d versions of the configuration.", len(replicas), versionsOf(replicas)))
	}
	if refused := rollout.Refused(replicas); len(refused) > 0 {
		all = append(all, "A newer countersign.yaml was refused, so the version before it is still in force.")
	}
	return strings.Join(all, " ")
}

// versionsOf counts the versions that replicas run.
func versionsOf(replicas []rollout.Replica) int {
	seen := map[callbacks.ConfigVersion]bool{}
	for _, r := range replicas {
		seen[r.Version] = true
	}
	return len(seen)
}

// self returns the replica that made the page.
func (m Configuration) self() rollout.Replica {
	i := slices.IndexFunc(m.Replicas, func(r rollout.Replica) bool { return r.Name == m.Self })
	if i < 0 {
		return rollout.Replica{}
	}
	return m.Replicas[i]
}

// spread says how many replicas run the version that this page shows.
func (m Configuration) spread() words.Mark {
	same := 0
	for _, r := range m.Replicas {
		if r.Version == m.Desk.Version {
			same++
		}
	}
	switch n := len(m.Replicas); {
	case n <= 1:
		return words.Mark{Word: "1 replica, this one", Icon: "check"}
	case same == n:
		return words.Mark{Word: fmt.Sprintf("All %d run this version", n), Icon: "check"}
	default:
		return words.Mark{Word: fmt.Sprintf("%d of %d run this version", same, n), Icon: "warn", Tone: "problem"}
	}
}

// refusal is a file that replicas refused for the same reasons.
type refusal struct {
	By     []string // names of replicas
	First  rollout.Replica
	Faults []fault
}

// fault is a line of a refusal. At is the place, as file:line:column; it is empty if the line names
// none.
type fault struct{ At, What string }

var placed = regexp.MustCompile(`^(.+?:[0-9]+:[0-9]+): (.+)$`)

// refusals returns what replicas refused, those with the same faults together.
func (m Configuration) refusals() (all []refusal) {
	for _, r := range rollout.Refused(m.Replicas) {
		i := slices.IndexFunc(all, func(known refusal) bool { return slices.Equal(known.First.Problem, r.Problem) })
		if i >= 0 {
			all[i].By = append(all[i].By, r.Name)
			continue
		}
		found := refusal{By: []string{r.Name}, First: r}
		for _, line := range r.Problem {
			if parts := placed.FindStringSubmatch(line); parts != nil {
				found.Faults = append(found.Faults, fault{parts[1], parts[2]})
			} else {
				found.Faults = append(found.Faults, fault{What: line})
			}
		}
		all = append(all, found)
	}
	return all
}

// by names the replicas of a refusal, if there is more than one replica.
func (m Configuration) by(r refusal) string {
	if len(m.Replicas) < 2 {
		return ""
	}
	return "by " + strings.Join(r.By, ", ")
}

// first returns when the version that this page shows was first seen. known is false if that is not
// among the versions that are listed.
func (m Configuration) first() (first rollout.Version, known bool) {
	i := slices.IndexFunc(m.Versions, func(v rollout.Version) bool { return v.Version == m.Desk.Version })
	if i < 0 {
		return rollout.Version{}, false
	}
	return m.Versions[i], true
}

// others returns the versions that were seen besides the one that this page shows.
func (m Configuration) others() []rollout.Version {
	return slices.DeleteFunc(slices.Clone(m.Versions), func(v rollout.Version) bool { return v.Version == m.Desk.Version })
}

// changePath is the page with what a version changed.
func changePath(v callbacks.ConfigVersion) string {
	return "/admin/configuration?version=" + url.QueryEscape(string(v)) + "#change"
}

// nothingToCompare says why a change has no lines; empty if it has some.
func nothingToCompare(c *rollout.Change) string {
	switch {
	case c.Before.Version == "":
		return "No version ran on this database before it."
	case c.Was == "" || c.Is == "":
		return fmt.Sprintf("The desk keeps files of at most %d KiB, and one of the two is longer.", rollout.MaxText>>10)
	case len(changedGroups(c)) == 0:
		return "Nothing but the ends of lines."
	}
	return ""
}

// changedGroups are the lines that a version changed, with those around them.
func changedGroups(c *rollout.Change) [][]linediff.Line {
	lines := func(text string) []string { return strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") }
	return linediff.Changed(linediff.Of(lines(c.Was), lines(c.Is)), around)
}

// fileLine is the number of a line in the later file, or of one that it drops in the earlier one.
func fileLine(l linediff.Line) string {
	if l.Kind == linediff.Removed {
		return strconv.Itoa(l.Was + 1)
	}
	return strconv.Itoa(l.Is + 1)
}
