package handlers

import (
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"countersign/internal/live"
)

// events tells a page which of the callbacks that its reader may see have changed. The stream ends by itself after a while;
// the browser connects again, and rights are checked anew. The query says when the page was read (since, Unix milliseconds):
// what changed before its stream was open would not be told otherwise.
func (s *server) events(c echo.Context) error {
	p, queues := s.person(c), s.Service.Queues()
	since := s.Now()
	if ms, err := strconv.ParseInt(c.QueryParam("since"), 10, 64); err == nil {
		since = time.UnixMilli(ms)
	}
	sub := s.Hub.Subscribe(since, func(queue string) bool { return queues.MaySee(p, queue) })
	defer sub.Close()
	return live.Stream(c.Response(), c.Request(), sub)
}
