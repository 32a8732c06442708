package notice

import (
	"cmp"
	"slices"
	"time"

	"countersign/internal/callbacks"
)

// House is what every message says of the desk.
type House struct {
	Name string // as its pages show it
	Home string // its address, without a slash at the end
}

// SettingsPath is the page where people change what they get.
const SettingsPath = "/settings"

// drawing is a message as it would be sent now.
type drawing struct {
	Message Message
	// drop are callbacks of which the place was not told and is not to be told any more.
	drop []callbacks.ID
	// later is when the first of its callbacks is due, if none is yet; zero otherwise.
	later time.Time
}

// subject is one callback of a message.
type subject struct {
	item Item
	kind Kind
	why  Why
	told bool // before
}

// draw draws a message from the present state of its callbacks. What is not there any more is left
// out.
func (c *Circle) draw(w *Work, all map[callbacks.ID]*considered, house House, now time.Time) drawing {
	var d drawing
	var subjects []subject
	var gone []Item
	due, lost := false, false
	for i := range w.Notices {
		n := &w.Notices[i]
		s := all[n.Callback]
		if s == nil {
			d.drop = append(d.drop, n.Callback)
			continue
		}
		told := !n.ToldAt.IsZero() || w.Again && c.corrects(w)
		planned := s.wanted[aim{w.Target, w.Topic}]
		switch {
		case !told && planned == nil && w.Kind == Digest && s.digested(w.Target) && c.mayHear(w.Target, w.Kind, s.Situation):
			gone = append(gone, c.item(s.Situation, w.Channel, house.Home))
			continue
		case !told && planned == nil:
			d.drop = append(d.drop, n.Callback)
			continue
		case planned == nil && !c.mayHear(w.Target, w.Kind, s.Situation):
			due, lost = true, true
			continue
		case !told && planned.Due.After(now) && (d.later.IsZero() || planned.Due.Before(d.later)):
			d.later = planned.Due
		}
		due = due || told || !planned.Due.After(now)
		one := subject{item: c.item(s.Situation, w.Channel, house.Home), kind: kindOf(w, s, planned), told: !n.ToldAt.IsZero()}
		if planned != nil {
			one.why = planned.Why
		}
		subjects = append(subjects, one)
	}
	if due {
		d.later = time.Time{}
	}
	d.Message = c.message(w, subjects, house, now)
	if d.Message.Gone = gone; len(subjects) == 0 { // nothing waits, so there is no digest that could say so
		for i := range gone {
			d.drop = append(d.drop, gone[i].ID)
		}
	}
	if lost && len(subjects) == 0 {
		d.Message.Kind = NotYours
	}
	return d
}

// corrects reports whether a place is told how it ended what an attempt without an answer may have
// asked it for: where a message can be changed, and where a group reads it. A person would only get
// one more mail.
func (c *Circle) corrects(w *Work) bool {
	style := c.Styles[w.Channel]
	return w.Person == "" || style != Appended && style != Posted
}

// message puts the callbacks of a message together.
func (c *Circle) message(w *Work, subjects []subject, house House, now time.Time) Message {
	m := Message{ID: w.ID, At: now, Zone: time.UTC, Desk: house.Name, Home: house.Home}
	if person := c.member(w.Person); person != nil {
		m.Zone = person.Settings.Zone()
	}
	if w.Person != "" {
		m.Settings = house.Home + SettingsPath
	}
	slices.SortStableFunc(subjects, func(a, b subject) int {
		return cmp.Or(over(a.item)-over(b.item), ends(a.item).Compare(ends(b.item)), cmp.Compare(a.item.ID, b.item.ID))
	})
	m.Quiet = true
	for _, s := range subjects {
		m.Items = append(m.Items, s.item)
		m.Expires = latest(m.Expires, ends(s.item))
		m.Quiet = m.Quiet && (s.told || over(s.item) > 0)
		if stronger(s.kind, m.Kind) {
			m.Kind, m.Why = s.kind, s.why
		}
	}
	if m.Expires.Equal(ForGood) {
		m.Expires = time.Time{}
	}
	if w.Kind == Digest && (m.Kind == MaySign || m.Kind == Needed) {
		m.Kind = Digest
	}
	return m
}

// ends is when a callback ends; for good if it never does.
func ends(i Item) time.Time {
	if i.Deadline.IsZero() {
		return ForGood
	}
	return i.Deadline
}

// over is 1 for a callback that does not wait any more, else 0.
func over(i Item) int {
	if i.State == callbacks.Pending {
		return 0
	}
	return 1
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// strength are the kinds of callbacks in one message: the first one that it has is the message's.
var strength = []Kind{Needed, Void, Assigned, TakenOver, Nobody, Attention, MaySign, Failed, Decided, Ended}

func stronger(a, b Kind) bool {
	return b == "" || slices.Index(strength, a) < slices.Index(strength, b)
}

// kindOf is what a message says of one callback now.
func kindOf(w *Work, s *considered, planned *Planned) Kind {
	c, event := &s.Callback, w.Channel == Webhooks // which hear of everything
	switch {
	case c.ExecutionFailed && (event || w.Kind == Failed):
		return Failed
	case needsOperator(c) && (event || w.Kind == Attention):
		return Attention
	case c.State == callbacks.Pending && s.tooFew && (event || w.Kind == Nobody):
		return Nobody
	case c.State == callbacks.Pending && w.Kind == Void && planned != nil: // urgent or not
		return Void
	case c.State == callbacks.Pending && (w.Kind == Needed || planned != nil && (planned.Urgent || planned.Why.Escalated)):
		return Needed
	case c.State == callbacks.Pending && (w.Kind == Assigned || w.Kind == TakenOver) && planned != nil:
		return w.Kind
	case c.State == callbacks.Pending:
		return MaySign
	case c.Decision != nil && c.State != callbacks.Lost:
		return Decided
	}
	return Ended
}
