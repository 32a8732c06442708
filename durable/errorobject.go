package durable

import (
	"encoding/json"
	"errors"
	"go/token"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// maxErrorObject bounds a recorded failure, in bytes of JSON. AWS's emulator
// refuses larger ones; the service documents no limit of its own. A failure
// that cannot be recorded would be retried for ever, so what is too much is
// left out, payloads first.
const (
	maxErrorObject   = 32 << 10
	shortMessage     = 1 << 10
	leftOutForLength = " (error data and stack trace left out: too long to record)"
)

// errorObject is an error as Lambda records it. What came from the outside, or
// from a record, goes on as it was.
func errorObject(err error) *types.ErrorObject {
	var o *types.ErrorObject
	switch e := err.(type) { //nolint:errorlint // an error around it has a text of its own
	case *CallbackFailedError:
		o = newErrorObject(e.ErrorType, e.Message, e.ErrorData, e.StackTrace)
	case *CallbackTimeoutError:
		o = newErrorObject(timeoutType(e.Heartbeat), e.Error(), "", nil)
	case *StepError:
		o = newErrorObject(e.ErrorType, e.Message, e.ErrorData, e.StackTrace)
	case *ChildContextError:
		o = newErrorObject(e.ErrorType, e.Message, e.ErrorData, e.StackTrace)
	case *panicError:
		o = newErrorObject("panic", e.Error(), "", e.stack)
	default:
		o = newErrorObject("", err.Error(), "", nil)
	}
	if *o.ErrorType == "" {
		o.ErrorType = aws.String(typeName(err))
	}
	if size(o) > maxErrorObject {
		o = newErrorObject(cut(*o.ErrorType), shortened(*o.ErrorMessage), "", nil)
	}
	return o
}

func newErrorObject(errorType, message, data string, stack []string) *types.ErrorObject {
	o := &types.ErrorObject{ErrorType: aws.String(errorType), ErrorMessage: aws.String(message), StackTrace: stack}
	if data != "" {
		o.ErrorData = aws.String(data)
	}
	return o
}

// typeName is the exported type of an error; "Error" stands for
// errors.errorString and its like, which tell nothing.
func typeName(err error) string {
	t := reflect.TypeOf(err)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if token.IsExported(t.Name()) {
		return t.Name()
	}
	return "Error"
}

func size(v any) int {
	text, err := json.Marshal(v)
	if err != nil {
		return 0 // cannot be: strings always encode
	}
	return len(text)
}

// cut shortens s to [shortMessage] bytes, not through a character.
func cut(s string) string {
	if len(s) <= shortMessage {
		return s
	}
	return strings.ToValidUTF8(s[:shortMessage], "") + "…"
}

// shortened is a message whose error data is gone.
func shortened(message string) string {
	return strings.TrimSuffix(cut(message), leftOutForLength) + leftOutForLength
}

// failures is the ErrorData of a failed context: what [errors.As] finds of
// this package's errors, so that it finds it after replay as well. Lambda keeps
// error data without looking inside.
type failures struct {
	CallbackFailed    *CallbackFailedError    `json:",omitempty"`
	CallbackTimeout   *CallbackTimeoutError   `json:",omitempty"`
	CallbackSubmitter *CallbackSubmitterError `json:",omitempty"`
	Step              *StepError              `json:",omitempty"`
}

// contextErrorObject is the record of a context that failed with err.
func contextErrorObject(err error) *types.ErrorObject {
	var f failures
	errors.As(err, &f.CallbackFailed)
	errors.As(err, &f.CallbackTimeout)
	errors.As(err, &f.CallbackSubmitter)
	errors.As(err, &f.Step)
	o := errorObject(err)
	if size(o)+size(f) > maxErrorObject {
		f = f.withoutPayloads()
		o = newErrorObject(cut(*o.ErrorType), shortened(*o.ErrorMessage), "", nil)
	}
	o.ErrorData = aws.String(f.encode())
	return o
}

func (f failures) encode() string {
	text, err := json.Marshal(f)
	if err != nil {
		return "{}" // cannot be: strings always encode
	}
	return string(text)
}

func decodeFailures(o *types.ErrorObject) failures {
	var f failures
	if err := json.Unmarshal([]byte(aws.ToString(o.ErrorData)), &f); err != nil {
		return failures{} // written by another SDK: type and message still tell
	}
	return f
}

// withoutPayloads keeps which failures there were.
func (f failures) withoutPayloads() failures {
	if e := f.CallbackFailed; e != nil {
		f.CallbackFailed = &CallbackFailedError{Name: e.Name, CallbackID: e.CallbackID,
			ErrorType: cut(e.ErrorType), Message: shortened(e.Message)}
	}
	if e := f.Step; e != nil {
		f.Step = e.withoutPayload()
	}
	if e := f.CallbackSubmitter; e != nil {
		f.CallbackSubmitter = &CallbackSubmitterError{Name: e.Name, CallbackID: e.CallbackID, Err: e.Err.withoutPayload()}
	}
	return f
}

func (e *StepError) withoutPayload() *StepError {
	return &StepError{Name: e.Name, Attempts: e.Attempts, ErrorType: cut(e.ErrorType), Message: shortened(e.Message)}
}

func (f failures) list() []error {
	var list []error
	if f.CallbackFailed != nil {
		list = append(list, f.CallbackFailed)
	}
	if f.CallbackTimeout != nil {
		list = append(list, f.CallbackTimeout)
	}
	if f.CallbackSubmitter != nil {
		list = append(list, f.CallbackSubmitter)
	}
	if f.Step != nil {
		list = append(list, f.Step)
	}
	return list
}

// errorData is that of the failure behind it all: of the callback, else of the step.
func (f failures) errorData() (data string, stack []string) {
	switch {
	case f.CallbackFailed != nil:
		return f.CallbackFailed.ErrorData, f.CallbackFailed.StackTrace
	case f.Step != nil:
		return f.Step.ErrorData, f.Step.StackTrace
	}
	return "", nil
}
