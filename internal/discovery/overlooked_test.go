package discovery_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"countersign/durable"
	"countersign/internal/announcement"
	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/desktest"
	"countersign/internal/discovery"
	"countersign/internal/standin/locallambda"
)

// named is an announcement that says no more than the execution: no clock ends the callback here.
func named(arn string) func(*announcement.Announcement) {
	return func(a *announcement.Announcement) { a.ExecutionARN = arn }
}

func (s *search) stop(arn string) {
	s.t.Helper()
	if _, err := s.aws.StopDurableExecution(s.t.Context(), &lambda.StopDurableExecutionInput{DurableExecutionArn: &arn}); err != nil {
		s.t.Fatal(err)
	}
}

// succeed completes a callback as another client, and waits until its function went on.
func (s *search) succeed(token string, then locallambda.ObservationKind) {
	s.t.Helper()
	_, err := s.aws.SendDurableExecutionCallbackSuccess(s.t.Context(), &lambda.SendDurableExecutionCallbackSuccessInput{CallbackId: &token, Result: []byte(`"yes"`)})
	if err != nil {
		s.t.Fatal(err)
	}
	s.log.Next(s.t, then)
}

// thenWaits is sign with an execution that goes on afterwards.
func thenWaits(ctx durable.Context, in any) (string, error) {
	if _, err := sign(ctx, in); err != nil {
		return "", err
	}
	return "", durable.Wait(ctx, "later", time.Hour)
}

// TestDiscovery_Overlooked: what was announced and is gone is closed, though no scan saw it open.
func TestDiscovery_Overlooked(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		function durable.Handler[any, string]
		happens  func(s *search, arn, token string)
		by       callbacks.EndedBy
	}{
		"StoppedBeforeTheFirstScan": {sign, func(s *search, arn, token string) {
			s.announce(token, named(arn))
			s.stop(arn)
		}, callbacks.EndedByExecution},
		"ListedBeforeItStarted": {func(ctx durable.Context, in any) (string, error) {
			if err := durable.Wait(ctx, "first", time.Minute); err != nil {
				return "", err
			}
			return sign(ctx, in)
		}, func(s *search, arn, _ string) {
			s.scan()
			s.clock.Advance(time.Minute)
			s.announce(s.suspended(), named(arn))
			s.stop(arn)
		}, callbacks.EndedByExecution},
		"AnnouncedAfterItsEnd": {sign, func(s *search, arn, token string) {
			s.succeed(token, locallambda.ExecutionEnded)
			s.scan()
			s.announce(token, named(arn))
		}, callbacks.EndedByOther},
		"AnnouncedAfterItsEndWasRead": {thenWaits, func(s *search, arn, token string) {
			s.succeed(token, locallambda.InvocationCompleted)
			s.scan()
			s.announce(token, named(arn))
		}, callbacks.EndedByOther},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := watching(t, "expenses")
			register(s, "expenses", tc.function)
			arn, token := s.begin("expenses")
			tc.happens(s, arn, token)
			s.again()
			if got := s.only(callbacks.Closed); got.Ending.By != tc.by {
				t.Errorf("ending is %+v, want by %s", got.Ending, tc.by)
			}
		})
	}
}

// TestDiscovery_OverlooksOnce: what is open, and what the history does not tell of, costs no more
// than other executions do.
func TestDiscovery_OverlooksOnce(t *testing.T) {
	t.Parallel()
	scans := func(s *search) (histories int) {
		for range 40 {
			s.again()
		}
		for _, operation := range s.front.take() {
			if operation == "history" {
				histories++
			}
		}
		return histories
	}
	t.Run("Open", func(t *testing.T) {
		t.Parallel()
		s := watching(t, "expenses")
		register(s, "expenses", func(ctx durable.Context, _ any) (string, error) {
			c, err := durable.CreateCallback[string](ctx, "sign")
			if err != nil {
				return "", err
			}
			return c.Get()
		})
		arn, token := s.begin("expenses")
		s.announce(token, named(arn))
		if n := scans(s); n != 40 {
			t.Errorf("40 scans read %d histories", n)
		}
		s.only(callbacks.Pending)
	})
	for name, reply := range map[string]func(http.ResponseWriter, *http.Request, string) bool{
		"Unknown": refusing("history", http.StatusNotFound, "ResourceNotFoundException"),
		"Denied":  refusing("history", http.StatusForbidden, "AccessDeniedException"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := watching(t, "expenses")
			register(s, "expenses", sign)
			s.front.answerWith(reply)
			s.announce("bm90aGluZw==", named("arn:aws:lambda:"+region+":123456789012:function:expenses:1/durable-execution/x/y"))
			if n := scans(s); n == 0 || n > 11 {
				t.Errorf("40 scans asked %d times", n)
			}
			s.only(callbacks.Pending)
		})
	}
}

// TestDiscovery_OverlooksOthers: the executions of other functions and accounts are none of this
// search's business.
func TestDiscovery_OverlooksOthers(t *testing.T) {
	t.Parallel()
	for name, execution := range map[string]string{
		"Function": "arn:aws:lambda:" + region + ":123456789012:function:expenses2:1/durable-execution/x/y",
		"Region":   "arn:aws:lambda:us-east-1:123456789012:function:expenses:1/durable-execution/x/y",
		"Account":  "arn:aws:lambda:" + region + ":" + desktest.TheirAccount + ":function:expenses:1/durable-execution/x/y",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := watching(t, "expenses")
			register(s, "expenses", sign)
			s.settings.Lanes = arn.Lanes{Accounts: []string{desktest.TheirAccount}, Region: region}
			s.discovery = discovery.NewWorker(s.settings)
			s.announce("bm90aGluZw==", func(a *announcement.Announcement) { a.Function, a.ExecutionARN = "expenses", execution })
			s.again()
			if asked := s.front.take(); !slices.Equal(asked, []string{"list"}) {
				t.Errorf("asked for %v, want the list alone", asked)
			}
		})
	}
}

// TestDiscovery_OverlooksMany: more than are looked at in a scan are looked at in several.
func TestDiscovery_OverlooksMany(t *testing.T) {
	t.Parallel()
	s := watching(t, "expenses")
	register(s, "expenses", sign)
	const many = discovery.ArrivalsAtOnce + 20
	for range many {
		arn, token := s.begin("expenses")
		s.announce(token, named(arn))
		s.stop(arn)
	}
	for _, want := range []int{many - discovery.ArrivalsAtOnce, 0} {
		s.again()
		n, err := s.service.Count(t.Context(), desktest.Ops, desk.Filter{Scope: desk.ScopeAll, States: []callbacks.State{callbacks.Pending}}, 2*many)
		if err != nil || n != want {
			t.Errorf("%d are pending, %v; want %d", n, err, want)
		}
	}
}
