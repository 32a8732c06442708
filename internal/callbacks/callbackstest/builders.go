package callbackstest

import (
	"crypto/rand"
	"encoding/base64"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/replies"
)

// Option changes a callback that is being built.
type Option func(*callbacks.Callback)

// NewCallback is a pending callback of function "orders" in the default queue, received at [T0]
// with a timeout of an hour. Its IDs are fresh and as long as AWS's.
func NewCallback(options ...Option) callbacks.Callback {
	id := callbacks.NewID()
	c := callbacks.Callback{
		ID:           id,
		CallbackID:   NewCallbackID(),
		ExecutionARN: "arn:aws:lambda:eu-west-1:123456789012:function:orders:7/durable-execution/order-4711/" + string(id),
		Region:       "eu-west-1",
		Function:     "orders",
		Name:         "approve-order",
		Request: callbacks.Request{
			Queue:     callbacks.DefaultQueue,
			Source:    "shop",
			Title:     "Approve order 4711 over 12,400 EUR",
			Requester: callbacks.Requester{ID: "u-ines", Name: "Ines Calloway", Email: "ines@example.com"},
			Outcomes:  callbacks.DefaultOutcomes(callbacks.Failure),
			KeepAlive: callbacks.KeepAliveReview,
		},
		Requirement: callbacks.OneSignature,
		Clocks:      callbacks.Clocks{StartedAt: T0, Timeout: time.Hour},
		ReceivedAt:  T0,
		State:       callbacks.Pending,
	}
	for _, o := range options {
		o(&c)
	}
	return c
}

// NewCallbackID is a fresh token like those of Lambda: base64 with /, + and = in it.
func NewCallbackID() callbacks.CallbackID {
	token := make([]byte, 256)
	rand.Read(token) // never fails
	return callbacks.CallbackID(base64.StdEncoding.EncodeToString(token))
}

// Queue routes the callback to a queue.
func Queue(name string) Option { return func(c *callbacks.Callback) { c.Queue = name } }

// Function names the waiting function.
func Function(name string) Option { return func(c *callbacks.Callback) { c.Function = name } }

// Source names the source that announced the callback.
func Source(name string) Option { return func(c *callbacks.Callback) { c.Source = name } }

// Title sets the title.
func Title(title string) Option { return func(c *callbacks.Callback) { c.Title = title } }

// ReceivedAt sets when the callback started and was received.
func ReceivedAt(at time.Time) Option {
	return func(c *callbacks.Callback) { c.ReceivedAt, c.Clocks.StartedAt = at, at }
}

// Timeout sets the callback's own timeout, zero for none.
func Timeout(d time.Duration) Option { return func(c *callbacks.Callback) { c.Clocks.Timeout = d } }

// Heartbeats sets the heartbeat timeout and when the first heartbeat is due, the zero time for
// none.
func Heartbeats(timeout time.Duration, due time.Time) Option {
	return func(c *callbacks.Callback) { c.Clocks.HeartbeatTimeout, c.NextHeartbeatAt = timeout, due }
}

// HeartbeatsFail makes heartbeats fail: Lambda did not accept the given number of them, each with the
// same answer.
func HeartbeatsFail(since time.Time, reply replies.Reply, failed int) Option {
	return func(c *callbacks.Callback) {
		c.MissedHeartbeats = callbacks.MissedHeartbeats{Since: since, Failed: failed, Reply: reply, LostAt: since.Add(time.Second)}
	}
}

// DecidedBy puts a decision on the callback. Its state is Decided.
func DecidedBy(subject string, at time.Time) Option {
	return func(c *callbacks.Callback) {
		c.State = callbacks.Decided
		c.Decision = &callbacks.Decision{
			Outcome: "approve", Label: "Approve", Kind: callbacks.Success, By: Person(subject), Comment: "fine\nby me", At: at,
			SHA256: NewCompletion().SHA256(), Size: len(NewCompletion().Body()),
			ConfigVersion: "6a1f",
		}
	}
}

// Ended puts the callback into a state that is no longer open.
func Ended(state callbacks.State, at time.Time) Option {
	return func(c *callbacks.Callback) {
		c.State, c.NextHeartbeatAt = state, time.Time{}
		c.Ending = &callbacks.Ending{
			By: callbacks.EndedByClock, Cause: callbacks.CauseTimeout, At: at, Event: 7, Proven: true,
		}
	}
}

// EndedBy sets the clock that ended the callback.
func EndedBy(cause callbacks.DeadlineCause) Option {
	return func(c *callbacks.Callback) { c.Ending.Cause = cause }
}

// Problem sets the answer to the latest delivery attempt.
func Problem(a replies.Reply) Option { return func(c *callbacks.Callback) { c.Problem = a } }

// Person is an actor that is a signed-in person.
func Person(subject string) callbacks.Actor {
	return callbacks.Actor{Kind: callbacks.ActorPerson, ID: subject, Name: "Name of " + subject}
}

// NewCompletion is a success that Lambda would accept.
func NewCompletion() callbacks.Completion {
	return callbacks.Completion{Kind: callbacks.Success, Result: []byte(`{"approved":true}`)}
}

// Entry is an audit entry of a callback.
func Entry(c callbacks.Callback, action callbacks.Action, at time.Time) callbacks.AuditEntry {
	return callbacks.AuditEntry{At: at, Actor: callbacks.System("test"), Action: action, Callback: c.ID, Queue: c.Queue, Detail: "As the test says."}
}
