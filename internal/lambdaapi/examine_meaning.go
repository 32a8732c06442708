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
	switch failed.Reply {
	case callbacks.ReplyAccepted:
		return doctor.Done
	case callbacks.ReplyClosed:
		return doctor.Closed
	case callbacks.ReplyDenied:
		return doctor.Denied
	case callbacks.ReplySkew, callbacks.ReplyCredentials:
		if failed.Status == 0 {
			return doctor.Silent // no request was sent
		}
		return doctor.Rejected
	case callbacks.ReplyGone:
		return doctor.Missing
	case callbacks.ReplyInvalid, callbacks.ReplyMaybeClosed:
		return doctor.Refused
	case callbacks.ReplyThrottled, callbacks.ReplyFault, callbacks.ReplyKMS:
		return doctor.Busy
	case callbacks.ReplyNone, callbacks.ReplyUnsent:
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
