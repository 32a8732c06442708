package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"countersign/internal/intake"
	"countersign/internal/ratelimit"
)

// notification takes a message of SNS. SNS gives up on whatever is answered below 500, and so also on a message that only
// comes too soon.
func (s *server) notification(c echo.Context) error {
	if s.SNS == nil {
		return intake.ErrOff
	}
	err := s.deliver(c)
	if isOf[*ratelimit.Error](err) {
		return intake.ErrBusy
	}
	return err
}

// deliver proves the message and does what it is for.
func (s *server) deliver(c echo.Context) error {
	ctx := c.Request().Context()
	var n intake.Notification
	err := s.proving(c, func() error {
		body, err := intake.ReadNotification(c.Response(), c.Request())
		if err != nil {
			return err
		}
		n, err = s.SNS.Verify(ctx, body)
		return err
	})
	if err != nil {
		return err
	}
	switch n.Type {
	case intake.TypeSubscription:
		if err := s.SNS.Confirm(ctx, n); err != nil {
			return err
		}
		s.Log.InfoContext(ctx, "subscription to an SNS topic confirmed", "topic", n.Topic)
	case intake.TypeUnsubscribed:
		s.Log.WarnContext(ctx, "subscription to an SNS topic ended: nothing comes from it any more", "topic", n.Topic)
	case intake.TypeNotification:
		if !n.Event {
			return s.receive(c, n.From, n.ID, n.Body)
		}
		if err := s.IntakeLimit.Take("source "+n.From.Name, s.Now()); err != nil {
			return err
		}
		return s.executionEvent(c, n.Body)
	}
	return c.NoContent(http.StatusNoContent)
}
