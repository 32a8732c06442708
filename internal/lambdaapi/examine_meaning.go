package lambdaapi

import (
	"errors"
	"fmt"

	"github.com/aws/smithy-go"

	"countersign/internal/callbacks"
	"countersign/internal/doctor"
)

// rejections are the codes of AWS for credentials and signatures that are not good, most of them with the status of a denial
// (IAM User Guide, "Common errors").
var rejections = map[string]bool{
	"ExpiredTokenException": true, "ExpiredToken": true, "IncompleteSignature": true, "IncompleteSignatureException": true,
	"InvalidClientTokenId": true, "InvalidSignatureException": true, "MissingAuthenticationTokenException": true,
	"MissingAuthenticationToken": true, "RequestExpired": true, "SignatureDoesNotMatch": true, "UnrecognizedClientException": true,
}

// meaningOf tells what an error says of permissions.
func meaningOf(err error) doctor.Meaning {
	failed, ok := errors.AsType[*callbacks.LambdaError](err)
	switch {
	case !ok:
		return doctor.Silent
	case rejections[failed.Code]:
		return doctor.Rejected
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

// reason is an error for people: AWS's own words where it said some, else what stood in the way.
func reason(err error) error {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return fmt.Errorf("%s: %s", api.ErrorCode(), api.ErrorMessage())
	}
	if failed, ok := errors.AsType[*smithy.OperationError](err); ok {
		return failed.Err
	}
	return err
}
