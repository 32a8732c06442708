package review

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"countersign/internal/callbacks"
	"countersign/views/words"
)

// overtaking describes who or what ended a callback while the reader was about to decide it.
type overtaking struct {
	What string // "Dana approved this"
	At   time.Time
}

// overtakenBy says who or what was faster than the reader, in words that "2 s ago" can follow. ok
// is false if nobody was.
func overtakenBy(c *callbacks.Callback, viewer callbacks.Person) (o overtaking, ok bool) {
	switch {
	case c.State == callbacks.Pending:
		return overtaking{}, false
	case c.Decision != nil:
		o = overtaking{whoDid(c.Decision, viewer), c.Decision.At}
		if ownDecision(c, viewer) {
			o.What += " in another window"
		}
		return o, true
	case c.Ending != nil:
		return overtaking{words.Capital(raceWord(c.Ending)), c.Ending.At}, true
	}
	return overtaking{}, false
}

// whoDid says who decided what: "Dana approved this".
func whoDid(d *callbacks.Decision, viewer callbacks.Person) string {
	return words.ActorBriefly(d.By, viewer) + " " + words.DecisionVerb(d) + " this"
}

// decidedBy begins the sentence of a verdict. It names the person if the decision is not the
// reader's, so that no reader takes it for their own.
func decidedBy(d *callbacks.Decision, viewer callbacks.Person) string {
	if words.Actor(d.By, viewer) == "You" {
		return words.Decision(d)
	}
	return whoDid(d, viewer)
}

// since says how long ago something was: "just now", "2 s ago". The script continues the count in
// the same words.
func since(d time.Duration) string {
	if d < time.Second {
		return "just now"
	}
	if d >= time.Minute {
		d = d.Truncate(time.Minute)
	}
	return words.Duration(d) + " ago"
}

// subject identifies the content of a request. If the content changes, what a reader has read of it
// no longer counts.
func subject(m Review) string {
	c := &m.Callback
	read, _ := json.Marshal([]any{c.Title, c.Requester, c.Queue, c.Outcomes, m.Content, mayDecide(m)})
	sum := sha256.Sum256(read)
	return hex.EncodeToString(sum[:8])
}
