package sqlstore

import (
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
)

// TestFailedPlans: the failures among all that was completed are found by their own indexes, in
// every order, by whoever asks.
func TestFailedPlans(t *testing.T) {
	t.Parallel()
	s, r := openRecorded(t)
	s.readings = nil // every question is a statement
	// a function is looked for in the queues that there are
	c := callbackstest.NewCallback(callbackstest.Queue("a"))
	if _, err := s.Receive(t.Context(), callbacks.Message{}, c, callbacks.Content{}, "f", callbacks.Queues{}.Bind, callbackstest.Entry(c, callbacks.ActionReceived, c.ReceivedAt)); err != nil {
		t.Fatal(err)
	}
	r.take()
	for reader, q := range map[string]desk.Query{
		"Admin": {AllQueues: true, Operator: true}, "Reviewer": {Queues: []string{"a", "b"}}, "Auditor": {AllQueues: true},
	} {
		for _, f := range []desk.Filter{{}, {Function: "orders"}, {Queue: "a"}, {Source: "shop"}} {
			for _, f.Order = range []desk.Order{"", desk.OrderDeadline, desk.OrderNewest} {
				f.Scope, f.Limit = desk.ScopeAttention, 50
				q.Filter, q.Person, q.Now = f, "ada", callbackstest.T0
				if _, err := s.List(t.Context(), q); err != nil {
					t.Fatal(err)
				}
				if _, err := s.Count(t.Context(), q, 100); err != nil {
					t.Fatal(err)
				}
				total := 0
				for _, text := range r.take() {
					asked, found := strings.Count(text, "failed = 1"), failedSteps(plan(t, s, text))
					if total += asked; asked != found {
						t.Errorf("%s asks %d times and uses the indexes %d times in: %.600s", reader, asked, found, text)
					}
				}
				if total < 2 {
					t.Errorf("%s, %+v: a list and a count asked for failures %d times", reader, f, total)
				}
			}
		}
	}
}

func failedSteps(steps []string) (n int) {
	for _, step := range steps {
		if strings.Contains(step, "INDEX callbacks_failed_by_") {
			n++
		}
	}
	return n
}
