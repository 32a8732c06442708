package handlers

import (
	"strconv"

	"github.com/labstack/echo/v4"

	"countersign/internal/intake"
)

// receive takes an announcement of a callback and counts the answer. docs/intake.md describes it to senders.
func (s *server) receive(c echo.Context) error {
	err := s.announce(c)
	status := c.Response().Status
	if err != nil {
		status = intake.ProblemOf(err).Status
	}
	s.counts.announced.WithLabelValues(strconv.Itoa(status)).Inc()
	return err
}

// announce proves the sender before anything of the body is read as JSON, and answers when the callback is on disk.
func (s *server) announce(c echo.Context) error {
	body, err := intake.ReadBody(c.Response(), c.Request())
	if err != nil {
		return err
	}
	from, messageID, err := s.Intake.Verify(c.Request().Header, body)
	if err != nil {
		if limit := s.IntakeLimit.Take("address " + neighbourhood(c.RealIP())); limit != nil {
			return limit // who guesses is slowed down
		}
		return err
	}
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
	return intake.WriteReceipt(c.Response(), receipt)
}
