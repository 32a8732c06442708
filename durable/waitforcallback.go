package durable

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// WaitForCallbackOption configures [WaitForCallback]. Every [CallbackOption] is one.
type WaitForCallbackOption interface {
	applyWaitForCallback(*waitForCallbackConfig)
}

type waitForCallbackOption func(*waitForCallbackConfig)

func (f waitForCallbackOption) applyWaitForCallback(c *waitForCallbackConfig) { f(c) }

type waitForCallbackConfig struct {
	callbackConfig
	submitter stepConfig
}

// WithSubmitterRetry sets what happens after a failed attempt of the submitter; the default is
// [ExponentialBackoff].
func WithSubmitterRetry(s RetryStrategy) WaitForCallbackOption {
	return waitForCallbackOption(func(c *waitForCallbackConfig) { c.submitter.retry = s })
}

// WaitForCallback creates a callback, calls submit to send its ID to somebody, and suspends the
// function until there is a result, as [Callback.Get] does.
//
// submit runs as a step. If it fails and is not retried, WaitForCallback returns a
// [*CallbackSubmitterError], and the callback stays open at Lambda until the
// execution ends. Otherwise the errors are those of [CreateCallback] and
// [Callback.Get].
func WaitForCallback[T any](ctx Context, name string, submit func(sc StepContext, callbackID string) error, opts ...WaitForCallbackOption) (T, error) {
	var result T
	c := ctx.durable()
	cfg := waitForCallbackConfig{
		callbackConfig: callbackConfig{serdes: textSerdes{}},
		submitter:      stepConfig{retry: ExponentialBackoff(), serdes: jsonSerdes{}},
	}
	for _, o := range opts {
		o.applyWaitForCallback(&cfg)
	}
	options, err := cfg.wireOptions()
	if err == nil {
		err = checkName(name)
	}
	if err != nil {
		return result, err
	}
	op := c.begin(types.OperationTypeContext, subTypeWaitForCallback, name)
	payload, failure := op.runChild(func(child *durableContext) (*string, error) {
		return submitAndAwait(child, name, options, cfg.submitter, submit)
	})
	if failure != nil {
		return result, waitForCallbackError(name, failure)
	}
	// The context recorded the sender's bytes, not the decoded value, so an encrypted result stays
	// encrypted. They are decoded as the result of the inner callback, the first operation in the
	// context.
	inner := callback{op: operation{c: c, position: op.position + "-1", name: name}}
	err = decodeCallback(inner, cfg.serdes, payload, &result)
	return result, err
}

// submitAndAwait is the body of the context. As in AWS's SDKs, the operations in it have no names;
// their errors carry the name of the context.
func submitAndAwait(c *durableContext, name string, options *types.CallbackOptions, cfg stepConfig,
	submit func(StepContext, string) error) (*string, error) {
	cb := createCallback(c, "", options)
	step := c.begin(types.OperationTypeStep, subTypeStep, "")
	_, err := step.runStep(cfg, func(sc StepContext) (any, error) { return nil, submit(sc, cb.id) })
	if failed := (*StepError)(nil); errors.As(err, &failed) {
		return nil, &CallbackSubmitterError{Name: name, CallbackID: cb.id, Err: failed}
	}
	cb.op.name = name
	return cb.await()
}

// waitForCallbackError turns the failure that the context recorded into an error.
func waitForCallbackError(name string, o *types.ErrorObject) error {
	f := decodeFailures(o)
	switch {
	case f.CallbackSubmitter != nil:
		return f.CallbackSubmitter
	case f.CallbackFailed != nil:
		return f.CallbackFailed
	case f.CallbackTimeout != nil:
		return f.CallbackTimeout
	}
	// Recorded by another SDK.
	return &CallbackFailedError{Name: name, ErrorType: aws.ToString(o.ErrorType), Message: aws.ToString(o.ErrorMessage)}
}
