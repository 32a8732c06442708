package webhooks

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/intake"
)

// Announcement takes a signed announcement of a callback. It proves the sender before it parses the
// body, and refuses what the headers prove wrong before it reads the body at all.
func (h *Handlers) Announcement(c echo.Context) error {
	header := c.Request().Header
	if err := h.prove(c, func() error { return h.Senders.Screen(header) }); err != nil {
		return err
	}
	body, err := h.read(c, intake.ReadBody)
	if err != nil {
		return err
	}
	var from desk.Source
	var messageID string
	err = h.prove(c, func() (err error) {
		from, messageID, err = h.Senders.Verify(header, body)
		return err
	})
	if err != nil {
		return err
	}
	return h.receive(c, from, messageID, body)
}

// receive records the announcement of a sender who is proved, and answers when the callback is on
// disk.
func (h *Handlers) receive(c echo.Context, from desk.Source, messageID string, body []byte) error {
	if err := h.take(from); err != nil {
		return err
	}
	announcement, err := decoded(c, h, body, intake.Decode)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	receipt, err := h.Service.Receive(ctx, from, messageID, announcement)
	if d, ok := errors.AsType[*callbacks.DifferentError](err); ok && d.Contested() {
		h.Metrics.Contested()
		h.Log.WarnContext(ctx, "announcement refused: another source announced the callback first",
			"callback", d.Callback, "first", d.Source, "refused", d.By)
	}
	if errors.Is(err, callbacks.ErrReused) {
		h.Log.WarnContext(ctx, "announcement refused: its message ID was used before for another announcement",
			"source", from.Name, "message", messageID)
	}
	if err != nil {
		return err
	}
	return h.confirm(c, receipt)
}

// recorded is what a sender is told of its callback. It leaves out the state, so that a repeated
// message gets the same answer.
type recorded struct {
	ID  callbacks.ID `json:"id"`
	URL string       `json:"url"`
}

// confirm answers that a callback is recorded: 201 the first time, 200 after that.
func (h *Handlers) confirm(c echo.Context, receipt callbacks.Acknowledgment) error {
	status := http.StatusOK
	if receipt.Created {
		status = http.StatusCreated
	}
	page := h.BaseURL + receipt.Callback.ID.Path()
	c.Response().Header().Set("Location", page)
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(status, recorded{receipt.Callback.ID, page})
}
