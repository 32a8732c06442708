package callbacks_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"countersign/durable"
	"countersign/internal/callbacks"
	"countersign/internal/locallambda"
)

func TestDiscovery_FindsWhatNobodyAnnounced(t *testing.T) {
	t.Parallel()
	s := watching(t, "expenses")
	register(s, "expenses", sign)
	began := s.clock.Now()
	arn, token := s.start("expenses")
	s.scan()
	got := s.only(callbacks.Pending)
	want := callbacks.Clocks{StartedAt: began, Timeout: time.Hour, HeartbeatTimeout: 10 * time.Minute, ExecutionDeadline: began.Add(7 * time.Hour)}
	if got.Clocks != want {
		t.Errorf("clocks are %+v, want %+v", got.Clocks, want)
	}
	if got.Source != callbacks.SourceDiscovery || got.Title != "expenses: sign" || got.Queue != "finance" || got.Function != "expenses" ||
		got.ExecutionARN != arn || string(got.CallbackID) != token || got.Region != region {
		t.Errorf("found %+v", got)
	}
	content, err := s.store.Content(t.Context(), got.ID)
	if err != nil || string(content.Payload) != `{"order":7}` {
		t.Errorf("content is %q, %v; want the execution's input", content.Payload, err)
	}
	if told := s.told(got.ID); !slices.Equal(told, []string{"Found in the execution's history; nobody announced it."}) {
		t.Errorf("the audit says %q", told)
	}
	if n := s.notices.count(); n != 1 {
		t.Errorf("%d notices, want 1", n)
	}
	if w := s.watches()[0]; w.Running != 1 || w.Open != 1 || w.Unannounced != 1 || !w.ScannedAt.Equal(s.clock.Now()) || w.Problem != "" {
		t.Errorf("watch is %+v", w)
	}
}

func TestDiscovery_KnownExecutionCostsOneRequest(t *testing.T) {
	t.Parallel()
	s := watching(t, "expenses")
	register(s, "expenses", sign)
	s.start("expenses")
	for i, want := range [][]string{{"list", "history", "input"}, {"list", "history"}, {"list", "history"}} {
		s.again()
		if asked := s.front.take(); !slices.Equal(asked, want) {
			t.Errorf("scan %d asked for %v, want %v", i+1, asked, want)
		}
	}
	s.clock.Advance(29 * time.Second)
	s.scan()
	if asked := s.front.take(); len(asked) != 0 {
		t.Errorf("asked for %v before the next scan is due", asked)
	}
	s.only(callbacks.Pending)
}

// TestDiscovery_Ends: each way in which a callback that was found ends without the desk.
func TestDiscovery_Ends(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		end    func(t *testing.T, s *search, arn, token string)
		state  callbacks.State
		ending callbacks.Ending
	}{
		"CompletedElsewhere": {
			func(t *testing.T, s *search, _, token string) {
				_, err := s.aws.SendDurableExecutionCallbackSuccess(t.Context(), &lambda.SendDurableExecutionCallbackSuccessInput{CallbackId: &token, Result: []byte(`"yes"`)})
				if err != nil {
					t.Fatal(err)
				}
				s.log.Next(t, locallambda.ExecutionEnded)
			},
			callbacks.Closed, callbacks.Ending{By: callbacks.EndedByOther, Kind: callbacks.Success, Detail: "Another client completed the callback with a success."},
		},
		"Stopped": {
			func(t *testing.T, s *search, arn, _ string) {
				if _, err := s.aws.StopDurableExecution(t.Context(), &lambda.StopDurableExecutionInput{DurableExecutionArn: &arn}); err != nil {
					t.Fatal(err)
				}
			},
			callbacks.Closed, callbacks.Ending{By: callbacks.EndedByExecution, Detail: "The execution was stopped."},
		},
		"HeartbeatTimedOut": {
			func(_ *testing.T, s *search, _, _ string) { s.clock.Advance(11 * time.Minute) },
			callbacks.TimedOut, callbacks.Ending{By: callbacks.EndedByClock, Cause: callbacks.CauseHeartbeat, Detail: "No heartbeat came within the heartbeat timeout."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := watching(t, "expenses")
			register(s, "expenses", sign)
			arn, token := s.start("expenses")
			s.scan()
			tc.end(t, s, arn, token)
			s.again()
			got := s.only(tc.state)
			if got.Ending.Event == 0 || got.Ending.At.IsZero() || got.Ending.At.After(s.clock.Now()) {
				t.Errorf("ending is %+v, want it from an event", got.Ending)
			}
			got.Ending.Event, got.Ending.At = 0, time.Time{}
			if *got.Ending != tc.ending {
				t.Errorf("ending is %+v, want %+v", *got.Ending, tc.ending)
			}
			s.again()
			if w := s.watches()[0]; w.Running != 0 || w.Open != 0 {
				t.Errorf("the execution is not forgotten: %+v", w)
			}
		})
	}
}

func TestDiscovery_ExecutionTimedOut(t *testing.T) {
	t.Parallel()
	s := watching(t, "slow")
	register(s, "slow", func(ctx durable.Context, _ any) (string, error) {
		c, err := durable.CreateCallback[string](ctx, "for-ever")
		if err != nil {
			return "", err
		}
		return c.Get()
	})
	s.start("slow")
	s.scan()
	s.clock.Advance(8 * time.Hour)
	s.scan()
	if got := s.only(callbacks.TimedOut); got.Ending.Cause != callbacks.CauseExecution {
		t.Errorf("ending is %+v, want the execution's limit", got.Ending)
	}
}

func TestDiscovery_SubmitterFailed(t *testing.T) {
	t.Parallel()
	s := watching(t, "hasty")
	register(s, "hasty", func(ctx durable.Context, _ any) (string, error) {
		_, err := durable.WaitForCallback[string](ctx, "sign-off", func(durable.StepContext, string) error { return errors.New("no mail server") },
			durable.WithSubmitterRetry(durable.NoRetry()))
		if err == nil {
			return "", errors.New("the submitter did not fail")
		}
		return "", durable.Wait(ctx, "later", time.Hour)
	})
	_, token := s.start("hasty")
	known := s.announce(token, nil).Callback // its submitter announced it before it failed
	s.scan()
	got := s.only(callbacks.Closed)
	if got.ID != known.ID || got.Ending.By != callbacks.EndedByExecution || !strings.Contains(got.Ending.Detail, "ended without it") {
		t.Errorf("got %+v", got.Ending)
	}
}

func TestDiscovery_NamesWaitForCallback(t *testing.T) {
	t.Parallel()
	s := watching(t, "waits")
	register(s, "waits", func(ctx durable.Context, _ any) (string, error) {
		return durable.WaitForCallback[string](ctx, "sign-off", func(durable.StepContext, string) error { return nil })
	})
	s.start("waits")
	s.scan()
	if got := s.only(callbacks.Pending); got.Name != "sign-off" || got.Title != "waits: sign-off" {
		t.Errorf("found %q, %q", got.Name, got.Title)
	}
}

func TestDiscovery_CorrectsTheClocksOnce(t *testing.T) {
	t.Parallel()
	s := watching(t, "expenses")
	register(s, "expenses", sign)
	began := s.clock.Now()
	arn, token := s.start("expenses")
	s.clock.Advance(40 * time.Second)
	known := s.announce(token, func(a *callbacks.Announcement) { a.Timeout = 5 * time.Hour }).Callback
	s.scan()
	s.again()
	got := s.only(callbacks.Pending)
	want := callbacks.Clocks{StartedAt: began, Timeout: time.Hour, HeartbeatTimeout: 10 * time.Minute, ExecutionDeadline: began.Add(7 * time.Hour)}
	if got.ID != known.ID || got.Clocks != want || got.Name != "sign" || got.ExecutionARN != arn || got.Source != "expenses" || got.Title != known.Title {
		t.Errorf("got %+v", got)
	}
	told := s.told(got.ID)
	if len(told) != 2 || told[1] != "Taken from the execution's history: start, timeout, heartbeat timeout, execution limit, name, execution." {
		t.Errorf("the audit says %q", told)
	}
	if asked := s.front.take(); slices.Contains(asked, "input") {
		t.Errorf("asked for %v: what was announced needs no input", asked)
	}
}

// TestDiscovery_CorrectsTheExecution: what is read of an execution afterwards, and what is told of it, is of the right one.
func TestDiscovery_CorrectsTheExecution(t *testing.T) {
	t.Parallel()
	for name, function := range map[string]string{"FunctionFromTheARN": "", "FunctionAnnounced": "Expenses"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := watching(t, "expenses")
			register(s, "expenses", sign)
			arn, token := s.start("expenses")
			s.announce(token, func(a *callbacks.Announcement) {
				a.Function, a.ExecutionARN = function, "arn:aws:lambda:us-east-1:123456789012:function:refunds:1/durable-execution/x/y"
			})
			s.scan()
			want := "expenses"
			if function != "" {
				want = function
			}
			if got := s.only(callbacks.Pending); got.ExecutionARN != arn || got.Region != region || got.Function != want {
				t.Errorf("it is in %s of %s in %s", got.ExecutionARN, got.Function, got.Region)
			}
			closed, err := s.service.ExecutionEnded(t.Context(), callbacks.System("eventbridge"), arn, callbacks.ExecutionStopped, s.clock.Now())
			if err != nil || closed != 1 {
				t.Errorf("the end of its execution closed %d, %v", closed, err)
			}
		})
	}
}

func TestDiscovery_RightAnnouncementStays(t *testing.T) {
	t.Parallel()
	s := watching(t, "expenses")
	register(s, "expenses", sign)
	began := s.clock.Now()
	arn, token := s.start("expenses")
	known := s.announce(token, func(a *callbacks.Announcement) {
		a.Name, a.ExecutionARN, a.Timeout, a.HeartbeatTimeout = "sign", arn, time.Hour, 10*time.Minute
		a.StartedAt, a.ExecutionDeadline = began.Add(300*time.Millisecond), began.Add(7*time.Hour)
	}).Callback
	s.scan()
	if got := s.only(callbacks.Pending); got.Revision != known.Revision || len(s.told(got.ID)) != 1 {
		t.Errorf("changed to %+v", got)
	}
}

func TestDiscovery_AnnouncementAfterwards(t *testing.T) {
	t.Parallel()
	s := watching(t, "expenses")
	register(s, "expenses", sign)
	_, token := s.start("expenses")
	s.scan()
	found := s.only(callbacks.Pending)
	say := func(a *callbacks.Announcement) {
		a.Queue, a.Title, a.Timeout = "default", "Dinner for nine", time.Second
	}
	if r := s.announce(token, say); !r.Created || r.Callback.ID != found.ID {
		t.Errorf("receipt is %+v, want the found callback, created", r)
	}
	got := s.only(callbacks.Pending)
	if got.Title != "Dinner for nine" || got.Queue != "default" || got.Source != "expenses" || got.Clocks != found.Clocks {
		t.Errorf("got %+v", got)
	}
	if told := s.told(got.ID); len(told) != 2 || told[1] != "Announced after it was found in the execution's history." {
		t.Errorf("the audit says %q", told)
	}
	if r := s.announce(token, say); r.Created {
		t.Error("the same announcement again counts as created")
	}
	_, err := s.service.Receive(t.Context(), callbacks.Source{Name: "expenses"}, "", callbacks.Announcement{CallbackID: token, Title: "other"})
	if !errors.Is(err, callbacks.ErrDifferent) {
		t.Errorf("another announcement gives %v, want ErrDifferent", err)
	}
}

func TestDiscovery_LeavesTheDecidedToTheirDelivery(t *testing.T) {
	t.Parallel()
	s, d, c, _ := foundIn(t, callbacks.DefaultQueue)
	arn := c.ExecutionARN
	d.mustDecide(rita, c.ID, "approve", "")
	if _, err := s.aws.StopDurableExecution(t.Context(), &lambda.StopDurableExecutionInput{DurableExecutionArn: &arn}); err != nil {
		t.Fatal(err)
	}
	s.again()
	s.only(callbacks.Decided)
}

func TestDiscovery_BudgetHolds(t *testing.T) {
	t.Parallel()
	const executions, rate = 40, 5
	s := newSearch(t, rate, callbacks.Watch{Function: "expenses", Region: region, Queue: "finance"})
	register(s, "expenses", sign)
	for range executions {
		s.begin("expenses")
	}
	s.clock.Advance(callbacks.AnnouncedWithin)
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
	s.engine.SetFaults(nil, locallambda.Fault{Kind: locallambda.FaultThrottled, Operation: "GetDurableExecutionHistory", Count: 1, RetryAfter: 40 * time.Second})
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
	budgets, err := s.store.Budgets(t.Context())
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
		problem         callbacks.Answer
		scanned         bool
	}{
		"ListDenied":      {"list", "AccessDeniedException", 403, 0, callbacks.AnswerDenied, false},
		"FunctionDeleted": {"list", "ResourceNotFoundException", 404, 0, callbacks.AnswerGone, false},
		"HistoryDenied":   {"history", "AccessDeniedException", 403, 0, callbacks.AnswerDenied, true},
		"HistoryFails":    {"history", "ServiceException", 500, 0, callbacks.AnswerFault, false},
		"InputEncrypted":  {"input", "KMSAccessDeniedException", 502, 1, callbacks.AnswerKMS, true},
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

// TestDiscovery_TokensWithPayloadsOnly is an endpoint that gives callback IDs only where payloads are asked for: AWS does
// not say which it is.
func TestDiscovery_TokensWithPayloadsOnly(t *testing.T) {
	t.Parallel()
	s := watching(t, "expenses")
	register(s, "expenses", sign)
	s.start("expenses")
	rewritten := s.rewritten(func(e map[string]any) {
		if e["EventType"] == "CallbackStarted" {
			e["CallbackStartedDetails"] = map[string]any{}
		}
	})
	s.front.answerWith(func(w http.ResponseWriter, r *http.Request, operation string) bool {
		return r.URL.Query().Get("IncludeExecutionData") != "true" && rewritten(w, r, operation)
	})
	s.scan()
	s.only(callbacks.Pending)
	s.front.take()
	s.again()
	if asked := s.front.take(); !slices.Equal(asked, []string{"list", "history"}) {
		t.Errorf("asked for %v, want payloads from the start", asked)
	}
}

func TestDiscovery_EveryFunction(t *testing.T) {
	t.Parallel()
	s := newSearch(t, 1000, callbacks.Watch{Function: callbacks.EveryFunction, Region: region, Queue: "default"},
		callbacks.Watch{Function: "arn:aws:lambda:" + region + ":123456789012:function:expenses", Region: region, Queue: "finance"})
	for _, name := range []string{"expenses", "refunds"} {
		register(s, name, sign)
		s.start(name)
	}
	s.scan()
	s.scan() // the functions that the first one listed
	queues := map[string]string{}
	for _, c := range s.all() {
		queues[c.Function] = c.Queue
	}
	if len(queues) != 2 || queues["expenses"] != "finance" || queues["refunds"] != "default" {
		t.Errorf("found in %v", queues)
	}
	asked := s.front.take()
	s.again()
	if n := len(slices.DeleteFunc(append(asked, s.front.take()...), func(o string) bool { return o != "functions" })); n != 1 {
		t.Errorf("listed functions %d times, want once in 10 minutes", n)
	}
}

func TestDiscovery_CrashInTheMiddle(t *testing.T) {
	t.Parallel()
	s := newSearch(t, 1, callbacks.Watch{Function: "expenses", Region: region, Queue: "finance"})
	register(s, "expenses", sign)
	s.start("expenses")
	s.round() // the budget lets it list and no more
	s.discovery = callbacks.NewDiscovery(s.settings)
	s.clock.Advance(30 * time.Second)
	s.scan()
	if n := len(s.all()); n != 0 {
		t.Fatalf("the next worker found %d under the lease of the one that died", n)
	}
	s.again()
	s.only(callbacks.Pending)
}

// one is an Executions that notices when two scans of a function overlap.
type one struct {
	callbacks.Executions
	mu    *sync.Mutex
	lists map[string]int
}

func (o one) RunningExecutions(ctx context.Context, of callbacks.Watch, marker string) (callbacks.ExecutionPage, error) {
	o.mu.Lock()
	o.lists[of.Function]++
	o.mu.Unlock()
	return o.Executions.RunningExecutions(ctx, of, marker)
}

func TestDiscovery_TwoWorkersShareTheFunctions(t *testing.T) {
	t.Parallel()
	var watches []callbacks.Watch
	names := []string{"a", "b", "c", "d", "e", "f"}
	for _, name := range names {
		watches = append(watches, callbacks.Watch{Function: name, Region: region, Queue: "finance"})
	}
	s := newSearch(t, 1000, watches...)
	for _, name := range names {
		register(s, name, sign)
		s.start(name)
	}
	seen := one{Executions: s.api, mu: &sync.Mutex{}, lists: map[string]int{}}
	s.settings.Executions = seen
	var both sync.WaitGroup
	for range 2 {
		worker := callbacks.NewDiscovery(s.settings)
		both.Go(func() {
			for range 3 {
				if _, err := worker.RunOnce(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	both.Wait()
	for _, name := range names {
		if seen.lists[name] != 1 {
			t.Errorf("%s was listed %d times, want once", name, seen.lists[name])
		}
	}
	if n := len(s.all()); n != len(names) {
		t.Errorf("found %d, want %d", n, len(names))
	}
}

func TestDiscovery_Off(t *testing.T) {
	t.Parallel()
	s := watching(t, "expenses")
	register(s, "expenses", sign)
	s.start("expenses")
	s.scan()
	s.front.take()
	s.settings.Watches = nil
	s.discovery = callbacks.NewDiscovery(s.settings)
	s.clock.Advance(time.Hour)
	s.scan()
	if asked := s.front.take(); len(asked) != 0 || len(s.watches()) != 0 {
		t.Errorf("asked for %v, watches %+v; want nothing", asked, s.watches())
	}
}

func TestSearched(t *testing.T) {
	t.Parallel()
	s := watching(t, "expenses")
	register(s, "expenses", sign)
	s.scan()
	for _, p := range []callbacks.Person{ops, {Subject: "u-eve", Roles: callbacks.Roles{Auditor: true}}} {
		got, err := s.service.Searched(t.Context(), p)
		if err != nil || len(got.Watches) != 1 || got.Budget(callbacks.Lane{Region: region}) == nil || got.Budget(callbacks.Lane{Region: "us-east-1"}) != nil {
			t.Errorf("%s sees %+v, %v", p.Subject, got, err)
		}
	}
	if _, err := s.service.Searched(t.Context(), mara); !errors.Is(err, callbacks.ErrForbidden) {
		t.Errorf("a reviewer gets %v, want ErrForbidden", err)
	}
}
