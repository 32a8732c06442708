package handlers

import (
	"errors"

	"github.com/labstack/echo/v4"

	"countersign/internal/callbacks"
	"countersign/internal/clientip"
	"countersign/internal/intake"
)

// countAnswer counts what webhooks are answered.
func (s *server) countAnswer(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		err := next(c)
		status := c.Response().Status
		if err != nil {
			status = intake.ProblemOf(err).Status
		}
		s.Metrics.Answer(status)
		return err
	}
}

// announce takes an announcement of a callback; docs/intake.md describes it to senders. It proves the sender before anything
// of the body is read as JSON, and refuses by the headers what it can before the body is read at all.
func (s *server) announce(c echo.Context) error {
	var from callbacks.Source
	var messageID string
	var body []byte
	err := s.proving(c, func() (err error) {
		h := c.Request().Header
		if err := s.Intake.Screen(h); err != nil {
			return err
		}
		if body, err = intake.ReadBody(c.Response(), c.Request()); err == nil {
			from, messageID, err = s.Intake.Verify(h, body)
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.receive(c, from, messageID, body)
}

// proving runs what finds out who sent a message. An address that has guessed wrong too often is
// answered without a look at what it sent. Each wrong guess is charged to it; a sender who is proved
// pays nothing.
func (s *server) proving(c echo.Context, prove func() error) error {
	address := "address " + clientip.Network(c.RealIP())
	if err := s.IntakeLimit.Check(address, s.Now()); err != nil {
		return err
	}
	err := prove()
	if err != nil {
		s.IntakeLimit.Charge(address, s.Now())
	}
	return err
}

// receive records the announcement of a sender who is proved, and answers when the callback is on disk.
func (s *server) receive(c echo.Context, from callbacks.Source, messageID string, body []byte) error {
	if err := s.IntakeLimit.Take("source "+from.Name, s.Now()); err != nil {
		return err
	}
	announcement, err := decoded(c, s, body, intake.Decode)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	receipt, err := s.Service.Receive(ctx, from, messageID, announcement)
	if d, ok := errors.AsType[*callbacks.DifferentError](err); ok && d.Contested() {
		s.Metrics.Contested()
		s.Log.WarnContext(ctx, "announcement refused: another source announced the callback first", "callback", d.Callback, "first", d.Source, "refused", d.By)
	}
	if errors.Is(err, callbacks.ErrReused) {
		s.Log.WarnContext(ctx, "announcement refused: its message ID was used before for another", "source", from.Name, "message", messageID)
	}
	if err != nil {
		return err
	}
	return intake.WriteReceipt(c.Response(), s.BaseURL, receipt)
}

// maxDecoding is how many bodies are decoded at once. That takes up to sixty times a body's size, for some milliseconds: more at once
// would not be faster, and take the memory of all.
const maxDecoding = 4

// decoded decodes a body in its turn.
func decoded[T any](c echo.Context, s *server, body []byte, decode func([]byte) (T, error)) (T, error) {
	select {
	case s.decoding <- struct{}{}:
		defer func() { <-s.decoding }()
		return decode(body)
	case <-c.Request().Context().Done():
		var none T
		return none, intake.ErrBusy
	}
}
