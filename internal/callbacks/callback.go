package callbacks

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"regexp"
	"slices"
	"strings"
	"time"

	"countersign/internal/mask"
	"countersign/internal/replies"
)

// ID is our own key for a callback: short, URL-safe, unguessable. Pages and paths use it; AWS never
// sees it.
type ID string

// NewID returns a fresh ID of 26 lower-case letters and digits (130 random bits).
func NewID() ID { return ID(strings.ToLower(rand.Text())) }

// NewIDAt returns a fresh ID of 26 lower-case letters and digits for something that is kept. It
// begins with the time in milliseconds, so that what is kept one after the other stands side by side
// in an index: random IDs make each insert write a page of its own. 80 bits of it are random.
func NewIDAt(now time.Time) ID {
	const timeBytes, size = 6, 16
	var b [size]byte
	at := binary.BigEndian.AppendUint64(nil, uint64(now.UnixMilli()))
	copy(b[:timeBytes], at[len(at)-timeBytes:])
	_, _ = rand.Read(b[timeBytes:]) // never fails
	return ID(ordered.EncodeToString(b[:]))
}

// ordered is an encoding whose texts sort as the bytes do.
var ordered = base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)

// idPattern matches every ID. It keeps other text out of links, queries and spans.
var idPattern = regexp.MustCompile(`^[a-z0-9]{1,64}$`)

// ParseID reads an ID that somebody sent. Text that cannot be an ID is [ErrNotFound]. Whether the
// callback exists is for the store to say.
func ParseID(s string) (ID, error) {
	if !idPattern.MatchString(s) {
		return "", ErrNotFound
	}
	return ID(s), nil
}

// Path is the path of the callback's page. The paths of its actions begin with it.
func (id ID) Path() string { return "/callbacks/" + string(id) }

// CallbackID is the token by which Lambda knows a callback: base64 that may hold "/", "+" and "=",
// so it never goes into a path or an HTML id. Anybody who holds it and has IAM permission can
// complete the callback: keep it out of logs.
type CallbackID string

// State says where a callback stands. Reviews are not a state: they are leases beside it.
type State string

// The states; docs/architecture.md has the diagram.
const (
	Pending   State = "pending"   // waits for a reviewer
	Decided   State = "decided"   // a decision is recorded, Lambda has not accepted it yet
	Completed State = "completed" // Lambda accepted our decision
	// another client, a clock or the end of the execution closed it before the decision arrived
	Lost          State = "lost"
	Undeliverable State = "undeliverable" // Lambda refused the decision for good; needs an operator
	// nobody can tell whether the decision arrived; needs an operator
	Unconfirmed State = "unconfirmed"
	TimedOut    State = "timed_out" // a clock ran out before a decision
	Closed      State = "closed"    // closed elsewhere before a decision
)

// States lists every state, in the order of a callback's life.
var States = []State{Pending, Decided, Completed, Lost, Undeliverable, Unconfirmed, TimedOut, Closed}

// OpenStates are the states in which Lambda may still be waiting.
var OpenStates = []State{Pending, Decided}

// Open reports whether Lambda may still be waiting for this callback.
func (s State) Open() bool { return s == Pending || s == Decided }

// NeedsOperator reports whether only a person with access to AWS can find out what happened or fix
// it.
func (s State) NeedsOperator() bool { return s == Undeliverable || s == Unconfirmed }

// KeepAlive says when heartbeats are sent for a callback that has a heartbeat timeout.
type KeepAlive string

// The keep-alive policies.
const (
	KeepAliveReview KeepAlive = "review" // only while somebody reviews it (the default)
	KeepAliveSigned KeepAlive = "signed" // also while a signature waits for others
	KeepAliveQueued KeepAlive = "queued" // always, while it is pending
)

// Callback is one waiting point of a durable execution, as the lists and the rules need it. The
// long parts of the request are its [Content].
type Callback struct {
	ID           ID
	CallbackID   CallbackID
	ExecutionARN string // may be empty; then the history cannot be read
	Region       string // where to complete it; empty means the configured default
	Function     string // name of the waiting function, as the sender gave it or the ARN says
	Name         string // what the function calls the callback

	Request

	Requirement Requirement // who has to sign

	Clocks     Clocks
	ReceivedAt time.Time
	State      State
	Revision   int // counts changes; a page that was read at an older revision is stale

	// NextHeartbeatAt is when the next heartbeat is due; zero while none is wanted.
	NextHeartbeatAt time.Time
	// HeldUntil is until when reviews, and signatures that wait, may keep the callback alive; zero
	// if nothing does.
	HeldUntil time.Time
	// Heartbeats counts the heartbeats that Lambda accepted.
	Heartbeats int
	// MissedHeartbeats describes the heartbeats that failed since Lambda last accepted one.
	MissedHeartbeats MissedHeartbeats

	// Problem is the answer to the latest delivery attempt; empty if none failed or the delivery is
	// settled. While the callback is pending, Problem is an answer to a heartbeat that an operator
	// has to fix, until Lambda accepts a heartbeat.
	Problem replies.Reply

	// SignatureCount is how many signatures are on record, those too that do not count any more.
	SignatureCount int
	// EscalatedAt is when more people could sign, by the escalation of the requirement, as it is on
	// record; zero before.
	EscalatedAt time.Time
	// WaitingSince is when the first of the people whose signatures wait for others signed the request
	// as it stands, also if they signed again since; zero while none waits. It stays when the last one
	// of several decides, and if the callback ends before that.
	WaitingSince time.Time

	Decision *Decision // nil until somebody decides
	Ending   *Ending   // nil while open
	// ExecutionFailed says that the execution failed, timed out or was stopped after our decision
	// had completed the callback with a success.
	ExecutionFailed bool
}

// New makes a pending callback of what an announcement or a history says. One signature decides it,
// unless its queue asks for more; see [Queue.Bind].
func New(c Callback, now time.Time) Callback {
	c.ID, c.State, c.ReceivedAt, c.Requirement = NewIDAt(now), Pending, now, OneSignature
	c.scheduleHeartbeat(now)
	return c
}

// Request is what only the sender can say of a callback. A history does not hold it: a callback
// that was found in one gets all of it when it is announced. The tag said is a field's JSON name.
type Request struct {
	Source    string    // who announced it; [SourceDiscovery] if nobody did
	Queue     string    `said:"queue"`
	Title     string    `said:"title"`
	Requester Requester `said:"requester"`
	Outcomes  []Outcome `said:"outcomes"` // the ways to decide it; never empty
	KeepAlive KeepAlive `said:"keepAlive"`
	Group     string    `said:"group"` // the sender's word for requests that ask the same; may be empty
}

// Content is the long part of a request. The review page shows it; lists and rules never need it.
type Content struct {
	Description string `said:"description"` // markdown from a stranger
	Payload     []byte `said:"payload"`     // JSON from a stranger, as sent; may be empty
	// InputUnread says that the payload is empty because the desk does not hold the execution's
	// input, or because a template could not make a payload of it. A condition that reads the payload
	// then cannot be evaluated.
	InputUnread bool
	// Encoded says that the payload's function had a decoder when it arrived: without one, nobody can
	// tell what it says.
	Encoded bool
	// Undecoded says why the payload is shown as it arrived, although its function has a decoder: a
	// *[CodecError]'s words. Nothing stores it.
	Undecoded string
	Links     []Link   `said:"links"`
	Tags      []string `said:"tags"`
	// Masked are JSON pointers to values of the payload, as package mask reads them: those that the
	// sender named, and those that its queue named when the request arrived. [Queues.Shown] adds
	// those that the queue names now.
	Masked []string
	// Forms are those of the outcomes, as their sender wrote them.
	Forms Forms `said:"outcomes"`
	// Hidden are the places at which the payload shows a mask in the place of a value. Only content
	// that people may see has any: [Queues.Shown] makes it. The store keeps the values.
	Hidden []mask.Place
	// Template says that a template of the configuration made the request from the execution's input.
	// Once the callback is announced without a payload, it says that of the payload alone; nil otherwise.
	Template *TemplateUse
}

// TemplateUse says what a template made of an execution's input, and what it could not take from it.
type TemplateUse struct {
	// Payload says that the template made the payload: it is no longer the input as it arrived, and
	// nothing decodes it.
	Payload bool
	LeftOut []LeftOut
	// Decodes says that payloads of the function are decoded for people who look at them. The
	// template read the input before that. Nothing stores it.
	Decodes bool
}

// LeftOut is a value that a template left out. Field is its key in the template, and Why continues
// a sentence about it; neither holds text of the input.
type LeftOut struct{ Field, Why string }

// Link is a place where a reviewer can read more. URL is http or https.
type Link struct {
	Title string
	URL   string
}

// Deadline is the instant at which the callback ends by itself, and the clock that ends it.
func (c *Callback) Deadline() (time.Time, DeadlineCause) { return c.Clocks.Deadline() }

// Ends is when the callback will end as things stand, and by which clock. Lists are ordered and
// filtered by it. While Lambda accepts the heartbeats, each resets the heartbeat clock before it
// runs out, so Ends ignores that clock.
func (c *Callback) Ends() (time.Time, DeadlineCause) {
	if c.KeptAlive() {
		return c.Clocks.End()
	}
	return c.Clocks.Deadline()
}

// Gone reports whether the callback ended before a decision, and neither by the desk nor by its own
// clocks: another client or the end of its execution ended it, or Lambda no longer knows it.
func (c *Callback) Gone() bool {
	return c.State == Closed || c.State == TimedOut && c.Ending != nil && c.Ending.Cause == CauseExecution
}

// Outcome finds an outcome by its name: one of the request's, or a free one. Whether a free one is
// offered, [Queues.Offers] says.
func (c *Callback) Outcome(name string) (Outcome, bool) {
	for _, o := range slices.Concat(c.Outcomes, freeOutcomes) {
		if o.Name == name {
			return o, true
		}
	}
	return Outcome{}, false
}
