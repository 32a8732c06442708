package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"countersign/internal/callbacks"
	"countersign/internal/intake"
)

// eventBridge is who closes callbacks by an event, in the record.
var eventBridge = callbacks.Actor{Kind: callbacks.ActorSource, ID: "eventbridge", Name: "EventBridge"}

// event takes what an API destination of EventBridge posts. An execution that ended closes what was pending in it. Everything
// else is passed over, for a rule may match more than we need.
func (s *server) event(c echo.Context) error {
	if s.EventBridge == nil {
		return intake.ErrOff
	}
	if err := s.proving(c, func() error { return s.EventBridge.Verify(c.Request().Header) }); err != nil {
		return err
	}
	if err := s.IntakeLimit.Take("eventbridge", s.Now()); err != nil {
		return err // it comes again
	}
	body, err := intake.ReadEvent(c.Response(), c.Request())
	if err != nil {
		return err
	}
	return s.executionEvent(c, body)
}

// executionEvent notes how an execution ended, if that is what a proved event says.
func (s *server) executionEvent(c echo.Context, body []byte) error {
	event, err := decoded(c, s, body, intake.DecodeEvent)
	if err != nil {
		return err
	}
	if event.End != "" {
		closed, err := s.Service.ExecutionEnded(c.Request().Context(), eventBridge, event.ARN, event.End, event.At)
		if err != nil {
			return err
		}
		s.Log.DebugContext(c.Request().Context(), "execution ended", "execution", event.ARN, "how", event.End, "closed", closed, "event", event.ID)
	}
	return c.NoContent(http.StatusNoContent)
}
