package storetest

import (
	"errors"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
)

func testReviews(t *testing.T, open func(*testing.T) Store) {
	Cases(t, open, map[string]func(*testing.T, Store){
		"OpenRenewClose":       reviewLife,
		"LongestFirst":         reviewOrder,
		"ErrorWritesNothing":   reviewError,
		"NotFound":             reviewNotFound,
		"CloseWhatNobodyRenew": reviewsClosed,
		"ReviewersInLists":     reviewersInLists,
	})
}

// newReview is a review that was opened and last renewed at the given time.
func newReview(c callbacks.Callback, subject string, at time.Time) callbacks.Review {
	return callbacks.Review{ID: callbacks.NewID(), Callback: c.ID, By: callbackstest.Person(subject), OpenedAt: at, RenewedAt: at, LastInputAt: at}
}

func putReview(t testing.TB, s Store, reviews ...callbacks.Review) callbacks.Callback {
	t.Helper()
	c, err := s.Change(t.Context(), reviews[0].Callback, callbacks.Parts{Reviews: true}, func(c *callbacks.Case) error {
		c.Bookkeeping, c.Reviews = true, append(c.Reviews, reviews...)
		return nil
	})
	if err != nil {
		t.Fatalf("review: %v", err)
	}
	return c
}

func reviews(t testing.TB, s Store, id callbacks.ID) []callbacks.Review {
	t.Helper()
	open, err := s.Reviews(t.Context(), id)
	if err != nil {
		t.Fatalf("reviews: %v", err)
	}
	return open
}

func reviewLife(t *testing.T, s Store) {
	c := Put(t, s, callbackstest.NewCallback(callbackstest.Heartbeats(time.Minute, time.Time{})))
	r := newReview(c, "ada", callbackstest.T0)
	got, err := s.Change(t.Context(), c.ID, callbacks.Parts{Reviews: true}, func(c *callbacks.Case) error {
		callbackstest.Same(t, "open reviews", c.Reviews, nil)
		c.HeldUntil, c.NextHeartbeatAt = callbackstest.T0.Add(30*time.Second), callbackstest.T0
		c.Bookkeeping, c.Reviews = true, append(c.Reviews, r)
		return c.Record(callbackstest.Entry(c.Callback, callbacks.ActionReviewOpened, callbackstest.T0), nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	want := c
	want.HeldUntil, want.NextHeartbeatAt = callbackstest.T0.Add(30*time.Second), callbackstest.T0
	callbackstest.Same(t, "callback: that somebody looks makes no other page stale", got, want)
	callbackstest.Same(t, "stored callback", Get(t, s, c.ID), want)
	callbackstest.Same(t, "reviews", reviews(t, s, c.ID), []callbacks.Review{r})
	callbackstest.Same(t, "actions", AuditOf(t, s, c.ID), []callbacks.Action{callbacks.ActionReviewOpened, callbacks.ActionReceived})

	r.RenewedAt, r.LastInputAt = callbackstest.T0.Add(10*time.Second), callbackstest.T0.Add(9*time.Second)
	putReview(t, s, r)
	callbackstest.Same(t, "renewed reviews", reviews(t, s, c.ID), []callbacks.Review{r})
	if n := len(AuditOf(t, s, c.ID)); n != 2 {
		t.Errorf("audit holds %d entries, want 2: a renewal is none", n)
	}

	r.ClosedAt = callbackstest.T0.Add(20 * time.Second)
	putReview(t, s, r)
	callbackstest.Same(t, "reviews after the last was closed", reviews(t, s, c.ID), nil)
}

func reviewOrder(t *testing.T, s Store) {
	c, other := Put(t, s, callbackstest.NewCallback()), Put(t, s, callbackstest.NewCallback())
	first, second, third := newReview(c, "ada", callbackstest.T0), newReview(c, "bob", callbackstest.T0.Add(time.Second)), newReview(c, "ada", callbackstest.T0.Add(2*time.Second))
	closed := newReview(c, "cem", callbackstest.T0)
	closed.ClosedAt = callbackstest.T0
	putReview(t, s, third, first, closed)
	putReview(t, s, second)
	putReview(t, s, newReview(other, "eve", callbackstest.T0))
	want := []callbacks.Review{first, second, third}
	callbackstest.Same(t, "reviews", reviews(t, s, c.ID), want)
	if _, err := s.Change(t.Context(), c.ID, callbacks.Parts{Reviews: true}, func(c *callbacks.Case) error {
		callbackstest.Same(t, "reviews that fn gets, closed ones behind", c.Reviews, append(want[:3:3], closed))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	callbackstest.Same(t, "reviews after a change of none", reviews(t, s, c.ID), want)
}

func reviewError(t *testing.T, s Store) {
	c := Put(t, s, callbackstest.NewCallback())
	wrong := errors.New("fn does not want to")
	_, err := s.Change(t.Context(), c.ID, callbacks.Parts{Reviews: true}, func(c *callbacks.Case) error {
		c.Heartbeats = 99
		c.Reviews = append(c.Reviews, newReview(c.Callback, "ada", callbackstest.T0))
		c.Audit = append(c.Audit, callbackstest.Entry(c.Callback, callbacks.ActionReviewOpened, callbackstest.T0))
		return wrong
	})
	if err != wrong { //nolint:errorlint // as it is, not wrapped
		t.Errorf("got %v, want fn's own error as it is", err)
	}
	callbackstest.Same(t, "callback before and after", Get(t, s, c.ID), c)
	callbackstest.Same(t, "reviews", reviews(t, s, c.ID), nil)
	callbackstest.Same(t, "actions", AuditOf(t, s, c.ID), []callbacks.Action{callbacks.ActionReceived})
}

func reviewNotFound(t *testing.T, s Store) {
	_, err := s.Change(t.Context(), callbacks.NewID(), callbacks.Parts{Reviews: true}, func(c *callbacks.Case) error {
		t.Error("fn was run without a callback")
		return nil
	})
	if !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
	callbackstest.Same(t, "reviews", reviews(t, s, callbacks.NewID()), nil)
}

func reviewsClosed(t *testing.T, s Store) {
	a, b := Put(t, s, callbackstest.NewCallback()), Put(t, s, callbackstest.NewCallback())
	old, older, young := newReview(a, "ada", callbackstest.T0.Add(time.Second)), newReview(a, "bob", callbackstest.T0), newReview(b, "cem", callbackstest.T0.Add(time.Minute))
	putReview(t, s, old, older)
	putReview(t, s, young)
	closeReviews := func(limit int) []callbacks.Callback {
		left, err := s.CloseReviews(t.Context(), callbackstest.T0.Add(time.Second), callbackstest.T0.Add(time.Hour), limit)
		if err != nil {
			t.Fatal(err)
		}
		return left
	}
	callbackstest.Same(t, "callbacks that lost one review", closeReviews(1), []callbacks.Callback{a})
	callbackstest.Same(t, "reviews after the limit of one", reviews(t, s, a.ID), []callbacks.Review{old})
	callbackstest.Same(t, "callbacks that lost the other", closeReviews(10), []callbacks.Callback{a})
	callbackstest.Same(t, "reviews of the first", reviews(t, s, a.ID), nil)
	callbackstest.Same(t, "reviews of the second", reviews(t, s, b.ID), []callbacks.Review{young})
	callbackstest.Same(t, "callbacks when there is nothing to close", closeReviews(10), nil)
}

func reviewersInLists(t *testing.T, s Store) {
	c := Put(t, s, callbackstest.NewCallback())
	Put(t, s, callbackstest.NewCallback(callbackstest.ReceivedAt(callbackstest.T0.Add(time.Minute))))
	now := callbackstest.T0.Add(callbacks.ReviewLease)
	gone, closed := newReview(c, "gone", callbackstest.T0), newReview(c, "closed", now)
	closed.ClosedAt = now
	putReview(t, s, gone, closed, newReview(c, "bob", now.Add(-time.Second)), newReview(c, "ada", now.Add(-2*time.Second)), newReview(c, "ada", now))
	rows := List(t, s, desk.Query{Filter: desk.Filter{Scope: desk.ScopeAvailable}, AllQueues: true, Now: now}).Rows
	if len(rows) != 2 {
		t.Fatalf("got %d rows, want 2", len(rows))
	}
	callbackstest.Same(t, "reviewers", rows[0].Reviewers, []callbacks.Actor{callbackstest.Person("ada"), callbackstest.Person("bob")})
	callbackstest.Same(t, "reviewers of what nobody reviews", rows[1].Reviewers, nil)
}
