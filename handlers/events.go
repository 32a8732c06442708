package handlers

import (
	"github.com/labstack/echo/v4"

	"countersign/internal/live"
)

// events tells a page which of the callbacks that its reader may see have changed. The stream ends by itself after a while;
// the browser connects again, and rights are checked anew.
func (s *server) events(c echo.Context) error {
	p, queues := s.person(c), s.Service.Queues()
	sub := s.Hub.Subscribe(func(queue string) bool { return queues.MaySee(p, queue) })
	defer sub.Close()
	return live.Stream(c.Response(), c.Request(), sub)
}
