package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/internal/callbacks"
)

// Direction says whether a change lets requests pass more easily.
type Direction string

// The directions.
const (
	Loosened  Direction = "loosened"
	Tightened Direction = "tightened"
	Altered   Direction = "altered" // neither, or nobody can tell
	Added     Direction = "new"
	Removed   Direction = "gone"
)

// Change is one difference between two versions of a policy.
type Change struct {
	Queue, Rule string // Rule is empty for what the whole queue says, both are for roles
	What        string // the key that differs
	Direction   Direction
	Was, Is     string // in words; empty for nothing
}

// differ compares what two rules ask for, key by key.
func differ(was, is callbacks.Terms) (all []Change) {
	add := func(what string, direction Direction, before, after string) {
		if before != after {
			all = append(all, Change{What: what, Direction: direction, Was: before, Is: after})
		}
	}
	add("signatures", signatures(was, is), Signatures(was), Signatures(is))
	against, least := max(is.Against, 1), max(was.Against, 1)
	add("against", more(least, against, Loosened), fmt.Sprint(least), fmt.Sprint(against))
	add("exclude", more(len(was.Exclude), len(is.Exclude), Tightened), list(was.Exclude), list(is.Exclude))
	add("reason", more(len(was.Reason), len(is.Reason), Tightened), list(was.Reason), list(is.Reason))
	add("escalate", escalation(was.Escalate, is.Escalate), escalated(was.Escalate), escalated(is.Escalate))
	add("groupsNotOlderThan", age(was.GroupsNotOlderThan, is.GroupsNotOlderThan),
		duration(was.GroupsNotOlderThan), duration(is.GroupsNotOlderThan))
	return all
}

// more says what it means that a number grew.
func more(was, is int, grown Direction) Direction {
	switch {
	case was == is:
		return Altered
	case (is > was) == (grown == Tightened):
		return Tightened
	}
	return Loosened
}

// signatures compares who must sign: every way to fill the places of tighter terms fills those of the
// others too.
func signatures(was, is callbacks.Terms) Direction {
	switch tighter, looser := is.PlacesCover(was), was.PlacesCover(is); {
	case tighter && !looser:
		return Tightened
	case looser && !tighter:
		return Loosened
	}
	return Altered
}

// groups compares which groups may fill a place. The empty list stands for all of the queue's.
func groups(was, is []string) Direction {
	switch {
	case slices.Equal(was, is):
		return ""
	case len(was) == 0:
		return Tightened
	case len(is) == 0:
		return Loosened
	}
	return membership(was, is)
}

// membership compares lists of groups whose members may do something. It is empty if none comes or
// goes.
func membership(was, is []string) Direction {
	switch gained, lost := len(without(is, was)) > 0, len(without(was, is)) > 0; {
	case gained && lost:
		return Altered
	case gained:
		return Loosened
	case lost:
		return Tightened
	}
	return ""
}

// together is the direction of several changes.
func together(all []Direction) Direction {
	sum := Direction("")
	for _, d := range all {
		switch {
		case d == "":
		case sum == "":
			sum = d
		case sum != d:
			return Altered
		}
	}
	if sum == "" {
		return Altered
	}
	return sum
}

func escalation(was, is *callbacks.Escalation) Direction {
	switch {
	case was == nil && is != nil:
		return Loosened
	case was != nil && is == nil:
		return Tightened
	case was == nil:
		return Altered
	case was.After == is.After:
		return together([]Direction{groups(was.To, is.To)})
	case slices.Equal(was.To, is.To) && is.After < was.After:
		return Loosened
	case slices.Equal(was.To, is.To):
		return Tightened
	}
	return Altered
}

func age(was, is time.Duration) Direction {
	switch {
	case was == is:
		return Altered
	case is == 0, was > 0 && is > was:
		return Loosened
	}
	return Tightened
}

// Signatures says whose signatures terms ask for: "2 of finance-approvers and 1 of controllers".
func Signatures(t callbacks.Terms) string {
	var parts []string
	for _, s := range t.Signatures {
		from := "the queue’s groups"
		if len(s.From) > 0 {
			from = strings.Join(s.From, " or ")
		}
		parts = append(parts, fmt.Sprintf("%d of %s", max(s.For, 1), from))
	}
	return strings.Join(parts, " and ")
}

func list[T ~string](all []T) string {
	texts := make([]string, len(all))
	for i, one := range all {
		texts[i] = string(one)
	}
	return strings.Join(texts, ", ")
}

func escalated(e *callbacks.Escalation) string {
	if e == nil {
		return ""
	}
	return fmt.Sprintf("at %.0f%% to %s", e.After*100, strings.Join(e.To, " or "))
}

func duration(d time.Duration) string {
	if d == 0 {
		return ""
	}
	text := d.String()
	for _, unit := range []string{"m0s", "h0m"} { // which end a text of whole minutes or hours
		if strings.HasSuffix(text, unit) {
			text = text[:len(text)-len("0s")]
		}
	}
	return text
}
