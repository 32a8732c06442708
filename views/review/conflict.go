package review

import (
	"fmt"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views"
	"countersign/views/words"
)

// Conflict is the page of a decision that came too late, because a person, another client or a
// clock was faster.
type Conflict struct {
	Callback callbacks.Callback // as it is now
	Tried    string             // label of the outcome that was not sent
	Signed   string             // what the signatures came to, if several were needed
	Next     *Next
	List     views.Address
}

// SignedSum says what the signatures of a callback came to: "1 of 2, too late". It is empty if the
// callback needed one.
func SignedSum(sheet *desk.Sheet) string {
	if m := (Review{Sheet: *sheet}); severalSigners(&sheet.Callback) {
		text, _ := signsBadge(m)
		return text
	}
	return ""
}

// conflictTitle says who or what was faster, and by how much.
func conflictTitle(m Conflict, s views.Shell) string {
	c := &m.Callback
	switch {
	case ownDecision(c, s.Viewer):
		return fmt.Sprintf("You already %s this %s ago",
			words.DecisionVerb(c.Decision), words.Gap(s.Moment.Since(c.Decision.At)))
	case c.Decision != nil:
		return fmt.Sprintf("%s %s before you", whoDid(c.Decision, s.Viewer), words.Gap(s.Moment.Since(c.Decision.At)))
	case c.State == callbacks.TimedOut && c.Ending != nil:
		return words.Capital(raceWord(c.Ending)) + " " + words.Gap(s.Moment.Since(c.Ending.At)) + " before you"
	case c.Ending != nil:
		return words.Capital(raceWord(c.Ending)) + " before you"
	}
	return "This changed while you were looking"
}

// ownDecision reports whether the decision that was faster is the reader's own, from another tab.
func ownDecision(c *callbacks.Callback, viewer callbacks.Person) bool {
	return c.Decision != nil && words.ByActor(c.Decision.By, viewer) == "you"
}

func conflictText(m Conflict, s views.Shell) string {
	text := "Yours was not sent."
	if ownDecision(&m.Callback, s.Viewer) {
		text = "This second decision was not sent."
	}
	if s.Kept != "" {
		text += " Nothing is lost: your comment is below."
	}
	return text
}

func conflictWhat(m Conflict) string {
	if m.Callback.Decision != nil {
		return "Decided"
	}
	return "Ended"
}

func conflictHow(m Conflict, s views.Shell) string {
	c := &m.Callback
	switch {
	case c.Decision != nil:
		by := words.Actor(c.Decision.By, s.Viewer)
		if ownDecision(c, s.Viewer) {
			by = "you"
		}
		return fmt.Sprintf("%s by %s, %s", words.Decision(c.Decision), by, s.Moment.Exact(c.Decision.At))
	case c.Ending != nil:
		return ending(c) + " " + s.Moment.Exact(c.Ending.At)
	}
	return words.State(c.State)
}
