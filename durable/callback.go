package durable

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// The error types that Lambda records for a callback that timed out.
const (
	timeoutErrorType   = "Callback.Timeout"
	heartbeatErrorType = "Callback.Heartbeat"
)

func timeoutType(heartbeat bool) string {
	if heartbeat {
		return heartbeatErrorType
	}
	return timeoutErrorType
}

// CallbackOption configures the callback of [CreateCallback] or
// [WaitForCallback].
type CallbackOption interface {
	WaitForCallbackOption
	applyCallback(*callbackConfig)
}

type callbackOption func(*callbackConfig)

func (f callbackOption) applyCallback(c *callbackConfig)               { f(c) }
func (f callbackOption) applyWaitForCallback(c *waitForCallbackConfig) { f(&c.callbackConfig) }

type callbackConfig struct {
	timeout, heartbeatTimeout *time.Duration
	serdes                    Serdes
}

// WithCallbackTimeout limits the wait for a result, in whole seconds from the creation of the
// callback. Without it, only the timeout of the execution ends the wait. If the timeout expires,
// the callback fails with a [*CallbackTimeoutError].
func WithCallbackTimeout(d time.Duration) CallbackOption {
	return callbackOption(func(c *callbackConfig) { c.timeout = &d })
}

// WithCallbackHeartbeatTimeout limits the time between two heartbeats, in whole seconds, so that a
// lost worker is noticed before the timeout. A heartbeat does not extend the timeout.
func WithCallbackHeartbeatTimeout(d time.Duration) CallbackOption {
	return callbackOption(func(c *callbackConfig) { c.heartbeatTimeout = &d })
}

// WithCallbackSerdes sets how the sender's bytes become the result, for example to decrypt them. By
// default a string, []byte or [json.RawMessage] gets the bytes as sent, and any other type is
// decoded as JSON. [WithSerdes] does not apply to callbacks, because their results come from
// another program.
func WithCallbackSerdes(s Serdes) CallbackOption {
	return callbackOption(func(c *callbackConfig) { c.serdes = s })
}

// maxCallbackSeconds is the limit given on AWS's API_CallbackOptions page.
const maxCallbackSeconds = 99_999_999

// wireOptions returns nil if no timeout is set.
func (cfg callbackConfig) wireOptions() (*types.CallbackOptions, error) {
	if cfg.timeout == nil && cfg.heartbeatTimeout == nil {
		return nil, nil
	}
	var options types.CallbackOptions
	var err error
	if cfg.timeout != nil {
		if options.TimeoutSeconds, err = wholeSeconds("callback timeout", *cfg.timeout, maxCallbackSeconds); err != nil {
			return nil, err
		}
	}
	if cfg.heartbeatTimeout != nil {
		options.HeartbeatTimeoutSeconds, err = wholeSeconds("callback heartbeat timeout", *cfg.heartbeatTimeout, maxCallbackSeconds)
		if err != nil {
			return nil, err
		}
	}
	return &options, nil
}

// Callback is a result that somebody outside the function will send.
type Callback[T any] struct {
	callback
	serdes Serdes
}

// CreateCallback registers a callback with Lambda and returns at once. Its ID is for the person or
// program that is to complete it. Send the ID in a [Step], so that it is sent once, however often
// the function is replayed.
//
// It returns an error for a name or an option that Lambda would refuse. [Callback.Get] reports how
// the callback ended.
func CreateCallback[T any](ctx Context, name string, opts ...CallbackOption) (*Callback[T], error) {
	cfg := callbackConfig{serdes: textSerdes{}}
	for _, o := range opts {
		o.applyCallback(&cfg)
	}
	options, err := cfg.wireOptions()
	if err == nil {
		err = checkName(name)
	}
	if err != nil {
		return nil, err
	}
	return &Callback[T]{callback: createCallback(ctx.durable(), name, options), serdes: cfg.serdes}, nil
}

// CallbackID is the token that completes the callback. It is base64: escape it in a URL, and show
// it only to people and programs that may complete the callback.
func (cb *Callback[T]) CallbackID() string { return cb.id }

// ID is the name that AWS's SDK for Go has for [Callback.CallbackID].
func (cb *Callback[T]) ID() string { return cb.id }

// Get returns the result, or suspends the function until there is one: the invocation ends, and a
// later invocation returns from here. If the sender sent no result, as opposed to a JSON null, Get
// returns the zero value and does not call the serdes. Its errors are [*CallbackTimeoutError],
// [*CallbackFailedError] and those of the serdes. It may be called again.
func (cb *Callback[T]) Get() (T, error) {
	var result T
	payload, err := cb.await()
	if err != nil {
		return result, err
	}
	if err := decodeCallback(cb.callback, cb.serdes, payload, &result); err != nil {
		return result, err
	}
	return result, nil
}

// Result is the name that AWS's SDK for Go has for [Callback.Get].
func (cb *Callback[T]) Result() (T, error) { return cb.Get() }

// callback is a [Callback] before its result has a type.
type callback struct {
	op operation
	id string
}

func createCallback(c *durableContext, name string, options *types.CallbackOptions) callback {
	op := c.begin(types.OperationTypeCallback, subTypeCallback, name)
	record, ok := op.record()
	if !ok {
		// Lambda assigns the ID, so this call cannot be postponed.
		op.start(func(u *types.OperationUpdate) { u.CallbackOptions = options })
		record, _ = op.record()
	}
	if record.CallbackDetails == nil || aws.ToString(record.CallbackDetails.CallbackId) == "" {
		c.run.end(ending{fault: fmt.Errorf("durable: Lambda gave no ID for %s of %s", op, c.run.journal.arn)})
	}
	return callback{op: op, id: *record.CallbackDetails.CallbackId}
}

// await returns what was sent, or nil if it was sent without a result.
func (cb callback) await() (*string, error) {
	cb.op.c.checkAwait(cb.op.String())
	record, _ := cb.op.record()
	if !finished(record) {
		cb.op.c.run.suspend()
	}
	cb.op.consumed()
	o := record.CallbackDetails.Error
	if o == nil {
		o = &types.ErrorObject{}
	}
	switch record.Status {
	case types.OperationStatusSucceeded:
		return record.CallbackDetails.Result, nil
	case types.OperationStatusTimedOut:
		return nil, &CallbackTimeoutError{Name: cb.op.name, CallbackID: cb.id,
			Heartbeat: aws.ToString(o.ErrorType) == heartbeatErrorType}
	}
	return nil, &CallbackFailedError{Name: cb.op.name, CallbackID: cb.id,
		ErrorType: aws.ToString(o.ErrorType), Message: aws.ToString(o.ErrorMessage),
		ErrorData: aws.ToString(o.ErrorData), StackTrace: o.StackTrace}
}

func decodeCallback(cb callback, serdes Serdes, payload *string, target any) error {
	if aws.ToString(payload) == "" {
		return nil
	}
	if err := serdes.Unmarshal(cb.op.c, cb.op.serdesContext(), []byte(*payload), target); err != nil {
		cb.op.c.run.retryUnavailable(err)
		return fmt.Errorf("decode the result of callback %q: %w", cb.op.name, err)
	}
	return nil
}
