// Package webhooks answers what senders post: announcements of callbacks, signed or by way of SNS,
// and events of EventBridge about executions.
//
// A handler proves the sender, decodes the message, and asks [desk.Service]. It returns
// errors; one table (problem.go) says what a sender is told of each. docs/intake.md describes it to
// senders.
package webhooks

import (
	"cmp"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"countersign/internal/clientip"
	"countersign/internal/desk"
	"countersign/internal/inflight"
	"countersign/internal/intake"
	"countersign/internal/metrics"
	"countersign/internal/ratelimit"
)

// Config is what the handlers need. EventBridge and SNS are nil when that way in is off.
type Config struct {
	Service     *desk.Service
	Senders     *intake.Verifier
	EventBridge *intake.EventBridge
	SNS         *intake.SNS
	Limit       *ratelimit.Limiter // of messages per source, and of wrong guesses per address
	BaseURL     string             // the desk's own origin, for links
	Metrics     *metrics.Metrics
	Now         func() time.Time
	Log         *slog.Logger
}

// Handlers have one method for each way in.
type Handlers struct {
	Config
	decoding chan struct{} // has a token for each body that is being decoded
}

// maxDecoding is how many bodies are decoded at once. Decoding takes up to sixty times a body's
// size for some milliseconds. More at once would not be faster, but would need the memory of all.
const maxDecoding = 4

// New makes the handlers.
func New(cfg Config) *Handlers {
	return &Handlers{Config: cfg, decoding: make(chan struct{}, maxDecoding)}
}

// With returns the same handlers for other senders and topics, and the service that knows their
// queues. Both share the limits.
func (h *Handlers) With(service *desk.Service, senders *intake.Verifier, sns *intake.SNS) *Handlers {
	other := *h
	other.Service, other.Senders, other.SNS = service, senders, sns
	return &other
}

// prove runs the proof of who sent a message. A failed proof is a guess and counts against the
// sender's address. An address with too many guesses is refused without a look at what it sent. A
// proof reads no body, because bodies that trickle in would hold up the other senders of an address.
// Trouble in fetching a certificate of SNS says nothing about the sender, so it is no guess.
func (h *Handlers) prove(c echo.Context, proof func() error) error {
	var trouble error
	err := h.Limit.Try(c.Request().Context(), address(c), h.Now, func() error {
		err := proof()
		if errors.Is(err, intake.ErrSNSUnreachable) || errors.Is(err, intake.ErrBusy) {
			trouble, err = err, nil
		}
		return err
	})
	return cmp.Or(err, trouble)
}

// read reads the body of a sender who is not proved yet. A body that is refused counts like a guess,
// unless it is refused because the desk has no room.
func (h *Handlers) read(c echo.Context, read bodyReader) ([]byte, error) {
	body, err := read(c.Response(), c.Request())
	if err != nil && !errors.Is(err, inflight.ErrFull) {
		h.Limit.Charge(address(c), h.Now())
	}
	return body, err
}

// bodyReader reads the body of a request within its limits.
type bodyReader func(http.ResponseWriter, *http.Request) ([]byte, error)

// address is the key of a sender's address in the limit.
func address(c echo.Context) string { return "address " + clientip.Network(c.RealIP()) }

// take counts a message of a sender who is proved.
func (h *Handlers) take(from desk.Source) error {
	return h.Limit.Take("source "+from.Name, h.Now())
}

// decoded decodes a body in its turn.
func decoded[T any](c echo.Context, h *Handlers, body []byte, decode func([]byte) (T, error)) (T, error) {
	select {
	case h.decoding <- struct{}{}:
		defer func() { <-h.decoding }()
		return decode(body)
	case <-c.Request().Context().Done():
		var none T
		return none, intake.ErrBusy
	}
}
