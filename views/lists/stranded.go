package lists

import (
	"strings"

	"countersign/internal/policy"
	"countersign/views/untrusted"
	"countersign/views/words"
)

// Stranded is what will end undecided as things stand.
type Stranded struct {
	All  []policy.Stranded
	More bool // there is more of it
	// Known reports whether the desk knows who was seen. Until then nobody can say that nobody was.
	Known bool
}

// strandedWhy says in which queue a request is, why it will end undecided, and what helps.
func strandedWhy(one *policy.Stranded) string {
	why := []string{"Queue " + one.Callback.Queue + "."}
	if one.Unconfigured {
		why[0] = words.Unconfigured(one.Callback.Queue)
	}
	switch {
	case one.Unattended && one.Callback.Problem != "":
		why = append(why, "Lambda does not take its heartbeats.")
	case one.Unattended:
		why = append(why, "A missing heartbeat ends it. Whoever opens it keeps it alive.")
	}
	if len(one.Missing) > 0 {
		why = append(why, "Too few people were seen of: "+strings.Join(one.Missing, ", ")+".")
	}
	return strings.Join(why, " ")
}

// could says who could come.
func (m Stranded) could(one *policy.Stranded) string {
	var names []string
	for _, person := range one.Could {
		names = append(names, untrusted.Isolate(person.Actor().Name))
	}
	if len(names) == policy.MaxCould {
		names[len(names)-1] = "others"
	}
	switch {
	case one.You && len(names) > 0:
		return "You could sign it, and so could " + listed(names) + "."
	case one.You:
		return "You could sign it."
	case len(names) > 0:
		return "Could come: " + listed(names) + "."
	case m.Known && !one.Unconfigured:
		return "Nobody who could sign it now was seen here in 30 days."
	}
	return ""
}

// listed joins names: "Mara, Dana and others".
func listed(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
