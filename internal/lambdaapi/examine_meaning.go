package lambdaapi

import (
	"errors"
	"fmt"

	"github.com/aws/smithy-go"

	"countersign/internal/callbacks"
	"countersign/internal/doctor"
)

// meaningOf returns what an error says about permissions.
func meaningOf(err error) doctor.Meaning {
	failed, ok := errors.AsType[*callbacks.LambdaError](err)
	switch {
	case !ok:
		return doctor.Silent
	case failed.Code == "UnknownOperationException", failed.Code == "RegionDisabledException": // the latter of STS
		return doctor.Refused
	}
	switch failed.Answer {
	case callbacks.AnswerAccepted:
		return doctor.Done
	case callbacks.AnswerClosed:
		return doctor.Closed
	case callbacks.AnswerDenied:
		return doctor.Denied
	case callbacks.AnswerSkew, callbacks.AnswerCredentials:
		if failed.Status == 0 {
			return doctor.Silent // no request was sent
		}
		return doctor.Rejected
	case callbacks.AnswerGone:
		return doctor.Missing
	case callbacks.AnswerInvalid, callbacks.AnswerMaybeClosed:
		return doctor.Refused
	case callbacks.AnswerThrottled, callbacks.AnswerFault, callbacks.AnswerKMS:
		return doctor.Busy
	case callbacks.AnswerNone, callbacks.AnswerUnsent:
		return doctor.Silent
	}
	return doctor.Silent
}

// reason returns an error for people: AWS's own words if there are any, else the cause.
func reason(err error) error {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return fmt.Errorf("%s: %s", api.ErrorCode(), api.ErrorMessage())
	}
	if failed, ok := errors.AsType[*smithy.OperationError](err); ok {
		return failed.Err
	}
	return err
}
