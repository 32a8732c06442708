package handlers

import (
	"strconv"

	"github.com/labstack/echo/v4"

	"countersign/internal/callbacks"
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
		s.counts.announced.WithLabelValues(strconv.Itoa(status)).Inc()
		return err
	}
}

// announce takes an announcement of a callback; docs/intake.md describes it to senders. It proves the sender before anything
// of the body is read as JSON.
func (s *server) announce(c echo.Context) error {
	body, err := intake.ReadBody(c.Response(), c.Request())
	if err != nil {
		return err
	}
	from, messageID, err := s.Intake.Verify(c.Request().Header, body)
	if err != nil {
		return s.unproved(c, err)
	}
	return s.receive(c, from, messageID, body)
}

// unproved is the answer to a message that nothing proves: who guesses is slowed down.
func (s *server) unproved(c echo.Context, err error) error {
	if limit := s.IntakeLimit.Take("address " + neighbourhood(c.RealIP())); limit != nil {
		return limit
	}
	return err
}

// receive records the announcement of a sender who is proved, and answers when the callback is on disk.
func (s *server) receive(c echo.Context, from callbacks.Source, messageID string, body []byte) error {
	if err := s.IntakeLimit.Take("source " + from.Name); err != nil {
		return err
	}
	announcement, err := intake.Decode(body)
	if err != nil {
		return err
	}
	receipt, err := s.Service.Receive(c.Request().Context(), from, messageID, announcement)
	if err != nil {
		return err
	}
	return intake.WriteReceipt(c.Response(), s.BaseURL, receipt)
}
