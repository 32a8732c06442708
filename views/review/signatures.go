package review

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/internal/callbacks"
	"countersign/views"
	"countersign/views/untrusted"
	"countersign/views/words"
)

// slot is a line to sign on. State is its class: "open", "yours", "done", "gone" for a withdrawn
// signature, "void" and "late" for those that do not count, "no" for one against.
type slot struct {
	State string
	Name  string
	Note  string // for whom the person signed, and the comment; or why the signature ended
	Word  string // what the person signed, or what became of it
	At    time.Time
}

// signGroup is a number of places that one group has to fill, or what was signed beside them.
type signGroup struct {
	Name  string
	Count string
	Full  bool
	Slots []slot
}

// signsNeeded reports whether a request needs more than one signature, or has one that does not
// count, so that its page shows who signed and who is missing. A request with one signature says
// that in its bar.
func signsNeeded(m Review) bool {
	ended := slices.ContainsFunc(m.Signatures, func(given callbacks.Signature) bool { return given.End != nil })
	return severalSigners(&m.Callback) || len(m.Signatures) > 1 || ended
}

// ruled reports whether the reader is told of a rule: it has a name, or applies because a condition
// could not be evaluated.
func ruled(m Review) bool {
	return m.Callback.Requirement.Rule != "" || m.Callback.Requirement.Basis == callbacks.BasisFault
}

// severalSigners reports whether one signature may not decide a request.
func severalSigners(c *callbacks.Callback) bool {
	return c.Requirement.Places() > 1 || c.Requirement.Against > 1
}

// leading is what the signatures add up to: for the decision, or for the proposal that needs the
// fewest more. The groups are those that can approve, also after a rejection.
func leading(m Review) callbacks.Tally { return standing(m).Leading() }

// standing is what the signatures add up to. A signature that came after the end of the callback,
// before the desk knew of it, does not count.
func standing(m Review) callbacks.Standing {
	late := func(given callbacks.Signature) bool { return lateBy(&m.Callback, &given) > 0 }
	if !slices.ContainsFunc(m.Signatures, late) {
		return m.Standing
	}
	return callbacks.Weigh(m.Callback.Requirement, slices.DeleteFunc(slices.Clone(m.Signatures), late))
}

// rejectedBy returns the signatures against that decided.
func rejectedBy(m Review) (t callbacks.Tally, ok bool) {
	if d := m.Standing.Decided; d != nil && d.Stance == callbacks.Against {
		return *d, true
	}
	return callbacks.Tally{}, false
}

// signGroups are the places of each group, then what was signed for anything else.
func signGroups(m Review, s views.Shell) []signGroup {
	tally := leading(m)
	yours := yourPlace(m, s.Viewer, tally)
	var groups []signGroup
	for i, threshold := range m.Callback.Requirement.Signatures {
		places, filled := max(threshold.For, 1), 0
		if i < len(tally.Filled) {
			filled = tally.Filled[i]
		}
		g := signGroup{
			Name: words.From(threshold.From), Count: fmt.Sprintf("%d of %d", filled, places),
			Full: filled >= places, Slots: placed(m, s, tally, i),
		}
		could := couldSign(m, s.Viewer, i)
		for open := range places - filled {
			place := openPlace(m, i == yours && open == 0, filled+open > 0)
			if place.State == "open" && could != "" {
				place.Note, could = could, "" // once for all places of the group
			}
			g.Slots = append(g.Slots, place)
		}
		groups = append(groups, g)
	}
	return append(groups, beside(m, s, tally)...)
}

// placed are the signatures on the places of a threshold, and those that ended there, by time.
func placed(m Review, s views.Shell, tally callbacks.Tally, threshold int) (slots []slot) {
	for _, counted := range tally.Signed {
		if counted.Threshold == threshold {
			slots = append(slots, signedSlot(m, s, &counted.Signature))
		}
	}
	for i := range m.Signatures {
		ended := &m.Signatures[i]
		beside := shownEnded(ended) || lateBy(&m.Callback, ended) > 0
		if beside && ended.Stance == callbacks.For && placeOf(m, ended) == threshold {
			slots = append(slots, signedSlot(m, s, ended))
		}
	}
	slices.SortStableFunc(slots, func(a, b slot) int { return a.At.Compare(b.At) })
	return slots
}

// shownEnded reports whether an ended signature keeps its line. One that its person replaced does
// not: the new one is there.
func shownEnded(s *callbacks.Signature) bool {
	return s.End != nil && s.End.Lapse != callbacks.Replaced
}

// placeOf is the threshold where an ended signature is shown: the first that names one of its
// groups, or the first of all.
func placeOf(m Review, s *callbacks.Signature) int {
	groups := s.Groups
	if s.ActingFor != nil {
		groups = s.ActingFor.Groups
	}
	for i, threshold := range m.Callback.Requirement.Signatures {
		if len(threshold.From) == 0 && s.InQueue || shared(threshold.From, groups) {
			return i
		}
	}
	return 0
}

func shared(a, b []string) bool {
	return slices.ContainsFunc(a, func(one string) bool { return slices.Contains(b, one) })
}

// yourPlace is the threshold where the reader can sign, or -1: the first with an open place that
// asks for one of their groups, or else the first with an open place. There, others move over or
// the person for whom they act is meant.
func yourPlace(m Review, viewer callbacks.Person, tally callbacks.Tally) int {
	if m.Callback.State != callbacks.Pending || !m.Why.Can() {
		return -1
	}
	first := -1
	for i, threshold := range m.Callback.Requirement.Signatures {
		if i < len(tally.Filled) && tally.Filled[i] >= max(threshold.For, 1) {
			continue
		}
		if m.Why.ActingFor == "" && (len(threshold.From) == 0 || shared(threshold.From, viewer.Groups)) {
			return i
		}
		if first < 0 {
			first = i
		}
	}
	return first
}

func openPlace(m Review, yours, another bool) slot {
	switch {
	case yours && m.Why.ActingFor != "":
		return slot{State: "open yours", Name: "You can sign here", Note: "for " + untrusted.Isolate(m.Why.ActingFor)}
	case yours:
		return slot{State: "open yours", Name: "You can sign here"}
	case m.Callback.State != callbacks.Pending:
		return slot{State: "open", Name: "Nobody signed"}
	case another:
		return slot{State: "open", Name: "Open", Note: "another person"}
	}
	return slot{State: "open", Name: "Open"}
}

// couldSign says who else could fill a place of a threshold: "Dana Fischer or Aiko Brandt can sign". It
// is empty if the reader is not told.
func couldSign(m Review, viewer callbacks.Person, threshold int) string {
	if m.Callback.State != callbacks.Pending || threshold >= len(m.CouldSign) || len(m.CouldSign[threshold]) == 0 {
		return ""
	}
	var names []string
	for _, p := range m.CouldSign[threshold] {
		names = append(names, words.Actor(p.Actor(), viewer))
	}
	last := len(names) - 1
	if last == 0 {
		return names[0] + " can sign"
	}
	return strings.Join(names[:last], ", ") + " or " + names[last] + " can sign"
}

// signedSlot is the line of a signature.
func signedSlot(m Review, s views.Shell, given *callbacks.Signature) slot {
	line := slot{
		State: "done", Name: words.Actor(given.By, s.Viewer), Note: signedNote(given), At: given.At,
		Word: outcomeLabel(m, given.Outcome),
	}
	switch late := lateBy(&m.Callback, given); {
	case given.End != nil && given.End.Lapse == callbacks.Void:
		line.State, line.Name, line.Word = "void", line.Name+", void", ""
		if m.Callback.Requirement.Fits(given) {
			line.Word = "Must sign again"
		}
		line.Note = "Signed at " + s.Moment.Clock(given.At) + ". " + given.End.Why
	case given.End != nil:
		line.State, line.Word, line.At = "gone", "Withdrawn", given.End.At
		line.Note = "Withdrawn: “" + untrusted.Isolate(given.End.Why) + "”"
	case late > 0:
		line.State, line.Name = "late", line.Name+", too late"
		line.Word = words.Gap(late) + " late"
	case given.Stance == callbacks.Against:
		line.State = "no"
	}
	return line
}

// signedNote says for whom somebody signed, and quotes the comment.
func signedNote(given *callbacks.Signature) string {
	var parts []string
	if given.ActingFor != nil {
		parts = append(parts, "for "+untrusted.Isolate(given.ActingFor.Name))
	}
	if given.Comment != "" {
		parts = append(parts, "“"+untrusted.Isolate(given.Comment)+"”")
	}
	return strings.Join(parts, ": ")
}

// lateBy is how long after the end of the callback a signature was given; zero if it was in time.
func lateBy(c *callbacks.Callback, given *callbacks.Signature) time.Duration {
	if c.Decision != nil || c.Ending == nil {
		return 0
	}
	return max(given.At.Sub(c.Ending.At), 0)
}

// outcomeLabel is the label of an outcome, or its name if the request does not offer it any more.
func outcomeLabel(m Review, name string) string {
	if o, ok := m.Callback.Outcome(name); ok {
		return untrusted.Isolate(o.Label)
	}
	return untrusted.Isolate(name)
}

// beside is what was signed for other proposals, what was signed in vain, and what was signed
// against.
func beside(m Review, s views.Shell, tally callbacks.Tally) (groups []signGroup) {
	if unneeded := placed(m, s, tally, -1); len(unneeded) > 0 {
		groups = append(groups, signGroup{Name: "Not needed", Slots: unneeded})
	}
	for _, other := range standing(m).Tallies {
		if other.Proposal == tally.Proposal {
			continue
		}
		g := signGroup{
			Name:  "For “" + outcomeLabel(m, other.Outcome) + "”",
			Count: fmt.Sprintf("%d of %d", other.Has, other.Needs), Full: other.Complete(),
		}
		if other.Stance == callbacks.Against && other.Complete() {
			g.Count, g.Full = "ended it", false
		}
		for _, counted := range other.Signed {
			g.Slots = append(g.Slots, signedSlot(m, s, &counted.Signature))
		}
		groups = append(groups, g)
	}
	if gone := endedAgainst(m, s); len(gone) > 0 {
		groups = append(groups, signGroup{Name: "Against", Slots: gone})
	}
	return groups
}

func endedAgainst(m Review, s views.Shell) (slots []slot) {
	for i := range m.Signatures {
		if given := &m.Signatures[i]; shownEnded(given) && given.Stance == callbacks.Against {
			slots = append(slots, signedSlot(m, s, given))
		}
	}
	return slots
}
