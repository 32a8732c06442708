package notice

import (
	"context"
	"time"
)

// Channel carries messages to one kind of place: a chat, a mailbox, a browser, another program.
//
// A channel makes one attempt for a call and never waits for its turn: the worker knows rates,
// pauses and attempts. It is safe for use by several goroutines.
type Channel interface {
	// Style says what becomes of a message that was sent when its state changes.
	Style() Style
	// Deliver sends an envelope and returns the handle of the message there. An error that it can
	// explain is a [*Fault].
	Deliver(ctx context.Context, e Envelope) (Handle, error)
}

// Style is what a channel can do with a message that it sent.
type Style string

// The styles.
const (
	InPlace  Style = "in place" // the message itself changes: Slack
	Replaced Style = "replaced" // a later one takes its place, and may make a sound: web push
	Appended Style = "appended" // a later one stands below it: e-mail
	Posted   Style = "posted"   // each change is another message in the chat: Teams
	Event    Style = "event"    // each change is an event of its own: webhooks
)

// Envelope is one message on its way to one place.
type Envelope struct {
	// To is the place, in the channel's own form: a Slack channel or user, an address, the key of a
	// subscription, the name of a webhook.
	To string
	// Handle is that of the message as it was sent before, or empty for the first time.
	Handle Handle
	// Again is set when an earlier attempt of this very state got no answer, so that it may have
	// arrived. The channel sends the same message, and looks for it first where sending it again
	// would make a second one.
	Again   bool
	Message Message
}

// Handle names a message at its place, in the channel's own form. It is stored, and holds no
// secret.
type Handle string

// Fault is why an envelope was not taken.
type Fault struct {
	Code FaultCode
	// Words are what the other side said: one printable line without secrets, at most 200 bytes.
	// May be empty.
	Words string
	// Here says that a [Denied] is of this place alone: others over the channel may be written to.
	Here bool
	// RetryAfter is how long the other side asks to be left alone, or zero.
	RetryAfter time.Duration
	// Err is the cause, for the log. May be nil.
	Err error
}

// FaultCode says what a fault means for the worker.
type FaultCode string

// The codes of faults.
const (
	// Busy: the other side asks to come again later, or is not ready. It took nothing.
	Busy FaultCode = "busy"
	// Unreachable: no connection was made. Nothing was taken.
	Unreachable FaultCode = "unreachable"
	// Unanswered: the request went out and no answer came. It may have arrived.
	Unanswered FaultCode = "unanswered"
	// Refused: the other side will not take this message; another one may pass.
	Refused FaultCode = "refused"
	// Denied: the other side does not accept our credentials or settings. An operator has to act.
	Denied FaultCode = "denied"
	// NoPlace: this place does not exist any more or cannot be written to, for good.
	NoPlace FaultCode = "no place"
	// NoMessage: the message that was to change is gone. It is sent no more.
	NoMessage FaultCode = "no message"
)

// Error implements error.
func (f *Fault) Error() string {
	text := string(f.Code)
	if f.Words != "" {
		text += ": " + f.Words
	}
	if f.Err != nil {
		text += ": " + f.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Err }
