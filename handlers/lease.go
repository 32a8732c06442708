package handlers

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
)

// leaseAnswer tells a page about its review. Times are in Unix milliseconds, spans in milliseconds.
type leaseAnswer struct {
	Review     callbacks.ID `json:"review"`
	RenewAfter int64        `json:"renewAfter"`
	AsksAt     int64        `json:"asksAt"`  // when to ask "still reviewing?"
	StopsAt    int64        `json:"stopsAt"` // when the beats stop without an answer
	ServerTime int64        `json:"serverTime"`
	Beats      beats        `json:"beats"`
}

// beats are the last and the next heartbeat of the callback, null for none.
type beats struct {
	On   bool   `json:"on"`
	Last *int64 `json:"last"`
	Next *int64 `json:"next"`
}

// lease opens, renews and releases a review. It is a POST of a script, never part of opening the
// page: a link preview must not keep a function waiting. 404 says that the review has ended, 409
// that there is nothing to review any more.
func (s *server) lease(c echo.Context) error {
	if err := s.reviews.Take(s.person(c).ID, s.Now()); err != nil {
		return err
	}
	form, err := postForm(c)
	if err != nil {
		return err
	}
	ctx, p, id := c.Request().Context(), s.person(c), callbackOf(c)
	review := callbacks.ID(form.Get("review"))
	sign := callbacks.SignOfLife{Input: form.Get("input") == "1", Still: form.Get("still") == "1"}
	var status desk.ReviewStatus
	switch form.Get("action") {
	case "open":
		status, err = s.Service.OpenReview(ctx, p, id, sign)
	case "renew":
		status, err = s.Service.RenewReview(ctx, p, id, review, sign)
	case "release":
		if err := s.Service.ReleaseReview(ctx, p, id, review); err != nil {
			return err
		}
		return c.NoContent(http.StatusNoContent)
	default:
		err = fault.List{{Pointer: "action", Detail: "open, renew or release"}}
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, s.leaseAnswer(status))
}

func (s *server) leaseAnswer(status desk.ReviewStatus) leaseAnswer {
	asks := status.Review.AsksAt(s.Service.ReviewLimits(status.Callback.Queue))
	return leaseAnswer{
		Review:     status.Review.ID,
		RenewAfter: callbacks.ReviewRenewal.Milliseconds(),
		AsksAt:     asks.UnixMilli(),
		StopsAt:    asks.Add(callbacks.ReviewGrace).UnixMilli(),
		ServerTime: s.Now().UnixMilli(),
		Beats: beats{
			On:   !status.Callback.NextHeartbeatAt.IsZero(),
			Last: milliseconds(status.Callback.Clocks.LastHeartbeatAt),
			Next: milliseconds(status.Callback.NextHeartbeatAt),
		},
	}
}

func milliseconds(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	ms := t.UnixMilli()
	return &ms
}
