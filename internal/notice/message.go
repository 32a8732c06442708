package notice

import (
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/replies"
)

// Message is what one place is told, drawn from the present state of its callbacks. Channels put it
// into words. It holds what may leave the desk and nothing else: no payload but the fields that the
// queue lists, no comment, no attachment, no CallbackID, no ARN.
type Message struct {
	// ID stays the same for all attempts and changes of a message: a UUID. It becomes the
	// Message-ID of a mail, the topic of a push, the metadata of a Slack message.
	ID string
	// State stays the same for all attempts of one state, and differs between states: the
	// webhook-id of an event.
	State string
	Kind  Kind
	// Why is why this place gets it.
	Why Why
	// Items are the callbacks it speaks of: one, or several in a digest or a window. Those that wait
	// come first, the nearest end before others.
	Items []Item
	// Gone are callbacks of the last digest that were decided or ended since. Only digests have
	// any.
	Gone []Item
	// Quiet says that everything in it that waits was told before: nobody needs to hear a sound.
	Quiet bool
	// At is when the message was drawn.
	At time.Time
	// Zone is that of the reader, or of the desk for places of a group. Never nil.
	Zone *time.Location
	// Expires is when nobody needs the message any more: the end of the last item. Zero if it has
	// no end.
	Expires time.Time
	// Settings is the address of the page where the reader changes what they get. Empty for places
	// that belong to a group.
	Settings string
	// Desk is the name of this desk as its pages show it, and Home its address.
	Desk, Home string
}

// Kind is what a message is about.
type Kind string

// The kinds of messages.
const (
	MaySign   Kind = "may_sign"  // it waits, and you may sign it
	Needed    Kind = "needed"    // nobody else is likely to: at risk, escalated, or the last missing group
	Decided   Kind = "decided"   // somebody decided
	Ended     Kind = "ended"     // a clock, another client or the execution's end was faster
	Failed    Kind = "failed"    // the execution of something that you approved failed
	Attention Kind = "attention" // a delivery needs an admin
	Nobody    Kind = "nobody"    // too few people could sign; for admins
	Void      Kind = "void"      // your signature does not count any more
	Assigned  Kind = "assigned"  // somebody gave it to you
	TakenOver Kind = "taken"     // it was yours, and somebody else has it now, or nobody
	Digest    Kind = "digest"    // several that wait, at the reader's hour
	Test      Kind = "test"      // asked for by whoever reads it
	// NotYours: whoever reads it may not know of its callbacks any more. It has no items.
	NotYours Kind = "not_yours"
)

// Why is why a place is told.
type Why struct {
	// Group is the group whose member or place is told. Empty if it is no group's matter.
	Group string
	// Escalated is set if the group may sign since the request was escalated.
	Escalated bool
	// Last is set if every other place of the rule has its signature.
	Last bool
	// For is the name of the person for whom the reader acts, by a delegation. May be empty.
	For string
	// Unopened is when an earlier step of the ladder told the reader, who did not open the request.
	// Zero for the first step.
	Unopened time.Time
	// Share is the part of the time that is over, of a reminder: 0.5 at half of it. Zero otherwise.
	Share float64
}

// Item is one callback in a message.
type Item struct {
	ID    callbacks.ID
	URL   string // of its page
	Queue string
	// Title is empty where the queue keeps it back. Requester is a name, and may be empty.
	Title, Requester string
	Function, Source string
	Arrived          time.Time
	Deadline         time.Time // the earliest clock; zero if there is none
	Cause            callbacks.DeadlineCause
	// Fields are those of the payload that the queue lists for notices, with their labels.
	Fields []Field
	// Required is how many signatures the rule asks for. Signed are those that count, in their
	// order. Missing are the places that are open, with their groups.
	Rule     string
	Required int
	Signed   []Signer
	Missing  []Place
	// Held is who has it open, when the message is drawn. May be empty. Alone says that nobody has.
	// A message that changes in place says neither.
	Held  string
	Alone bool
	// Assigned is whose work it is while it waits, empty for nobody's, and AssignedBy who said so.
	Assigned, AssignedBy string
	// State is that of the callback. Outcome is the label of the decision, Stance says which way it
	// goes and DecidedBy who gave the last signature; they and DecidedAt are empty while it is pending.
	State     callbacks.State
	Outcome   string
	Stance    callbacks.Stance
	DecidedBy string
	DecidedAt time.Time
	// Problem is Lambda's answer to the decision or, while it is pending, to a heartbeat, if an
	// operator has to look. Tries is how often the decision was sent by then, and Doubtful says that it
	// may have arrived although Lambda did not say so.
	Problem  replies.Reply
	Tries    int
	Doubtful bool
	// EndedAt and EndedBy say how it ended where no decision of ours did.
	EndedAt time.Time
	EndedBy callbacks.EndedBy
	// Execution is how the execution ended after our decision. Empty until it has.
	Execution callbacks.OperationStatus
}

// Field is a value of the payload that a queue lets out.
type Field struct{ Label, Value string }

// Signer is who signed, when, and for whom.
type Signer struct {
	Name, For string
	At        time.Time
	Against   bool
}

// Place is a part of the rule that still misses signatures. Groups is empty if anybody who sees the
// queue may give them.
type Place struct {
	Groups []string
	Count  int
}
