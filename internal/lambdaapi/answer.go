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
var answers = map[string]callbacks.Answer{
	"CallbackTimeoutException":  callbacks.AnswerClosed,
	maybeClosed:                 callbacks.AnswerInvalid, // if a read got it; see sent
	"ResourceNotFoundException": callbacks.AnswerGone,
	"TooManyRequestsException":  callbacks.AnswerThrottled,
	"ServiceException":          callbacks.AnswerFault,
	"KMSAccessDeniedException":  callbacks.AnswerKMS,
	"KMSDisabledException":      callbacks.AnswerKMS,
	"KMSInvalidStateException":  callbacks.AnswerKMS,
	"KMSNotFoundException":      callbacks.AnswerKMS,

	// 404: the region does not know durable functions
	"UnknownOperationException": callbacks.AnswerInvalid,

	"BandwidthLimitExceeded":                 callbacks.AnswerThrottled,
	"EC2ThrottledException":                  callbacks.AnswerThrottled,
	"LimitExceededException":                 callbacks.AnswerThrottled,
	"PriorRequestNotComplete":                callbacks.AnswerThrottled,
	"ProvisionedThroughputExceededException": callbacks.AnswerThrottled,
	"RequestLimitExceeded":                   callbacks.AnswerThrottled,
	"RequestThrottled":                       callbacks.AnswerThrottled,
	"RequestThrottledException":              callbacks.AnswerThrottled,
	"SlowDown":                               callbacks.AnswerThrottled,
	"ThrottledException":                     callbacks.AnswerThrottled,
	"Throttling":                             callbacks.AnswerThrottled,
	"ThrottlingException":                    callbacks.AnswerThrottled,
	"TransactionInProgressException":         callbacks.AnswerThrottled,

	"InternalError":               callbacks.AnswerFault,
	"InternalFailure":             callbacks.AnswerFault,
	"InternalServerError":         callbacks.AnswerFault,
	"RequestTimeout":              callbacks.AnswerFault,
	"RequestTimeoutException":     callbacks.AnswerFault,
	"ServiceUnavailable":          callbacks.AnswerFault,
	"ServiceUnavailableException": callbacks.AnswerFault,

	"AccessDenied":          callbacks.AnswerDenied,
	"AccessDeniedException": callbacks.AnswerDenied,
	"NotAuthorized":         callbacks.AnswerDenied,

	// the clock is the cause more often than the secret key
	"InvalidSignatureException": callbacks.AnswerSkew,
	"RequestExpired":            callbacks.AnswerSkew,
	"RequestInTheFuture":        callbacks.AnswerSkew,
	"RequestTimeTooSkewed":      callbacks.AnswerSkew,
	"SignatureDoesNotMatch":     callbacks.AnswerSkew,

	"AuthFailure":                         callbacks.AnswerCredentials,
	"ExpiredToken":                        callbacks.AnswerCredentials,
	"ExpiredTokenException":               callbacks.AnswerCredentials,
	"IncompleteSignature":                 callbacks.AnswerCredentials,
	"IncompleteSignatureException":        callbacks.AnswerCredentials,
	"InvalidAccessKeyId":                  callbacks.AnswerCredentials,
	"InvalidClientTokenId":                callbacks.AnswerCredentials,
	"InvalidToken":                        callbacks.AnswerCredentials,
	"MissingAuthenticationToken":          callbacks.AnswerCredentials,
	"MissingAuthenticationTokenException": callbacks.AnswerCredentials,
	"UnrecognizedClientException":         callbacks.AnswerCredentials,
}

// answerOfBare returns the meaning of an answer without an error code. Some endpoints send none:
// the Python emulator answers 404 without X-Amzn-Errortype for closed and for unknown callbacks,
// and the history tells them apart. A 404 that is not JSON comes from a proxy, or from a server
// that a wrong COUNTERSIGN_LAMBDA_ENDPOINT leads to, and says nothing about the callback. A bare
// 400 counts as a refusal that an operator has to read. Its text is not searched for "timeout": if
// we wrongly guessed "closed", we would give up a callback that still waits.
func answerOfBare(response *http.Response) callbacks.Answer {
	status := response.StatusCode
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return callbacks.AnswerDenied
	case status == http.StatusNotFound && !strings.Contains(response.Header.Get("Content-Type"), "json"):
		return callbacks.AnswerFault
	case status == http.StatusNotFound, status == http.StatusGone:
		return callbacks.AnswerGone
	case status == http.StatusTooManyRequests:
		return callbacks.AnswerThrottled
	case status == http.StatusRequestTimeout:
		return callbacks.AnswerFault
	case status >= 400 && status < 500:
		return callbacks.AnswerInvalid
	}
	// also a redirect, and a 200 that cannot be read: Lambda may have done the work
	return callbacks.AnswerFault
}

// sent reads the answer to a completion or a heartbeat. The callback ID and the size were checked
// before, so a 400 that calls a value invalid may mean that the callback is closed. The text of the
// answer is no contract.
func sent(err error) error {
	le, ok := errors.AsType[*callbacks.LambdaError](err)
	if !ok || le.Answer != callbacks.AnswerInvalid {
		return err
	}
	if _, known := answers[le.Code]; le.Code == maybeClosed || !known && le.Status == http.StatusBadRequest {
		le.Answer = callbacks.AnswerMaybeClosed
	}
	return err
}

// classify turns an SDK error into the domain's error. reached says whether a request got as far as
// a connection.
func classify(err error, reached bool, id callbacks.CallbackID) *callbacks.LambdaError {
	le := &callbacks.LambdaError{Answer: callbacks.AnswerUnsent, Err: withoutID{err, id}}
	if reached {
		le.Answer = callbacks.AnswerNone
	}
	response, ok := errors.AsType[*awshttp.ResponseError](err)
	if !ok || response.HTTPStatusCode() == 0 {
		return le
	}
	le.Status = response.HTTPStatusCode()
	le.RequestID = response.ServiceRequestID()
	le.RetryAfter = retryAfter(response.Response.Header)
	answer := answerOfBare(response.Response.Response)
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		le.Code = api.ErrorCode()
		if known, ok := answers[le.Code]; ok {
			answer = known
		}
		if answer == callbacks.AnswerKMS {
			le.Key = kmsKey.FindString(api.ErrorMessage())
		}
	}
	switch {
	case reached, answer.NeedsOperator():
		le.Answer = answer
	case answer == callbacks.AnswerInvalid:
		// STS refused the account's role; Lambda was not asked
		le.Answer = callbacks.AnswerDenied
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
