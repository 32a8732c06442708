package notice

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"countersign/internal/callbacks"
)

// state identifies what a message says, as far as its channel shows changes of it. It depends on
// nothing but the message, and not on when it was drawn.
func state(style Style, m *Message) string {
	type one struct {
		ID    callbacks.ID
		State any
	}
	said := struct {
		Kind  Kind
		Items []one
	}{Kind: m.Kind}
	for i := range m.Items {
		it := m.Items[i]
		o := one{ID: it.ID}
		switch style {
		case InPlace, Event:
			if it.Cause == callbacks.CauseHeartbeat {
				it.Deadline = it.Arrived // each heartbeat moves it
			}
			it.Held, it.Alone, it.Tries = "", false, 0
			o.State = it
		case Replaced:
			o.State = []any{it.State == callbacks.Pending, it.Outcome, it.EndedBy}
		case Posted:
			o.State = []any{it.State == callbacks.Pending, it.Outcome, it.EndedBy, len(it.Signed)}
		case Appended: // another one comes only for another kind
		}
		said.Items = append(said.Items, o)
	}
	text, err := json.Marshal(said)
	if err != nil {
		panic(err) // texts, numbers and times
	}
	return hash(text)
}

// sight is [Plan.Sight].
func (p *planner) sight() string {
	end, cause := p.Callback.Ends()
	if cause == callbacks.CauseHeartbeat {
		end = time.Time{} // each heartbeat moves it
	}
	type one struct {
		Aim    aim
		Why    Why
		Urgent bool
	}
	seen := struct {
		Cause   callbacks.DeadlineCause
		End     time.Time
		TooFew  bool
		Wanted  []one
		Hearing []aim // places that hear more although nothing is asked of them
	}{Cause: cause, End: end, TooFew: p.plan.TooFew}
	for i := range p.plan.Notices {
		n := &p.plan.Notices[i]
		seen.Wanted = append(seen.Wanted, one{aim{n.Target, n.Topic}, n.Why, n.Urgent})
	}
	for _, n := range p.Notices {
		if key := (aim{n.Target, n.Topic}); !n.ToldAt.IsZero() && !p.known[key] && p.mayHear(n.Target, n.Kind, p.Situation) {
			seen.Hearing = append(seen.Hearing, key)
		}
	}
	text, err := json.Marshal(seen)
	if err != nil {
		panic(err) // texts, numbers and times
	}
	return hash(text)
}

// stateID is [Message.State] of an attempt: two states differ also where one comes back.
func stateID(w *Work, state string) string {
	return w.ID + "." + hash(fmt.Appendf(nil, "%d %s", w.States, state))
}

func hash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:12])
}

// silent reports whether a place is not told of a state, although it differs from the one before: a
// mail to one person asks for nothing any more once the request is decided, and another mail would
// only take their time. Whoever lost the right to know gets nothing more where nothing can be changed.
func silent(style Style, w *Work, m *Message) bool {
	if m.Kind == NotYours {
		return style == Appended || style == Posted || style == Event
	}
	asked := w.Kind == MaySign || w.Kind == Needed || w.Kind == Digest
	over := asked && (m.Kind == Decided || m.Kind == Ended || m.Kind == Digest) || w.Kind == Assigned || w.Kind == TakenOver
	return style == Appended && w.Person != "" && w.Told != "" && over
}
