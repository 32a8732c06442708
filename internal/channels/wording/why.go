package wording

import (
	"fmt"

	"countersign/internal/callbacks"
	"countersign/internal/notice"
)

// Why says why its reader gets a message: "You get this because you are in finance-approvers and
// have not opened the notice of 13:41."
func Why(m *notice.Message) string {
	switch m.Kind {
	case notice.Test:
		return "You get this because you asked for a test."
	case notice.Failed, notice.Void:
		return "You get this because you signed it."
	case notice.Assigned:
		return "You get this because it was assigned to you."
	case notice.TakenOver:
		return "You get this because it was assigned to you before."
	case notice.Attention, notice.Nobody:
		return "You get this because you are an admin of this desk."
	case notice.Digest:
		return "You get this because you asked for a digest. It is left out when nothing waits."
	case notice.NotYours:
		return ""
	case notice.MaySign, notice.Needed, notice.Decided, notice.Ended:
	}
	switch {
	case m.Why.Group == "" && m.Why.For == "":
		return ""
	case m.Settings == "": // a place of a group
		return "This goes to a place of " + Line(m.Why.Group) + "."
	}
	return "You get this because " + membership(m.Why) + since(m) + "."
}

// membership says by which right the reader may sign.
func membership(w notice.Why) string {
	text := "you are in " + Line(w.Group)
	if w.For != "" {
		text = "you act for " + Line(w.For)
	}
	if w.Escalated {
		text += ", which may sign since it was escalated"
	}
	if w.Last {
		text += ", and only that signature is missing"
	}
	return text
}

// since says what went before: an earlier notice, or time.
func since(m *notice.Message) string {
	text := ""
	if !m.Why.Unopened.IsZero() {
		text += " and have not opened the notice of " + Clock(m.Why.Unopened, m.At, m.Zone)
	}
	if m.Why.Share > 0 {
		text += fmt.Sprintf(", and %.0f %% of the time is over", m.Why.Share*100)
	}
	return text
}

// Gist is what a message is about in a few words, without the title of anything: "1 waits for you,
// ends 14:32". It is fit for a lock screen, which is public.
func Gist(m *notice.Message) string {
	switch {
	case m.Kind == notice.NotYours && m.Settings == "": // a place of a group
		return "This is not for this place any more"
	case m.Kind == notice.NotYours:
		return "This is not for you any more"
	case len(m.Items) == 0:
		return "A test from " + Line(m.Desk)
	}
	switch first := m.Items[0]; m.Kind {
	case notice.MaySign, notice.Digest:
		return waiting(m)
	case notice.Needed:
		return needed(first, m)
	case notice.Decided:
		return "Decided, nothing to do"
	case notice.Ended:
		return "Ended, nothing to do"
	case notice.Failed:
		return "The execution failed after you signed"
	case notice.Attention:
		return "A delivery needs an admin"
	case notice.Nobody:
		return "Too few people could sign a request"
	case notice.Void:
		return "Your signature does not count any more"
	case notice.Assigned, notice.TakenOver:
		return moved(m)
	case notice.Test, notice.NotYours:
	}
	return "A test from " + Line(m.Desk)
}

// moved says that something was assigned to the reader, or to somebody else, or to nobody any more.
func moved(m *notice.Message) string {
	n, nobodys := len(m.Items), 0
	for i := range m.Items {
		if m.Items[i].Assigned == "" {
			nobodys++
		}
	}
	whose := "to somebody else now"
	switch {
	case m.Kind == notice.Assigned:
		whose = "to you"
	case nobodys == n:
		whose = "to nobody now"
	case nobodys > 0:
		whose = "to others or to nobody now"
	}
	if n == 1 {
		return "Assigned " + whose
	}
	return fmt.Sprintf("%d are assigned %s", n, whose)
}

// waiting says how many wait and when the nearest ends.
func waiting(m *notice.Message) string {
	n, first := 0, m.Items[0] // those that wait come first
	for i := range m.Items {
		if m.Items[i].State == callbacks.Pending {
			n++
		}
	}
	text := fmt.Sprintf("%d wait for you", n)
	if n == 1 {
		text = "1 waits for you"
	}
	switch {
	case first.Deadline.IsZero():
		return text
	case n == 1:
		return text + ", ends " + EndsAt(first, m)
	}
	return text + ", nearest ends " + EndsAt(first, m)
}

// needed says that a callback is at risk.
func needed(i notice.Item, m *notice.Message) string {
	text := "You are needed"
	if left := Left(i, m.At); left != "" {
		text = "Ends in " + left
	}
	switch {
	case m.Why.Last:
		return text + ", the last signature is missing"
	case i.Alone:
		return text + ", nobody has it open"
	}
	return text
}
