package locallambda_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/internal/standin/locallambda"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// wantThrottled wants everything that Lambda says when it throttles.
func wantThrottled(t *testing.T, err error) {
	t.Helper()
	e, ok := errors.AsType[*types.TooManyRequestsException](err)
	if !ok || aws.ToString(e.RetryAfterSeconds) != "1" || e.Reason != types.ThrottleReasonCallerRateLimitExceeded {
		t.Fatalf("got error %v, want a TooManyRequestsException with its reason and when to come again", err)
	}
}

func TestQuotas_ThrottleEachOperationByItself(t *testing.T) {
	t.Parallel()
	rates := map[string]int{}
	for operation := range locallambda.AWSQuotas().Rates {
		rates[operation] = 2
	}
	b := newBench(t, locallambda.Config{Quotas: locallambda.Quotas{Rates: rates}})
	for operation, call := range b.operations(unknown) {
		t.Run(operation, func(t *testing.T) {
			nothingThere(t, operation, call())
			nothingThere(t, operation, call())
			wantThrottled(t, call())
		})
	}
	b.clock.Advance(500 * time.Millisecond) // enough for one call more
	for operation, call := range b.operations(unknown) {
		t.Run(operation+" later", func(t *testing.T) {
			nothingThere(t, operation, call())
			wantThrottled(t, call())
		})
	}
}

// The rates that a reader of executions meets.
func TestQuotas_AWSRates(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{Quotas: locallambda.AWSQuotas()})
	for operation, want := range map[string]int{
		"ListDurableExecutionsByFunction": 15, "GetDurableExecutionHistory": 15, "ListFunctions": 15, "GetDurableExecution": 30, "StopDurableExecution": 300,
	} {
		call := b.operations(unknown)[operation]
		for range want {
			nothingThere(t, operation, call())
		}
		wantThrottled(t, call())
	}
}

func TestQuotas_OffByDefault(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	for range 40 {
		nothingThere(t, "GetDurableExecutionHistory", b.operations(unknown)["GetDurableExecutionHistory"]())
	}
}

// playWithin is play under quotas.
func playWithin(t *testing.T, q locallambda.Quotas) (*bench, *scene) {
	t.Helper()
	b := newBench(t, locallambda.Config{Quotas: q})
	p := b.puppet("f")
	b.start("f")
	return b, p.invoked()
}

// wantExceeded wants the error that a checkpoint beyond a quota gets.
func wantExceeded(t *testing.T, err error) {
	t.Helper()
	if e, ok := errors.AsType[*types.InvalidParameterValueException](err); !ok || !strings.Contains(e.ErrorMessage(), "exceeds the quota") {
		t.Errorf("got error %v, want an InvalidParameterValueException about the quota", err)
	}
}

func TestQuotas_Operations(t *testing.T) {
	t.Parallel()
	b, s := playWithin(t, locallambda.AWSQuotas())
	var updates []types.OperationUpdate
	for i := range 2997 {
		updates = append(updates, update(step, succeeds, fmt.Sprint(i)))
	}
	s.must(updates...)
	s.must(update(step, begins, "flaky"))
	// one, and two
	_, err := s.checkpoint(update(step, retries, "flaky"), update(step, retries, "another"))
	wantExceeded(t, err)
	s.must(update(step, retries, "flaky"), update(step, begins, "done"), update(step, succeeds, "done"))
	_, err = s.checkpoint(update(wait, begins, "one-more"))
	wantExceeded(t, err)
	s.pending()
	b.suspended()
	b.clock.Advance(5 * time.Second)
	next := s.invoked()
	_, err = next.checkpoint(update(step, retries, "flaky"))
	wantExceeded(t, err)
	next.must(update(step, begins, "flaky"))
	next.must(update(step, succeeds, "flaky"), update(execution, succeeds, "end"))
	next.succeed("")
	b.wantEnd("SUCCEEDED")
}

func TestQuotas_PersistedBytes(t *testing.T) {
	t.Parallel()
	payload := aws.String(`"` + strings.Repeat("x", 98) + `"`)
	_, s := playWithin(t, locallambda.Quotas{PersistedBytes: len(`{"order":7}`) + 300})
	result := func(id string) types.OperationUpdate {
		u := update(step, succeeds, id)
		u.Payload = payload
		return u
	}
	s.must(result("1"), result("2"))
	failure := update(step, fails, "3")
	failure.Error = &types.ErrorObject{ErrorMessage: payload, ErrorType: aws.String("x")}
	_, err := s.checkpoint(failure)
	wantExceeded(t, err)
	failure.Error.ErrorType = nil
	s.must(failure)
	_, err = s.checkpoint(result("4"))
	wantExceeded(t, err)
	s.must(update(step, begins, "4"))
}
