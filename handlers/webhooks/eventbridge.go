package webhooks

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"countersign/internal/callbacks"
	"countersign/internal/intake"
)

// eventBridge is the actor of what an event changes.
var eventBridge = callbacks.Actor{Kind: callbacks.ActorSource, ID: "eventbridge", Name: "EventBridge"}

// Event takes what an API destination of EventBridge posts. The end of an execution closes its
// pending callbacks. Other events are ignored, because a rule may match more than we need.
func (h *Handlers) Event(c echo.Context) error {
	if h.EventBridge == nil {
		return errOff
	}
	if err := h.prove(c, func() error { return h.EventBridge.Verify(c.Request().Header) }); err != nil {
		return err
	}
	if err := h.Limit.Take("eventbridge", h.Now()); err != nil {
		return err // it comes again
	}
	body, err := intake.ReadEvent(c.Response(), c.Request())
	if err != nil {
		return err
	}
	return h.executionEvent(c, body)
}

// executionEvent records how an execution ended, if a proved event says that it did.
func (h *Handlers) executionEvent(c echo.Context, body []byte) error {
	event, err := decoded(c, h, body, intake.DecodeEvent)
	if err != nil {
		return err
	}
	if event.End != "" {
		ctx := c.Request().Context()
		closed, err := h.Service.ExecutionEnded(ctx, eventBridge, event.ARN, event.End, event.At)
		if err != nil {
			return err
		}
		h.Log.DebugContext(ctx, "execution ended", "execution", event.ARN, "how", event.End, "closed", closed, "event", event.ID)
	}
	return c.NoContent(http.StatusNoContent)
}
