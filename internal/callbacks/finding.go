package callbacks

import "time"

// Closing is what an execution's history says about a callback.
type Closing struct {
	Open bool // no terminal event, and the execution still runs
	// EndedByOther stands for "a client"; compare the completion to know whether it was us
	By      EndedBy
	Cause   DeadlineCause // for EndedByClock
	At      time.Time
	EventID int
	// Completion is what the event carries, where it is a success or a failure. Truncated or
	// unreadable payloads leave it nil; then Kind alone says which of both it is.
	Completion *Completion
	Kind       Kind
	// Requests is how many requests for a page of the history it took to know this, or to fail; 0
	// counts as one.
	Requests int
}

// completedAs is whether a client completed the callback with a success or a failure, empty where
// it did neither.
func (c Closing) completedAs() Kind {
	if c.Completion != nil {
		return c.Completion.Kind
	}
	return c.Kind
}

// MayHold reports whether a client ended the callback with something that the history does not
// show, and that may be a completion.
func (c Closing) MayHold(ours Completion) bool {
	return c.Completion == nil && c.By == EndedByOther && (c.Kind == "" || c.Kind == ours.Kind)
}

// Finding is what a question to an execution's history brought, and when it is worth asking again.
type Finding struct {
	History HistoryState
	Closing Closing       // with HistoryRead
	Answer  Answer        // of Lambda, if it was asked and gave no history
	Again   time.Duration // not before; zero if nobody said so
}

// HistoryState says what became of a question to the history.
type HistoryState int

// The states of a question.
const (
	HistoryUnasked HistoryState = iota // neither the answer nor the clock called for it
	HistoryRead                        // the closing holds what it says
	HistoryBusy                        // throttled or failing: ask again
	// it may not be asked yet, because others were asked so much
	HistoryPutOff
	// no ARN, no permission, retention over: it will never tell
	HistoryUnreadable
)

// Ended reports whether the history shows that the callback has ended.
func (f Finding) Ended() bool { return f.History == HistoryRead && !f.Closing.Open }

// Open reports whether the history shows that the callback is open.
func (f Finding) Open() bool { return f.History == HistoryRead && f.Closing.Open }

// Denied reports whether permission to read the history was missing.
func (f Finding) Denied() bool { return f.History == HistoryUnreadable && f.Answer == AnswerDenied }
