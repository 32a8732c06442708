package storetest

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
)

func testPast(t *testing.T, open func(*testing.T) Store) {
	Cases(t, open, map[string]func(*testing.T, Store){
		"Runs":    pastRuns,
		"Bounded": pastBounded,
	})
}

// run puts a callback whose execution went on after a decision.
func run(t testing.TB, s Store, content callbacks.Content, result []byte, options ...callbackstest.Option) {
	t.Helper()
	c := callbackstest.NewCallback(options...)
	announced := c
	announced.State, announced.Ending = callbacks.Pending, nil
	_, err := s.Receive(t.Context(), callbacks.Message{}, announced, content, "f", callbacks.Queues{}.Bind, callbacks.AuditEntry{})
	callbackstest.Must(t, err)
	Change(t, s, c.ID, func(stored *callbacks.Case) error {
		callbackstest.DecidedBy("ada", callbackstest.T0)(&stored.Callback)
		stored.Delivery = &callbacks.Delivery{
			Callback: c.ID, Completion: callbacks.Completion{Kind: callbacks.Success, Result: result},
			FollowUp: &callbacks.FollowUp{
				Status: callbacks.StatusSucceeded, EndedAt: callbackstest.T0.Add(9 * time.Second),
				Steps: []callbacks.FollowUpStep{{Name: "place-order", Status: callbacks.StatusSucceeded, At: callbackstest.T0}},
			},
		}
		return nil
	})
	state, at := callbacks.Completed, callbackstest.T0
	if c.Ending != nil {
		state, at = c.State, c.Ending.At
	}
	Change(t, s, c.ID, func(stored *callbacks.Case) error {
		callbackstest.Ended(state, at)(&stored.Callback)
		return nil
	})
}

func named(name string) callbackstest.Option {
	return func(c *callbacks.Callback) { c.Name = name }
}

func pastRuns(t *testing.T, s Store) {
	mine := []callbackstest.Option{callbackstest.Queue("finance"), callbackstest.Function("pay"), named("sign")}
	with := func(more ...callbackstest.Option) []callbackstest.Option { return slices.Concat(mine, more) }
	run(t, s, callbacks.Content{}, []byte("1e2"), mine...)
	run(t, s, callbacks.Content{Masked: []string{"/iban"}}, []byte("2"), mine...)
	run(t, s, callbacks.Content{}, bytes.Repeat([]byte("3"), 1025), mine...)
	run(t, s, callbacks.Content{}, []byte("4"), with(callbackstest.Queue("legal"))...)
	run(t, s, callbacks.Content{}, []byte("5"), with(callbackstest.Function("refund"))...)
	run(t, s, callbacks.Content{}, []byte("6"), with(named("other"))...)
	run(t, s, callbacks.Content{}, []byte("7"), with(callbackstest.Ended(callbacks.Lost, callbackstest.T0))...)
	Put(t, s, callbackstest.NewCallback(mine...))
	got, err := s.Past(t.Context(), "finance", "pay", "sign", 10)
	callbackstest.Must(t, err)
	slices.SortFunc(got, func(a, b desk.PastRun) int { return bytes.Compare(a.Result, b.Result) })
	want := desk.PastRun{Outcome: "approve", Status: callbacks.StatusSucceeded, Next: "place-order", Took: 9 * time.Second}
	shown := want
	shown.Result = []byte("1e2")
	callbackstest.Same(t, "runs", got, []desk.PastRun{want, want, shown})
}

func pastBounded(t *testing.T, s Store) {
	for range 3 {
		run(t, s, callbacks.Content{}, []byte("1"), callbackstest.Queue("a"), callbackstest.Function("pay"), named(""))
	}
	for range 3 { // of another name: they leave the room of the first
		run(t, s, callbacks.Content{}, []byte("2"), callbackstest.Queue("a"), callbackstest.Function("pay"), named("sign"),
			callbackstest.Ended(callbacks.Completed, callbackstest.T0.Add(time.Hour)))
	}
	got, err := s.Past(t.Context(), "a", "pay", "", 2)
	if err != nil || len(got) != 2 {
		t.Errorf("got %d runs, %v", len(got), err)
	}
}
