package notice

import "time"

// Gathering says whether a notice may share a message with those of other callbacks.
type Gathering string

// The gatherings.
const (
	// Alone: each callback has a message of its own.
	Alone Gathering = "alone"
	// Batch: a notice joins a message that was not sent yet.
	Batch Gathering = "batch"
	// Joining: a notice also joins a message that was sent, because that changes or is replaced.
	Joining Gathering = "joining"
)

// Times and bounds of gathering.
const (
	// MaxItems bounds the callbacks of one message.
	MaxItems = 50
	// window is how long the first notice of a message waits for others.
	window = 10 * time.Second
	// batchPause is the least time between two messages to a place that cannot be changed. What is
	// due so much later or earlier than one that waits comes with it.
	batchPause = 10 * time.Minute
	// joinPause is the least time between two arrivals that are told in one message.
	joinPause = time.Minute
	// joinsFor is how old a message may be that more join.
	joinsFor = 12 * time.Hour
)

// Planned is a notice that a plan wants.
type Planned struct {
	Target
	Topic
	Due       time.Time
	Latest    time.Time // gathering puts it off until then at most; zero for no longer than Due
	Gathering Gathering
	// Why is why the place is told, and Urgent says that nobody else is likely to sign in time.
	// They are of the moment and not kept.
	Why    Why
	Urgent bool
}

// Earlier is the message that was made last for the place and the topic of a notice.
type Earlier struct {
	ID             string
	MadeAt, SentAt time.Time // SentAt is zero while it was not sent
	DueAt          time.Time // zero if nothing is due
	Items          int
}

// Follow says whether the notice joins an earlier message, and when the message is due then; or
// when a message of its own is. last is nil if there is none. The store calls it in the transaction
// of a plan.
func (p *Planned) Follow(last *Earlier, now time.Time) (joins bool, due time.Time) {
	if p.Gathering == Alone {
		return false, p.Due
	}
	due = p.latest(p.Due, now.Add(window))
	if last == nil {
		return false, due
	}
	room := last.Items < MaxItems
	together := p.Kind == Digest || last.DueAt.Sub(due).Abs() <= batchPause // one digest has all of its day
	switch {
	case room && last.SentAt.IsZero() && !last.DueAt.IsZero() && together:
		if last.DueAt.Before(due) {
			due = last.DueAt
		}
		return true, due
	case room && p.Gathering == Joining && now.Sub(last.MadeAt) < joinsFor:
		return true, p.latest(due, last.SentAt.Add(joinPause))
	case p.Gathering == Batch:
		return false, p.latest(due, last.SentAt.Add(batchPause))
	}
	return false, due
}

// Late reports whether a message that was not sent comes too late for a notice that it carries, so
// that it has to come sooner. due is when it is due, zero for never. The store calls it in the
// transaction of a plan.
func (p *Planned) Late(due, now time.Time) bool {
	latest := p.Due
	if p.Gathering != Alone { // it may be waiting for others
		latest = p.latest(p.Due, now.Add(batchPause))
	}
	return due.IsZero() || latest.Before(due)
}

// latest is the later of two times, but the first where the second is later than the notice may be.
func (p *Planned) latest(due, later time.Time) time.Time {
	if !later.After(due) {
		return due
	}
	if later.After(p.Latest) {
		if p.Latest.After(due) {
			return p.Latest
		}
		return due
	}
	return later
}
