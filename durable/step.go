package durable

import (
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// StepSemantics says what happens to an attempt whose end was not recorded because the invocation
// was cut short.
type StepSemantics int

const (
	// AtLeastOncePerRetry runs the attempt again. It is the default.
	AtLeastOncePerRetry StepSemantics = iota
	// AtMostOncePerRetry counts the attempt as failed, with a [StepInterruptedError]. Use it for
	// work that must not be done twice.
	AtMostOncePerRetry
)

// StepOption configures one [Step].
type StepOption interface{ applyStep(*stepConfig) }

type stepOption func(*stepConfig)

func (f stepOption) applyStep(c *stepConfig) { f(c) }

type stepConfig struct {
	retry     RetryStrategy
	semantics StepSemantics
	serdes    Serdes
}

// WithRetry sets what happens after a failed attempt; the default is [ExponentialBackoff].
func WithRetry(s RetryStrategy) StepOption {
	return stepOption(func(c *stepConfig) { c.retry = s })
}

// WithSemantics sets how often an attempt may run; the default is [AtLeastOncePerRetry].
func WithSemantics(s StepSemantics) StepOption {
	return stepOption(func(c *stepConfig) { c.semantics = s })
}

// WithStepSerdes sets how the step's result is recorded; the default is that
// of [WithSerdes].
func WithStepSerdes(s Serdes) StepOption {
	return stepOption(func(c *stepConfig) { c.serdes = s })
}

// maxPayload is the largest result that one checkpoint can carry: 1 MB since 2026-10, according to
// the changelog of the Lambda client 1.113.3. A region that lags behind allows 256 KB.
const maxPayload = 1 << 20

// Step runs body once and records its result; replay returns the recorded result. The name is for
// people, and may be empty. If an attempt fails or panics, the retry strategy decides whether to
// try again. If so, the invocation ends, and a later one makes the next attempt. If not, Step
// returns a [*StepError]. A result that cannot be encoded, or is larger than 1 MB, fails the step
// at once.
//
// The result is returned as decoded from the record, so that it is the same in
// the invocation that ran body and in all later ones.
func Step[T any](ctx Context, name string, body func(StepContext) (T, error), opts ...StepOption) (T, error) {
	var result T
	c := ctx.durable()
	cfg := stepConfig{retry: ExponentialBackoff(), serdes: c.run.serdes}
	for _, o := range opts {
		o.applyStep(&cfg)
	}
	if err := checkName(name); err != nil {
		return result, err
	}
	op := c.begin(types.OperationTypeStep, subTypeStep, name)
	payload, err := op.runStep(cfg, func(sc StepContext) (any, error) { return body(sc) })
	if err != nil {
		return result, err
	}
	if err := cfg.serdes.Unmarshal(c, op.serdesContext(), []byte(payload), &result); err != nil {
		c.run.retryUnavailable(err)
		return result, fmt.Errorf("decode the result of step %q: %w", name, err)
	}
	return result, nil
}

// runStep returns the recorded result. If there is none yet, it runs one attempt first.
func (op operation) runStep(cfg stepConfig, body func(StepContext) (any, error)) (string, error) {
	record, recorded := op.record()
	details := record.StepDetails
	if details == nil {
		details = &types.StepDetails{}
	}
	attempt := int(details.Attempt) + 1 // Lambda has recorded the attempts that led to a retry
	if recorded {
		switch record.Status {
		case types.OperationStatusSucceeded:
			op.consumed()
			return aws.ToString(details.Result), nil
		case types.OperationStatusFailed:
			op.consumed()
			return "", op.stepError(attempt, details.Error)
		case types.OperationStatusPending: // a retry that is not due yet
			op.c.run.suspend()
		}
	}
	interrupted := recorded && record.Status == types.OperationStatusStarted
	if interrupted && cfg.semantics == AtMostOncePerRetry {
		return "", op.attemptFailed(cfg, attempt, &StepInterruptedError{Name: op.name})
	}
	if interrupted {
		op.c.run.replay.end()
	} else {
		op.start(nil)
	}
	return op.attempt(cfg, attempt, body)
}

func (op operation) attempt(cfg stepConfig, attempt int, body func(StepContext) (any, error)) (string, error) {
	sc := &stepContext{Context: op.c.Context, attempt: attempt,
		logger: op.c.run.logger.With(slog.String("step", op.name), slog.Int("attempt", attempt))}
	var value any
	var err error
	op.c.within(nil, func() { value, err = runBody(sc, body) })
	if err != nil {
		return "", op.attemptFailed(cfg, attempt, err)
	}
	payload, err := cfg.serdes.Marshal(op.c, op.serdesContext(), value)
	op.c.run.retryUnavailable(err)
	if err == nil && len(payload) > maxPayload {
		err = fmt.Errorf("a result of %d bytes: at most %d can be recorded; keep it elsewhere and return where it is", len(payload), maxPayload)
	}
	if err != nil {
		return "", op.failStep(attempt, fmt.Errorf("record the result of step %q: %w", op.name, err))
	}
	op.checkpoint(types.OperationActionSucceed, func(u *types.OperationUpdate) { u.Payload = aws.String(string(payload)) })
	return string(payload), nil
}

// runBody turns a panic into the attempt's error, so that it is retried and
// recorded like any other.
func runBody(sc StepContext, body func(StepContext) (any, error)) (value any, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = newPanicError(v, debug.Stack())
		}
	}()
	return body(sc)
}

func newPanicError(v any, stack []byte) *panicError {
	return &panicError{value: v, stack: strings.Split(strings.TrimSpace(string(stack)), "\n")}
}

// attemptFailed schedules the next attempt and ends the invocation, or fails
// the step.
func (op operation) attemptFailed(cfg stepConfig, attempt int, cause error) error {
	op.c.run.replay.end()
	decision := cfg.retry(RetryAttempt{Err: cause, Attempt: attempt})
	if !decision.Retry {
		return op.failStep(attempt, cause)
	}
	op.checkpoint(types.OperationActionRetry, func(u *types.OperationUpdate) {
		u.Error = errorObject(cause)
		u.StepOptions = &types.StepOptions{NextAttemptDelaySeconds: aws.Int32(decision.delaySeconds())}
	})
	op.c.run.suspend()
	return cause // not reached
}

func (op operation) failStep(attempt int, cause error) error {
	o := errorObject(cause)
	op.checkpoint(types.OperationActionFail, func(u *types.OperationUpdate) { u.Error = o })
	return op.stepError(attempt, o)
}

func (op operation) stepError(attempts int, o *types.ErrorObject) error {
	e := &StepError{Name: op.name, Attempts: attempts}
	if o != nil {
		e.ErrorType, e.Message = aws.ToString(o.ErrorType), aws.ToString(o.ErrorMessage)
		e.ErrorData, e.StackTrace = aws.ToString(o.ErrorData), o.StackTrace
	}
	return e
}
