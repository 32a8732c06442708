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
)

// maybeClosed is the code by which Lambda refuses a value. AWS's own callback clients take it to
// mean that the callback is already complete.
const maybeClosed = "InvalidParameterValueException"

// answers maps each error code of AWS to its meaning, whatever status it comes with: throttling and
// bad credentials are also sent as 400. The SDK's typed exceptions carry the same codes, so one
// table serves both. The first group of codes is from the API reference
// (SendDurableExecutionCallbackSuccess, Errors). Any AWS endpoint may send the others (IAM User
// Guide, "Common errors"; the codes that AWS's SDKs retry).
var replies = map[string]callbacks.Reply{
	"CallbackTimeoutException":  callbacks.ReplyClosed,
	maybeClosed:                 callbacks.ReplyInvalid, // if a read got it; see sent
	"ResourceNotFoundException": callbacks.ReplyGone,
	"TooManyRequestsException":  callbacks.ReplyThrottled,
	"ServiceException":          callbacks.ReplyFault,
	"KMSAccessDeniedException":  callbacks.ReplyKMS,
	"KMSDisabledException":      callbacks.ReplyKMS,
	"KMSInvalidStateException":  callbacks.ReplyKMS,
	"KMSNotFoundException":      callbacks.ReplyKMS,

	// 404: the region does not know durable functions
	"UnknownOperationException": callbacks.ReplyInvalid,

	"BandwidthLimitExceeded":                 callbacks.ReplyThrottled,
	"EC2ThrottledException":                  callbacks.ReplyThrottled,
	"LimitExceededException":                 callbacks.ReplyThrottled,
	"PriorRequestNotComplete":                callbacks.ReplyThrottled,
	"ProvisionedThroughputExceededException": callbacks.ReplyThrottled,
	"RequestLimitExceeded":                   callbacks.ReplyThrottled,
	"RequestThrottled":                       callbacks.ReplyThrottled,
	"RequestThrottledException":              callbacks.ReplyThrottled,
	"SlowDown":                               callbacks.ReplyThrottled,
	"ThrottledException":                     callbacks.ReplyThrottled,
	"Throttling":                             callbacks.ReplyThrottled,
	"ThrottlingException":                    callbacks.ReplyThrottled,
	"TransactionInProgressException":         callbacks.ReplyThrottled,

	"InternalError":               callbacks.ReplyFault,
	"InternalFailure":             callbacks.ReplyFault,
	"InternalServerError":         callbacks.ReplyFault,
	"RequestTimeout":              callbacks.ReplyFault,
	"RequestTimeoutException":     callbacks.ReplyFault,
	"ServiceUnavailable":          callbacks.ReplyFault,
	"ServiceUnavailableException": callbacks.ReplyFault,

	"AccessDenied":          callbacks.ReplyDenied,
	"AccessDeniedException": callbacks.ReplyDenied,
	"NotAuthorized":         callbacks.ReplyDenied,

	// the clock is the cause more often than the secret key
	"InvalidSignatureException": callbacks.ReplySkew,
	"RequestExpired":            callbacks.ReplySkew,
	"RequestInTheFuture":        callbacks.ReplySkew,
	"RequestTimeTooSkewed":      callbacks.ReplySkew,
	"SignatureDoesNotMatch":     callbacks.ReplySkew,

	"AuthFailure":                         callbacks.ReplyCredentials,
	"ExpiredToken":                        callbacks.ReplyCredentials,
	"ExpiredTokenException":               callbacks.ReplyCredentials,
	"IncompleteSignature":                 callbacks.ReplyCredentials,
	"IncompleteSignatureException":        callbacks.ReplyCredentials,
	"InvalidAccessKeyId":                  callbacks.ReplyCredentials,
	"InvalidClientTokenId":                callbacks.ReplyCredentials,
	"InvalidToken":                        callbacks.ReplyCredentials,
	"MissingAuthenticationToken":          callbacks.ReplyCredentials,
	"MissingAuthenticationTokenException": callbacks.ReplyCredentials,
	"UnrecognizedClientException":         callbacks.ReplyCredentials,
}

// answerOfBare returns the meaning of an answer without an error code. Some endpoints send none:
// the Python emulator answers 404 without X-Amzn-Errortype for closed and for unknown callbacks,
// and the history tells them apart. A 404 that is not JSON comes from a proxy, or from a server
// that a wrong COUNTERSIGN_LAMBDA_ENDPOINT leads to, and says nothing about the callback. A bare
// 400 counts as a refusal that an operator has to read. Its text is not searched for "timeout": if
// we wrongly guessed "closed", we would give up a callback that still waits.
func answerOfBare(response *http.Response) callbacks.Reply {
	status := response.StatusCode
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return callbacks.ReplyDenied
	case status == http.StatusNotFound && !strings.Contains(response.Header.Get("Content-Type"), "json"):
		return callbacks.ReplyFault
	case status == http.StatusNotFound, status == http.StatusGone:
		return callbacks.ReplyGone
	case status == http.StatusTooManyRequests:
		return callbacks.ReplyThrottled
	case status == http.StatusRequestTimeout:
		return callbacks.ReplyFault
	case status >= 400 && status < 500:
		return callbacks.ReplyInvalid
	}
	// also a redirect, and a 200 that cannot be read: Lambda may have done the work
	return callbacks.ReplyFault
}

// sent reads the answer to a completion or a heartbeat. The callback ID and the size were checked
// before, so a 400 that calls a value invalid may mean that the callback is closed. The text of the
// reply is no contract.
func sent(err error) error {
	le, ok := errors.AsType[*callbacks.LambdaError](err)
	if !ok || le.Reply != callbacks.ReplyInvalid {
		return err
	}
	if _, known := replies[le.Code]; le.Code == maybeClosed || !known && le.Status == http.StatusBadRequest {
		le.Reply = callbacks.ReplyMaybeClosed
	}
	return err
}

// classify turns an SDK error into the domain's error. reached says whether a request got as far as
// a connection.
func classify(err error, reached bool, id callbacks.CallbackID) *callbacks.LambdaError {
	le := &callbacks.LambdaError{Reply: callbacks.ReplyUnsent, Err: withoutID{err, id}}
	if reached {
		le.Reply = callbacks.ReplyNone
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
		if known, ok := replies[le.Code]; ok {
			reply = known
		}
		if reply == callbacks.ReplyKMS {
			le.Key = kmsKey.FindString(api.ErrorMessage())
		}
	}
	switch {
	case reached, reply.NeedsOperator():
		le.Reply = reply
	case reply == callbacks.ReplyInvalid:
		// STS refused the account's role; Lambda was not asked
		le.Reply = callbacks.ReplyDenied
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
