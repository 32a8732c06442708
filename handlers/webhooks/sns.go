package webhooks

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"countersign/internal/intake"
	"countersign/internal/ratelimit"
)

// Notification takes a message of SNS. SNS gives up on a message if the answer is below 500, so a
// message that only comes too soon gets a 503.
func (h *Handlers) Notification(c echo.Context) error {
	if h.SNS == nil {
		return errOff
	}
	err := h.deliver(c)
	if _, limited := errors.AsType[*ratelimit.Error](err); limited {
		return intake.ErrBusy
	}
	return err
}

// deliver proves a message of SNS and acts on it.
func (h *Handlers) deliver(c echo.Context) error {
	ctx := c.Request().Context()
	header := c.Request().Header
	if err := h.prove(c, func() error { return intake.ScreenNotification(header) }); err != nil {
		return err
	}
	body, err := h.read(c, intake.ReadNotification)
	if err != nil {
		return err
	}
	var n intake.Notification
	err = h.prove(c, func() (err error) {
		n, err = h.SNS.Verify(ctx, body)
		return err
	})
	if err != nil {
		return err
	}
	switch n.Type {
	case intake.TypeSubscription:
		if err := h.SNS.Confirm(ctx, n); err != nil {
			return err
		}
		h.Log.InfoContext(ctx, "the desk confirmed its subscription to an SNS topic", "topic", n.Topic)
	case intake.TypeUnsubscribed:
		h.Log.WarnContext(ctx, "the subscription to an SNS topic ended: the desk receives nothing from it any more", "topic", n.Topic)
	case intake.TypeNotification:
		if !n.Event {
			return h.receive(c, n.From, n.ID, n.Body)
		}
		if err := h.take(n.From); err != nil {
			return err
		}
		return h.executionEvent(c, n.Body)
	}
	return c.NoContent(http.StatusNoContent)
}
