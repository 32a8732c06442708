package lambdaapi

import (
	"errors"
	"fmt"

	"github.com/aws/smithy-go"

	"countersign/internal/doctor"
	"countersign/internal/replies"
)

// meaningOf returns what an error says about permissions.
func meaningOf(err error) doctor.Meaning {
	failed, ok := errors.AsType[*replies.Error](err)
	switch {
	case !ok:
		return doctor.Silent
	case failed.Code == "UnknownOperationException", failed.Code == "RegionDisabledException": // the latter of STS
		return doctor.Refused
	}
	switch failed.Reply {
	case replies.Accepted:
		return doctor.Done
	case replies.Closed:
		return doctor.Closed
	case replies.Denied:
		return doctor.Denied
	case replies.Skew, replies.Credentials:
		if failed.Status == 0 {
			return doctor.Silent // no request was sent
		}
		return doctor.Rejected
	case replies.Gone:
		return doctor.Missing
	case replies.Invalid, replies.MaybeClosed:
		return doctor.Refused
	case replies.Throttled, replies.Fault, replies.KMS:
		return doctor.Busy
	case replies.None, replies.Unsent, replies.Sealed:
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
