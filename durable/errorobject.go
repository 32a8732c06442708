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

// maxErrorObject limits a recorded failure, in bytes of JSON. AWS's emulator refuses larger ones;
// the service documents no limit of its own. A failure that cannot be recorded would be retried for
// ever, so its excess is left out, payloads first.
const (
	maxErrorObject   = 32 << 10
	shortMessage     = 1 << 10
	leftOutForLength = " (error data and stack trace left out: too long to record)"
)

// errorObject returns an error as Lambda records it. An error that came from outside, or from a
// record, is passed on unchanged.
func errorObject(err error) *types.ErrorObject {
	var o *types.ErrorObject
	switch e := err.(type) { //nolint:errorlint // a wrapping error has its own text
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

// typeName returns the exported type of an error, or "Error" for types such as errors.errorString,
// whose name says nothing.
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
		return 0 // cannot happen: strings always encode
	}
	return len(text)
}

// cut shortens s to [shortMessage] bytes and does not split a character.
func cut(s string) string {
	if len(s) <= shortMessage {
		return s
	}
	return strings.ToValidUTF8(s[:shortMessage], "") + "…"
}

// shortened returns a cut message for a failure whose error data was left out.
func shortened(message string) string {
	return strings.TrimSuffix(cut(message), leftOutForLength) + leftOutForLength
}

// failures is the ErrorData of a failed context. It holds those errors of this package that
// [errors.As] finds in the failure, so that it also finds them after replay. Lambda stores error
// data without reading it.
type failures struct {
	CallbackFailed    *CallbackFailedError    `json:",omitempty"`
	CallbackTimeout   *CallbackTimeoutError   `json:",omitempty"`
	CallbackSubmitter *CallbackSubmitterError `json:",omitempty"`
	Step              *StepError              `json:",omitempty"`
}

// contextErrorObject returns the record of a context that failed with err.
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
		return "{}" // cannot happen: strings always encode
	}
	return string(text)
}

func decodeFailures(o *types.ErrorObject) failures {
	var f failures
	if err := json.Unmarshal([]byte(aws.ToString(o.ErrorData)), &f); err != nil {
		return failures{} // written by another SDK: type and message still describe the failure
	}
	return f
}

// withoutPayloads keeps only which failures there were.
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

// errorData returns the error data of the root failure: the callback's if there is one, otherwise
// the step's.
func (f failures) errorData() (data string, stack []string) {
	switch {
	case f.CallbackFailed != nil:
		return f.CallbackFailed.ErrorData, f.CallbackFailed.StackTrace
	case f.Step != nil:
		return f.Step.ErrorData, f.Step.StackTrace
	}
	return "", nil
}
