package discovery_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/discovery"
	"countersign/internal/replies"
	"countersign/internal/standin/locallambda/fault"
)

func TestDiscovery_BudgetHolds(t *testing.T) {
	t.Parallel()
	const executions, rate = 40, 5
	s := newSearch(t, rate, discovery.Watch{Function: "expenses", Region: region, Queue: "finance"})
	register(s, "expenses", sign)
	for range executions {
		s.begin("expenses")
	}
	s.clock.Advance(discovery.AnnouncedWithin)
	began, total := s.clock.Now(), 0
	for first := true; first || !s.discovery.Idle(); first = false {
		s.round()
		total += len(s.front.take())
		if allowed := rate + int(s.clock.Now().Sub(began).Seconds()*rate); total > allowed {
			t.Fatalf("%d requests after %v, at most %d are allowed", total, s.clock.Now().Sub(began), allowed)
		}
		s.clock.Advance(100 * time.Millisecond)
	}
	if total != 1+2*executions || len(s.all()) != executions {
		t.Errorf("%d requests found %d callbacks", total, len(s.all()))
	}
	if w := s.watches()[0]; w.Unannounced != executions || w.Open != executions {
		t.Errorf("watch is %+v", w)
	}
}

func TestDiscovery_Throttled(t *testing.T) {
	t.Parallel()
	s := watching(t, "expenses")
	register(s, "expenses", sign)
	s.start("expenses")
	s.engine.SetFaults(nil, fault.Fault{Kind: fault.Throttled, Operation: "GetDurableExecutionHistory", Count: 1, RetryAfter: 40 * time.Second})
	next, err := s.discovery.RunOnce(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 5 { // whatever wakes it
		s.round()
	}
	if asked := s.front.take(); !slices.Equal(asked, []string{"list", "history"}) {
		t.Fatalf("asked for %v, want a stop at the first 429", asked)
	}
	if want := s.clock.Now().Add(40 * time.Second); !next.Equal(want) {
		t.Errorf("next round at %v, want after the pause at %v", next, want)
	}
	budgets, err := s.store.Quotas(t.Context())
	if err != nil || len(budgets) != 1 || !budgets[0].Throttled(s.clock.Now()) {
		t.Errorf("budgets are %+v, %v; want one that is throttled", budgets, err)
	}
	s.clock.Advance(40 * time.Second)
	s.scan()
	s.only(callbacks.Pending)
}

func TestDiscovery_WhatCannotBeRead(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		operation, code string
		status          int
		found           int
		problem         replies.Reply
		scanned         bool
	}{
		"ListDenied":      {"list", "AccessDeniedException", 403, 0, replies.Denied, false},
		"FunctionDeleted": {"list", "ResourceNotFoundException", 404, 0, replies.Gone, false},
		"HistoryDenied":   {"history", "AccessDeniedException", 403, 0, replies.Denied, true},
		"HistoryFails":    {"history", "ServiceException", 500, 0, replies.Fault, false},
		"InputEncrypted":  {"input", "KMSAccessDeniedException", 502, 1, replies.KMS, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := watching(t, "expenses")
			register(s, "expenses", sign)
			s.start("expenses")
			s.front.answerWith(refusing(tc.operation, tc.status, tc.code))
			s.scan()
			if n := len(s.all()); n != tc.found {
				t.Errorf("found %d, want %d", n, tc.found)
			}
			if w := s.watches()[0]; w.Problem != tc.problem || w.ScannedAt.IsZero() == tc.scanned {
				t.Errorf("watch is %+v", w)
			}
			s.front.answerWith(nil)
			s.clock.Advance(time.Hour / 2)
			s.scan()
			if w := s.watches()[0]; w.Problem != "" || len(s.all()) != 1 && tc.found == 1 {
				t.Errorf("afterwards: watch is %+v with %d found", w, len(s.all()))
			}
		})
	}
}

func TestDiscovery_ExecutionGone(t *testing.T) {
	t.Parallel()
	s := watching(t, "expenses")
	register(s, "expenses", sign)
	s.start("expenses")
	s.scan()
	s.front.answerWith(refusing("history", http.StatusNotFound, "ResourceNotFoundException"))
	s.again()
	if got := s.only(callbacks.Closed); got.Ending.By != callbacks.EndedByGone {
		t.Errorf("ending is %+v", got.Ending)
	}
}
