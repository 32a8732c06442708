package review

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/internal/notice"
	"countersign/internal/plural"
	"countersign/views/words"
)

// tellings are notices of one kind over one channel: to a place of a group, or to people together.
// People are named, to those who see the callback; their addresses are their own.
type tellings struct {
	channel, place string
	topic          notice.Topic
	people         []string  // IDs
	names          []string  // of those who have one
	first, last    time.Time // of those that were told
	told, waiting  int
	failed         int // of these, gaveUp are tried no more
	gaveUp         int
	over           int    // that failed before, and are not to be told any more
	words          string // of the latest fault
	held           notice.Pause
	due            time.Time // the next
	planned        time.Time
}

// maxNamed is how many people one line names.
const maxNamed = 8

// toldOf are the notices of a callback, the latest first.
func toldOf(all []notice.Notice) []tellings {
	var groups []tellings
	for _, n := range all {
		place := n.Place
		if n.Person != "" {
			place = ""
		}
		i := slices.IndexFunc(groups, func(g tellings) bool {
			return g.channel == n.Channel && g.place == place && g.topic == n.Topic
		})
		if i < 0 {
			i = len(groups)
			groups = append(groups, tellings{channel: n.Channel, place: place, topic: n.Topic, planned: n.PlannedAt})
		}
		groups[i].add(n)
	}
	slices.SortStableFunc(groups, func(a, b tellings) int { return b.planned.Compare(a.planned) })
	return groups
}

func (t *tellings) add(n notice.Notice) {
	if n.Person != "" && !slices.Contains(t.people, n.Person) { // who may have several browsers
		t.people = append(t.people, n.Person)
		if n.Name != "" {
			t.names = append(t.names, n.Name)
		}
	}
	switch {
	case !n.ToldAt.IsZero():
		t.told++
		if t.first.IsZero() || n.ToldAt.Before(t.first) {
			t.first = n.ToldAt
		}
		if n.ToldAt.After(t.last) {
			t.last = n.ToldAt
		}
	case !n.DueAt.IsZero():
		t.waiting++
		if t.due.IsZero() || n.DueAt.Before(t.due) {
			t.due = n.DueAt
		}
	}
	if n.Held.Until.After(t.held.Until) {
		t.held = n.Held
	}
	if n.Fault != "" {
		t.failed, t.words = t.failed+1, cmp.Or(n.Words, string(n.Fault))
		switch {
		case n.Message == "":
			t.over++
		case n.DueAt.IsZero():
			t.gaveUp++
		}
	}
}

// to says who is told, and over what.
func (t tellings) to() string {
	name := words.Channel(t.channel)
	if t.place != "" {
		return name + ", " + t.place
	}
	named := slices.Sorted(slices.Values(t.names))
	named = named[:min(len(named), maxNamed)]
	rest := len(t.people) - len(named)
	switch {
	case len(named) == 0:
		return name + " to " + plural.CountOf(rest, "person", "people")
	case rest > 0:
		named = append(named, plural.Count(rest, "other"))
	case len(named) == 1:
		return name + " to " + named[0]
	}
	last := len(named) - 1
	return name + " to " + strings.Join(named[:last], ", ") + " and " + named[last]
}

// about says what the notices are about.
func (t tellings) about() string {
	if t.topic.Kind == notice.Needed && t.topic.Share > 0 {
		return fmt.Sprintf("reminder at %d %% of the time", t.topic.Share)
	}
	switch t.topic.Kind {
	case notice.MaySign:
		return "waits for signatures"
	case notice.Needed:
		return "is at risk"
	case notice.Decided:
		return "outcome, to the requester"
	case notice.Failed:
		return "the execution failed"
	case notice.Attention:
		return "needs an admin"
	case notice.Nobody:
		return "too few people could sign"
	case notice.Void:
		return "the reader's signature is void"
	case notice.Assigned:
		return "assigned to the reader"
	case notice.TakenOver:
		return "not the reader's any more"
	case notice.Digest:
		return "in a digest"
	case notice.Ended, notice.Test, notice.NotYours:
	}
	return ""
}

// state says what became of the notices.
func (t tellings) state(m words.Moment) string {
	said := ""
	add := func(text string) {
		if said != "" {
			said += "; "
		}
		said += text
	}
	if t.told > 0 {
		when := "told " + m.Clock(t.first)
		if t.told > 1 {
			when = fmt.Sprintf("%d told by %s", t.told, m.Clock(t.last))
		}
		add(when)
	}
	if t.waiting > 0 {
		add(t.waits(m))
	}
	switch {
	case t.failed > t.gaveUp+t.over:
		add("failed: " + t.words)
	case t.gaveUp > 0:
		add("given up: " + t.words)
	case t.over > 0:
		add("not told, it failed: " + t.words)
	}
	return cmp.Or(said, "not told: it was over, opened or decided before")
}

// waits says when the next is sent, and what keeps it until then.
func (t tellings) waits(m words.Moment) string {
	switch {
	case t.held.Until.IsZero():
		return "due " + m.Clock(t.due)
	case t.held.Code == "": // the reason is for admins
		return "muted until " + m.Clock(t.held.Until)
	}
	return "held up: " + cmp.Or(t.held.Words, string(t.held.Code))
}

// tone is the colour of the point beside the notices.
func (t tellings) tone() string {
	switch {
	case t.failed > 0, t.held.Code != "":
		return "problem"
	case t.told > 0:
		return "delivered"
	}
	return ""
}
