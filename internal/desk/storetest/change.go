package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/replies"
)

func testChange(t *testing.T, open func(*testing.T) Store) {
	Cases(t, open, map[string]func(*testing.T, Store){
		"WritesAll":                 changeWritesAll,
		"ErrorWritesNothing":        changeError,
		"NotFound":                  changeNotFound,
		"RacingChangesSerialise":    changesRace,
		"OneWinsADecision":          changeOneWinner,
		"ZeroActionWritesNoEntry":   changeWithoutAudit,
		"SecondDeliveryIsRefused":   changeSecondDelivery,
		"BackToNothing":             changeClears,
		"PanicReachesTheCallerOnly": changePanics,
	})
}

func changeWritesAll(t *testing.T, s Store) {
	c := Put(t, s, callbackstest.NewCallback(callbackstest.Heartbeats(time.Minute, callbackstest.T0)))
	other := Put(t, s, callbackstest.NewCallback())
	var want callbacks.Callback
	got := Change(t, s, c.ID, func(c *callbacks.Case) error {
		callbackstest.DecidedBy("ada", callbackstest.T0)(&c.Callback)
		callbackstest.Ended(callbacks.Completed, callbackstest.T0.Add(time.Second))(&c.Callback)
		c.Ending.By, c.Ending.Kind = callbacks.EndedByUs, callbacks.Success
		c.Clocks.LastHeartbeatAt, c.Heartbeats, c.HeldUntil = callbackstest.T0.Add(time.Minute), 4, callbackstest.T0.Add(time.Hour)
		c.Clocks.SeenOpenAt = callbackstest.T0.Add(2 * time.Minute)
		c.Requester = callbacks.Requester{ID: "u-teo", Name: "Teo", Email: "teo@example.com", StatedBy: "u-ops", StatedByAddress: "ops@example.com"}
		c.Requirement = callbacks.Requirement{
			Rule: "large expenses", Version: "3", Basis: callbacks.BasisCondition,
			Terms: callbacks.Terms{
				Signatures: []callbacks.Threshold{{From: []string{"finance-approvers"}, For: 2}, {For: 1}},
				Exclude:    []callbacks.Exclusion{callbacks.ExcludeRequester}, Reason: []callbacks.Stance{callbacks.Against},
				Escalate:           &callbacks.Escalation{After: 0.5, To: []string{"finance-leads"}},
				GroupsNotOlderThan: 8 * time.Hour,
			},
		}
		c.Problem = replies.Throttled
		want = c.Callback
		entry := callbackstest.Entry(c.Callback, callbacks.ActionDecided, callbackstest.T0)
		entry.From, entry.To = callbacks.Pending, callbacks.Completed
		return c.Record(entry, nil)
	})
	want.Revision = c.Revision + 1
	callbackstest.Same(t, "returned and changed callback", got, want)
	callbackstest.Same(t, "stored and changed callback", Get(t, s, c.ID), want)
	callbackstest.Same(t, "another callback", Get(t, s, other.ID), other)
	entries := Audit(t, s, desk.AuditQuery{Callback: c.ID})
	if len(entries) != 2 || entries[0].From != callbacks.Pending || entries[0].To != callbacks.Completed {
		t.Errorf("audit holds %+v, want the change after the arrival", entries)
	}
}

func changeError(t *testing.T, s Store) {
	c := Put(t, s, callbackstest.NewCallback())
	refusal := &callbacks.Refusal{Code: "test", Reason: "No."}
	_, err := s.Change(t.Context(), c.ID, callbacks.Parts{}, func(c *callbacks.Case) error {
		callbackstest.DecidedBy("ada", callbackstest.T0)(&c.Callback)
		c.Audit = append(c.Audit, callbackstest.Entry(c.Callback, callbacks.ActionDecided, callbackstest.T0))
		c.Delivery = &callbacks.Delivery{Callback: c.ID, Completion: callbackstest.NewCompletion(), DueAt: callbackstest.T0}
		return refusal
	})
	if err != error(refusal) { //nolint:errorlint // as it is, not wrapped
		t.Errorf("got %v, want fn's own error as it is", err)
	}
	callbackstest.Same(t, "callback before and after", Get(t, s, c.ID), c)
	callbackstest.Same(t, "actions", AuditOf(t, s, c.ID), []callbacks.Action{callbacks.ActionReceived})
	if _, err := s.Delivery(t.Context(), c.ID); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("delivery gives %v, want ErrNotFound", err)
	}
}

func changeNotFound(t *testing.T, s Store) {
	_, err := s.Change(t.Context(), callbacks.NewID(), callbacks.Parts{}, func(*callbacks.Case) error {
		t.Error("fn was run without a callback")
		return nil
	})
	if !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}

func changesRace(t *testing.T, s Store) {
	const n = 30
	c := Put(t, s, callbackstest.NewCallback())
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			_, err := s.Change(t.Context(), c.ID, callbacks.Parts{}, func(c *callbacks.Case) error {
				c.Heartbeats++
				return c.Record(callbackstest.Entry(c.Callback, callbacks.ActionHeartbeat, callbackstest.T0), nil)
			})
			if err != nil {
				t.Errorf("change: %v", err)
			}
		})
	}
	all.Wait()
	got := Get(t, s, c.ID)
	if got.Heartbeats != n || got.Revision != c.Revision+n {
		t.Errorf("%d changes counted %d and raised the revision by %d", n, got.Heartbeats, got.Revision-c.Revision)
	}
	if entries := AuditOf(t, s, c.ID); len(entries) != n+1 {
		t.Errorf("audit holds %d entries, want %d", len(entries), n+1)
	}
}

func changeOneWinner(t *testing.T, s Store) {
	c := Put(t, s, callbackstest.NewCallback())
	var mu sync.Mutex
	var winners []string
	var all sync.WaitGroup
	for _, subject := range []string{"ada", "bob", "cem", "dan", "eve"} {
		all.Go(func() {
			_, err := s.Change(t.Context(), c.ID, callbacks.Parts{}, func(c *callbacks.Case) error {
				if c.State != callbacks.Pending {
					return callbacks.ErrConflict
				}
				callbackstest.DecidedBy(subject, callbackstest.T0)(&c.Callback)
				c.Delivery = &callbacks.Delivery{Callback: c.ID, Completion: callbackstest.NewCompletion(), DueAt: callbackstest.T0}
				return c.Record(callbackstest.Entry(c.Callback, callbacks.ActionDecided, callbackstest.T0), nil)
			})
			switch {
			case err == nil:
				mu.Lock()
				winners = append(winners, subject)
				mu.Unlock()
			case !errors.Is(err, callbacks.ErrConflict):
				t.Errorf("got %v, want ErrConflict", err)
			}
		})
	}
	all.Wait()
	if len(winners) != 1 || Get(t, s, c.ID).Decision.By.ID != winners[0] {
		t.Errorf("winners are %v, the decision is %s's; want one and the same", winners, Get(t, s, c.ID).Decision.By.ID)
	}
}

func changeWithoutAudit(t *testing.T, s Store) {
	c := Put(t, s, callbackstest.NewCallback())
	Change(t, s, c.ID, func(*callbacks.Case) error { return nil })
	callbackstest.Same(t, "actions", AuditOf(t, s, c.ID), []callbacks.Action{callbacks.ActionReceived})
	if got := Get(t, s, c.ID).Revision; got != c.Revision+1 {
		t.Errorf("revision is %d, want %d", got, c.Revision+1)
	}
}

func changeSecondDelivery(t *testing.T, s Store) {
	c := Put(t, s, callbackstest.NewCallback())
	decided := Decide(t, s, c.ID, callbackstest.T0)
	_, err := s.Change(t.Context(), c.ID, callbacks.Parts{}, func(c *callbacks.Case) error {
		c.Heartbeats = 99
		c.Delivery = &callbacks.Delivery{Callback: c.ID, Completion: callbacks.Completion{Kind: callbacks.Failure}, DueAt: callbackstest.T0}
		return nil
	})
	if !errors.Is(err, callbacks.ErrConflict) {
		t.Errorf("got %v, want ErrConflict", err)
	}
	callbackstest.Same(t, "callback before and after", Get(t, s, c.ID), decided)
	d, err := s.Delivery(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	callbackstest.Same(t, "completion", d.Completion, callbackstest.NewCompletion())
}

func changeClears(t *testing.T, s Store) {
	c := Put(t, s, callbackstest.NewCallback(callbackstest.DecidedBy("ada", callbackstest.T0), callbackstest.Ended(callbacks.Unconfirmed, callbackstest.T0), callbackstest.Problem(replies.None)))
	got := Change(t, s, c.ID, func(c *callbacks.Case) error {
		c.State, c.Ending, c.Problem, c.Decision = callbacks.Pending, nil, "", nil
		return nil
	})
	if got.Ending != nil || got.Decision != nil || got.Problem != "" {
		t.Errorf("got ending %v, decision %v, problem %q; want none", got.Ending, got.Decision, got.Problem)
	}
	callbackstest.Same(t, "stored and returned callback", Get(t, s, c.ID), got)
}

func changePanics(t *testing.T, s Store) {
	c := Put(t, s, callbackstest.NewCallback())
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic of fn was swallowed")
			}
		}()
		_, _ = s.Change(t.Context(), c.ID, callbacks.Parts{}, func(c *callbacks.Case) error {
			c.Heartbeats = 99
			panic("on purpose")
		})
	}()
	callbackstest.Same(t, "callback before and after", Get(t, s, c.ID), c)
	Change(t, s, c.ID, func(*callbacks.Case) error { return nil })
}
