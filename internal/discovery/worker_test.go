package discovery_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"countersign/durable"
	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/desktest"
	"countersign/internal/discovery"
	"countersign/internal/standin/locallambda"
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
	if n := s.invalidations.Count(); n != 1 {
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
			callbacks.Closed, callbacks.Ending{By: callbacks.EndedByOther, Kind: callbacks.Success},
		},
		"Stopped": {
			func(t *testing.T, s *search, arn, _ string) {
				if _, err := s.aws.StopDurableExecution(t.Context(), &lambda.StopDurableExecutionInput{DurableExecutionArn: &arn}); err != nil {
					t.Fatal(err)
				}
			},
			callbacks.Closed, callbacks.Ending{By: callbacks.EndedByExecution, Around: callbacks.AroundStopped},
		},
		"HeartbeatTimedOut": {
			func(_ *testing.T, s *search, _, _ string) { s.clock.Advance(11 * time.Minute) },
			callbacks.TimedOut, callbacks.Ending{By: callbacks.EndedByClock, Cause: callbacks.CauseHeartbeat},
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
	if got.ID != known.ID || got.Ending.By != callbacks.EndedByExecution || got.Ending.Around != callbacks.AroundContext {
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

// TestDiscovery_TokensWithPayloadsOnly is an endpoint that gives callback IDs only where payloads
// are asked for: AWS does not say which it is.
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
	s := newSearch(t, 1000, discovery.Watch{Function: discovery.EveryFunction, Region: region, Queue: "default"},
		discovery.Watch{Function: "arn:aws:lambda:" + region + ":123456789012:function:expenses", Region: region, Queue: "finance"})
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
	s := newSearch(t, 1, discovery.Watch{Function: "expenses", Region: region, Queue: "finance"})
	register(s, "expenses", sign)
	s.start("expenses")
	s.round() // the budget lets it list and no more
	s.discovery = discovery.NewWorker(s.settings)
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
	discovery.Executions
	mu    *sync.Mutex
	lists map[string]int
}

func (o one) RunningExecutions(ctx context.Context, of discovery.Watch, marker string) (discovery.ExecutionPage, error) {
	o.mu.Lock()
	o.lists[of.Function]++
	o.mu.Unlock()
	return o.Executions.RunningExecutions(ctx, of, marker)
}

func TestDiscovery_TwoWorkersShareTheFunctions(t *testing.T) {
	t.Parallel()
	var watches []discovery.Watch
	names := []string{"a", "b", "c", "d", "e", "f"}
	for _, name := range names {
		watches = append(watches, discovery.Watch{Function: name, Region: region, Queue: "finance"})
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
		worker := discovery.NewWorker(s.settings)
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
	s.discovery = discovery.NewWorker(s.settings)
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
	for _, p := range []callbacks.Person{desktest.Ops, {ID: "u-eve", Subject: "u-eve", Roles: callbacks.Roles{Auditor: true}}} {
		got, err := s.discovery.Searched(t.Context(), p)
		if err != nil || len(got.Watches) != 1 || got.Quota(arn.Lane{Region: region}) == nil || got.Quota(arn.Lane{Region: "us-east-1"}) != nil {
			t.Errorf("%s sees %+v, %v", p.Subject, got, err)
		}
	}
	if _, err := s.discovery.Searched(t.Context(), desktest.Mara); !errors.Is(err, callbacks.ErrForbidden) {
		t.Errorf("a reviewer gets %v, want ErrForbidden", err)
	}
}
