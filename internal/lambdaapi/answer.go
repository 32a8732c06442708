package lambdaapi

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"countersign/internal/callbacks"
	"countersign/internal/replies"
)

// maybeClosed is the code by which Lambda refuses a value. AWS's own callback clients take it to
// mean that the callback is already complete.
const maybeClosed = "InvalidParameterValueException"

// ofCode maps each error code of AWS to its meaning, whatever status it comes with: throttling and
// bad credentials are also sent as 400. The SDK's typed exceptions carry the same codes, so one
// table serves both. The first group of codes is from the API reference
// (SendDurableExecutionCallbackSuccess, Errors). Any AWS endpoint may send the others (IAM User
// Guide, "Common errors"; the codes that AWS's SDKs retry).
var ofCode = map[string]replies.Reply{
	"CallbackTimeoutException":  replies.Closed,
	maybeClosed:                 replies.Invalid, // if a read got it; see sent
	"ResourceNotFoundException": replies.Gone,
	"TooManyRequestsException":  replies.Throttled,
	"ServiceException":          replies.Fault,
	"KMSAccessDeniedException":  replies.KMS,
	"KMSDisabledException":      replies.KMS,
	"KMSInvalidStateException":  replies.KMS,
	"KMSNotFoundException":      replies.KMS,

	// 404: the region does not know durable functions
	"UnknownOperationException": replies.Invalid,

	"BandwidthLimitExceeded":                 replies.Throttled,
	"EC2ThrottledException":                  replies.Throttled,
	"LimitExceededException":                 replies.Throttled,
	"PriorRequestNotComplete":                replies.Throttled,
	"ProvisionedThroughputExceededException": replies.Throttled,
	"RequestLimitExceeded":                   replies.Throttled,
	"RequestThrottled":                       replies.Throttled,
	"RequestThrottledException":              replies.Throttled,
	"SlowDown":                               replies.Throttled,
	"ThrottledException":                     replies.Throttled,
	"Throttling":                             replies.Throttled,
	"ThrottlingException":                    replies.Throttled,
	"TransactionInProgressException":         replies.Throttled,

	"InternalError":               replies.Fault,
	"InternalFailure":             replies.Fault,
	"InternalServerError":         replies.Fault,
	"RequestTimeout":              replies.Fault,
	"RequestTimeoutException":     replies.Fault,
	"ServiceUnavailable":          replies.Fault,
	"ServiceUnavailableException": replies.Fault,

	"AccessDenied":          replies.Denied,
	"AccessDeniedException": replies.Denied,
	"NotAuthorized":         replies.Denied,

	// the clock is the cause more often than the secret key
	"InvalidSignatureException": replies.Skew,
	"RequestExpired":            replies.Skew,
	"RequestInTheFuture":        replies.Skew,
	"RequestTimeTooSkewed":      replies.Skew,
	"SignatureDoesNotMatch":     replies.Skew,

	"AuthFailure":                         replies.Credentials,
	"ExpiredToken":                        replies.Credentials,
	"ExpiredTokenException":               replies.Credentials,
	"IncompleteSignature":                 replies.Credentials,
	"IncompleteSignatureException":        replies.Credentials,
	"InvalidAccessKeyId":                  replies.Credentials,
	"InvalidClientTokenId":                replies.Credentials,
	"InvalidToken":                        replies.Credentials,
	"MissingAuthenticationToken":          replies.Credentials,
	"MissingAuthenticationTokenException": replies.Credentials,
	"UnrecognizedClientException":         replies.Credentials,
}

// answerOfBare returns the meaning of an answer without an error code. Some endpoints send none:
// the Python emulator answers 404 without X-Amzn-Errortype for closed and for unknown callbacks,
// and the history tells them apart. A 404 that is not JSON comes from a proxy, or from a server
// that a wrong COUNTERSIGN_LAMBDA_ENDPOINT leads to, and says nothing about the callback. A bare
// 400 counts as a refusal that an operator has to read. Its text is not searched for "timeout": if
// we wrongly guessed "closed", we would give up a callback that still waits.
func answerOfBare(response *http.Response) replies.Reply {
	status := response.StatusCode
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return replies.Denied
	case status == http.StatusNotFound && !strings.Contains(response.Header.Get("Content-Type"), "json"):
		return replies.Fault
	case status == http.StatusNotFound, status == http.StatusGone:
		return replies.Gone
	case status == http.StatusTooManyRequests:
		return replies.Throttled
	case status == http.StatusRequestTimeout:
		return replies.Fault
	case status >= 400 && status < 500:
		return replies.Invalid
	}
	// also a redirect, and a 200 that cannot be read: Lambda may have done the work
	return replies.Fault
}

// sent reads the answer to a completion or a heartbeat. The callback ID and the size were checked
// before, so a 400 that calls a value invalid may mean that the callback is closed. The text of the
// reply is no contract.
func sent(err error) error {
	le, ok := errors.AsType[*replies.Error](err)
	if !ok || le.Reply != replies.Invalid {
		return err
	}
	if _, known := ofCode[le.Code]; le.Code == maybeClosed || !known && le.Status == http.StatusBadRequest {
		le.Reply = replies.MaybeClosed
	}
	return err
}

// classify turns an SDK error into the domain's error. reached says whether a request got as far as
// a connection.
func classify(err error, reached bool, id callbacks.CallbackID) *replies.Error {
	le := &replies.Error{Reply: replies.Unsent, Err: withoutID{err, id}}
	if reached {
		le.Reply = replies.None
	}
	response, ok := errors.AsType[*awshttp.ResponseError](err)
	if !ok || response.HTTPStatusCode() == 0 {
		return le
	}
	le.Status = response.HTTPStatusCode()
	le.RequestID = response.ServiceRequestID()
	le.RetryAfter = retryAfter(response.Response.Header)
	reply := answerOfBare(response.Response.Response)
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		le.Code = api.ErrorCode()
		if known, ok := ofCode[le.Code]; ok {
			reply = known
		}
		if reply == replies.KMS {
			le.Key = kmsKey.FindString(api.ErrorMessage())
		}
	}
	switch {
	case reached, reply.NeedsOperator():
		le.Reply = reply
	case reply == replies.Invalid:
		// STS refused the account's role; Lambda was not asked
		le.Reply = replies.Denied
	}
	return le
}

// kmsKey finds the key in Lambda's error text. It is shown to operators; nothing depends on it.
var kmsKey = regexp.MustCompile(`arn:aws[a-z-]{0,20}:kms:[a-z0-9-]{1,30}:[0-9]{12}:(?:key|alias)/[A-Za-z0-9/_-]{1,256}`)

// maxRetryAfter bounds how long a server may ask us to wait.
const maxRetryAfter = 15 * time.Minute

// retryAfter reads the header in its form of seconds, the only form that Lambda sends
// (RetryAfterSeconds of TooManyRequestsException is this header).
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.ParseInt(strings.TrimSpace(h.Get("Retry-After")), 10, 32)
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, maxRetryAfter)
}

// withoutID is an error whose text does not contain the callback ID: errors are logged, and the ID
// is half of what is needed to complete a callback.
type withoutID struct {
	error
	id callbacks.CallbackID
}

func (e withoutID) Error() string {
	text := e.error.Error()
	if e.id == "" {
		return text
	}
	const mark = "(callback ID)"
	return strings.NewReplacer(string(e.id), mark, url.PathEscape(string(e.id)), mark).Replace(text)
}

func (e withoutID) Unwrap() error { return e.error }
