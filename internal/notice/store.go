package notice

import (
	"context"
	"time"

	"countersign/internal/callbacks"
)

// Store keeps what has to be told, and what was. Implementations pass the contract of package
// noticetest. A method that cannot reach the database returns an error that matches
// [callbacks.ErrUnavailable].
type Store interface {
	// ClaimChanges returns up to limit callbacks that are due to be planned, the longest due first,
	// and makes each due again at a time, in case the claim comes to nothing.
	ClaimChanges(ctx context.Context, now, again time.Time, limit int) ([]Change, error)
	// Plan writes what a plan wants, what it cannot reach, and when the callback is planned next.
	// New notices join a message or get one of their own, by [Planned.Follow]. Messages that were
	// sent are drawn again, unless [Plan.Sight] is that of the plan before and the callback has not
	// changed since. It does nothing if the callback has changed since the claim: another claim
	// plans that.
	Plan(ctx context.Context, of Change, p Plan, now time.Time) error
	// Notices returns the notices of a callback, in the order in which they were planned.
	Notices(ctx context.Context, id callbacks.ID) ([]Notice, error)
	// Openers returns the people who have opened a callback, with their latest reviews.
	Openers(ctx context.Context, id callbacks.ID) ([]Opener, error)

	// ClaimMessages leases up to limit messages that are due and whose lease, if any, has run out,
	// with their notices. It skips some channels.
	ClaimMessages(ctx context.Context, now time.Time, lease callbacks.Lease, limit int, skip []string) ([]Work, error)
	// Finish ends a claim with its result. It returns [callbacks.ErrLeaseLost] if the claim is
	// somebody else's by now. A message that has to be drawn again since the claim is due at once,
	// and a pending callback whose notice is dropped is planned again: another replica may have
	// planned it by what this one does not know yet. The story keeps a dropped notice whose message
	// failed.
	Finish(ctx context.Context, w Work, r Result, now time.Time) error
	Reaching
	// Next is when the next callback is due to be planned, and when the next message is due that is
	// of none of the channels to skip; zero where there is none.
	Next(ctx context.Context, skip []string) (change, message time.Time, err error)

	// Pause stops a place or a channel, and writes [Pause.Entry]. It replaces an earlier pause, but
	// does nothing if that outlasts it; see [Pause.Outlasts]. If Until is not after At, the place
	// or the channel goes on: what the earlier pause put off is due, at most [MaxReleased]
	// messages.
	Pause(ctx context.Context, p Pause) error
	// Pauses returns the pauses that hold, at most limit: first those of channels and of places
	// that the operator named, then those of people's places; in each part those that last longest
	// first, of them the latest made.
	Pauses(ctx context.Context, now time.Time, limit int) ([]Pause, error)
	// Backlogs returns what waits, what was sent since a time and what failed, by channel, for
	// channels that have any.
	Backlogs(ctx context.Context, now, since time.Time) (map[string]Backlog, error)
	// Forget deletes up to limit messages that were made before a time with their notices, and as
	// many rows of changes and pauses that were over by then, and of notices that failed. Messages
	// of a callback that is pending or decided stay. Pauses of people's places go also if they
	// still hold.
	Forget(ctx context.Context, before time.Time, limit int) error
}

// Change is a callback that somebody has to be told something about.
type Change struct {
	Callback callbacks.ID
	// Count is how often the callback has changed. It tells this claim from a later one.
	Count int
}

// Target is one place on one channel.
type Target struct {
	// Channel is the name of the channel: slack, email, push, teams or webhooks.
	Channel string
	// Place is [Envelope.To].
	Place string
	// Person is the key of the person whose place it is. Empty for places of a group.
	Person string
}

// Topic is what a notice is about. A place gets one message at most about a topic of a callback;
// the message changes with the callback.
type Topic struct {
	// Kind is [MaySign] also for what it becomes: [Decided] or [Ended]. As a topic, [Decided] is
	// the outcome that the requester hears.
	Kind Kind
	// Share is the part of the time after which the notice is a reminder, in percent; of a digest,
	// the number of its day; of [Void], how many signatures of the reader are void; of [Assigned]
	// and [TakenOver], the minute in which that was. Zero otherwise.
	Share int
}

// Notice is what one place is told of one callback.
type Notice struct {
	Callback callbacks.ID
	Target
	Topic
	Name string // of the person; only in [Reports.Story], and empty for a place of a group
	// Message is the ID of the message that carries it. It is empty of what was not told because it
	// failed, and is not to be told any more; only in [Reports.Story].
	Message   string
	PlannedAt time.Time
	ToldAt    time.Time // when its place was told first; zero while it was not
	// DueAt is when the message is sent or drawn next; zero if it is not.
	DueAt time.Time
	// Fault and Words are of the message's latest attempt, if that failed; see [Fault].
	Fault FaultCode
	Words string
	Held  Pause // what keeps it from being sent; only in [Reports.Story]
}

// Opener is a person who has opened a callback.
type Opener struct {
	Person   string
	Name     string
	OpenedAt time.Time // for the first time
	Open     bool      // also now
}

// Work is a claimed message.
type Work struct {
	ID string
	Target
	Topic
	Handle Handle
	// Told identifies the state that the place shows, see [Message.State]; empty before the first.
	// States is how many states it was told.
	Told   string
	States int
	// Again says that an earlier attempt got no answer that is on record.
	Again   bool
	Tries   int // since the last state that was told, with this one
	Version int // counts what made the message due
	Owner   string
	// FirstAt is when the first attempt at this state was made.
	FirstAt time.Time
	MadeAt  time.Time
	Notices []Notice
}

// Result is what became of a claim.
type Result struct {
	// Told is the state that the place shows now, with the handle of the message; empty if nothing
	// was told.
	Told   string
	Handle Handle
	// Drop are callbacks that the message does not speak of after all, because it was not sent yet.
	// A message without any is deleted.
	Drop []callbacks.ID
	// Fault is why nothing was told; nil if it was, or if there was nothing to tell.
	Fault *Fault
	// DueAt is when the message is tried or drawn next. Zero for never, unless it changes.
	DueAt time.Time
}

// ForGood is the end of a pause that nothing ends by itself.
var ForGood = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// Pause keeps a place, or all of a channel, from getting messages.
type Pause struct {
	Channel string
	Place   string // empty for the whole channel
	Person  string // the key of the person whose place it is; see [Target]
	At      time.Time
	Until   time.Time // may be [ForGood]
	// Code is the fault behind it; empty if a person made it.
	Code FaultCode
	// Words are what the other side said, or the reason that the person gave.
	Words string
	By    callbacks.Actor
}

// Ends reports whether the pause lets its place go on.
func (p Pause) Ends() bool { return !p.Until.After(p.At) }

// Outlasts reports whether the pause stays although another one was made: a fault of minutes does
// not shorten a mute, and a mute does not switch a place on again when it ends. A person replaces
// what a person chose, and whoever ends a pause ends each.
func (p Pause) Outlasts(later Pause) bool {
	people := p.Code == "" && later.Code == ""
	return !later.Ends() && !people && p.Until.After(later.Until)
}

// MaxReleased is how many messages are due at once when a pause ends. The others keep their times.
const MaxReleased = 10_000

// Backlog is the state of one channel.
type Backlog struct {
	Waiting int       // due and not sent
	Oldest  time.Time // since when the longest of them is due; zero without any
	Sent    int       // messages told since a time
	Failing int       // whose latest attempt failed and that are tried again
}
