package lambdaapi_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/lambdaapi"
)

// Statuses and codes are those of response_snapshot/ in the SDK's service/lambda, and of the
// general AWS errors.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		code   string
		want   callbacks.Answer
	}{
		"Closed":               {400, "CallbackTimeoutException", callbacks.AnswerClosed},
		"ClosedAs408":          {408, "CallbackTimeoutException", callbacks.AnswerClosed},
		"MaybeClosed":          {400, "InvalidParameterValueException", callbacks.AnswerMaybeClosed},
		"MaybeClosedAs409":     {409, "InvalidParameterValueException", callbacks.AnswerMaybeClosed},
		"TooLarge":             {413, "RequestEntityTooLargeException", callbacks.AnswerInvalid},
		"Validation":           {400, "ValidationException", callbacks.AnswerMaybeClosed},
		"UnknownOperation":     {404, "UnknownOperationException", callbacks.AnswerInvalid},
		"BareBadRequest":       {400, "", callbacks.AnswerMaybeClosed},
		"Gone":                 {404, "ResourceNotFoundException", callbacks.AnswerGone},
		"BareNotFound":         {404, "", callbacks.AnswerGone},
		"Throttled":            {429, "TooManyRequestsException", callbacks.AnswerThrottled},
		"ThrottledAs400":       {400, "ThrottlingException", callbacks.AnswerThrottled},
		"ThrottledOldSpelling": {400, "Throttling", callbacks.AnswerThrottled},
		"RequestLimit":         {503, "RequestLimitExceeded", callbacks.AnswerThrottled},
		"BareTooMany":          {429, "", callbacks.AnswerThrottled},
		"AccessDenied":         {403, "AccessDeniedException", callbacks.AnswerDenied},
		"BareForbidden":        {403, "", callbacks.AnswerDenied},
		"BareUnauthorized":     {401, "", callbacks.AnswerDenied},
		"KMSAccessDenied":      {502, "KMSAccessDeniedException", callbacks.AnswerKMS},
		"KMSDisabled":          {502, "KMSDisabledException", callbacks.AnswerKMS},
		"KMSInvalidState":      {502, "KMSInvalidStateException", callbacks.AnswerKMS},
		"KMSNotFound":          {502, "KMSNotFoundException", callbacks.AnswerKMS},
		"ServiceFault":         {500, "ServiceException", callbacks.AnswerFault},
		"BadGateway":           {502, "", callbacks.AnswerFault},
		"Unavailable":          {503, "ServiceUnavailable", callbacks.AnswerFault},
		"Redirect":             {302, "", callbacks.AnswerFault},
		"TypeWithNamespace":    {400, "CallbackTimeoutException:http://internal.amazon.com/coral/", callbacks.AnswerClosed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, refuse(test.status, test.code))
			client := newClient(t, lambdaapi.Config{Endpoint: server.url})

			err := lambdaError(t, client.Complete(t.Context(), target, approved))

			if err.Answer != test.want || err.Status != test.status {
				t.Errorf("got %s with status %d, want %s with status %d", err.Answer, err.Status, test.want, test.status)
			}
			if err.RequestID != "6f1c2a90" {
				t.Errorf("the request ID is %q", err.RequestID)
			}
			if n := len(server.requests()); n != 1 {
				t.Errorf("%d requests were made, want exactly one", n)
			}
		})
	}
}

// TestCodes: each code that is known means the same under every status that AWS may send it with,
// and none of those that pass, or that an operator can mend, ends a delivery.
func TestCodes(t *testing.T) {
	t.Parallel()
	want := map[callbacks.Answer][]string{
		callbacks.AnswerClosed:      {"CallbackTimeoutException"},
		callbacks.AnswerMaybeClosed: {"InvalidParameterValueException"},
		callbacks.AnswerInvalid:     {"UnknownOperationException"},
		callbacks.AnswerGone:        {"ResourceNotFoundException"},
		callbacks.AnswerKMS:         {"KMSAccessDeniedException", "KMSDisabledException", "KMSInvalidStateException", "KMSNotFoundException"},
		callbacks.AnswerDenied:      {"AccessDenied", "AccessDeniedException", "NotAuthorized"},
		callbacks.AnswerThrottled: {
			"BandwidthLimitExceeded", "EC2ThrottledException", "LimitExceededException", "PriorRequestNotComplete",
			"ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestThrottled", "RequestThrottledException", "SlowDown",
			"ThrottledException", "Throttling", "ThrottlingException", "TooManyRequestsException", "TransactionInProgressException",
		},
		callbacks.AnswerFault: {
			"InternalError", "InternalFailure", "InternalServerError", "RequestTimeout", "RequestTimeoutException", "ServiceException",
			"ServiceUnavailable", "ServiceUnavailableException",
		},
		callbacks.AnswerSkew: {"InvalidSignatureException", "RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed", "SignatureDoesNotMatch"},
		callbacks.AnswerCredentials: {
			"AuthFailure", "ExpiredToken", "ExpiredTokenException", "IncompleteSignature", "IncompleteSignatureException", "InvalidAccessKeyId",
			"InvalidClientTokenId", "InvalidToken", "MissingAuthenticationToken", "MissingAuthenticationTokenException", "UnrecognizedClientException",
		},
	}
	var codes []string
	for answer, means := range want {
		codes = append(codes, means...)
		for _, code := range means {
			t.Run(code, func(t *testing.T) {
				t.Parallel()
				for _, status := range []int{400, 403, 429, 500, 503} {
					client := newClient(t, lambdaapi.Config{Endpoint: serve(t, refuse(status, code)).url})
					if got := lambdaError(t, client.Complete(t.Context(), target, approved)); got.Answer != answer || got.Code != code {
						t.Errorf("a completion under %d: %s, want %s", status, got.Answer, answer)
					}
					if got := lambdaError(t, client.Heartbeat(t.Context(), target)); got.Answer != answer {
						t.Errorf("a heartbeat under %d: %s, want %s", status, got.Answer, answer)
					}
				}
			})
		}
	}
	slices.Sort(codes)
	if got := lambdaapi.Codes(); !slices.Equal(got, codes) {
		t.Errorf("the table has\n%v, tested are\n%v", got, codes)
	}
}

// TestReadingRefused: of a reading the code that may mean "closed" says that the question is wrong.
func TestReadingRefused(t *testing.T) {
	t.Parallel()
	client := newClient(t, lambdaapi.Config{Endpoint: serve(t, refuse(400, "InvalidParameterValueException")).url})
	_, err := client.History(t.Context(), target)
	if got := lambdaError(t, err); got.Answer != callbacks.AnswerInvalid {
		t.Errorf("got %s, want %s", got.Answer, callbacks.AnswerInvalid)
	}
}

// TestAnswerNamesKey: the key that stood in the way is kept for operators, where Lambda names it;
// whatever else it says is not.
func TestAnswerNamesKey(t *testing.T) {
	t.Parallel()
	const key = "arn:aws:kms:eu-central-1:123456789012:key/0f2c7d1e-4b7a-4a51-8a5b-0d4f1c2b3a49"
	for text, want := range map[string]string{
		"Lambda was unable to use " + key + " because the key is disabled.": key,
		"arn:aws-us-gov:kms:us-gov-west-1:123456789012:alias/durable":       "arn:aws-us-gov:kms:us-gov-west-1:123456789012:alias/durable",
		"The key is disabled.": "",
		"arn:aws:kms:<script>": "",
	} {
		server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Amzn-Errortype", "KMSDisabledException")
			w.WriteHeader(http.StatusBadGateway)
			_ = json.NewEncoder(w).Encode(map[string]string{"Message": text})
		})
		client := newClient(t, lambdaapi.Config{Endpoint: server.url})
		if got := lambdaError(t, client.Complete(t.Context(), target, approved)); got.Key != want {
			t.Errorf("of %q is kept %q, want %q", text, got.Key, want)
		}
	}
}

// TestNotFoundByAnother: a wrong endpoint that answers 404 to everything must not end a callback
// that waits.
func TestNotFoundByAnother(t *testing.T) {
	t.Parallel()
	server := serve(t, http.NotFound)
	client := newClient(t, lambdaapi.Config{Endpoint: server.url})
	if err := lambdaError(t, client.Heartbeat(t.Context(), target)); err.Answer != callbacks.AnswerFault {
		t.Errorf("it is taken for %s", err.Answer)
	}
}

func TestAnswerKeepsCode(t *testing.T) {
	t.Parallel()
	server := serve(t, refuse(502, "KMSDisabledException"))
	client := newClient(t, lambdaapi.Config{Endpoint: server.url})
	if err := lambdaError(t, client.Heartbeat(t.Context(), target)); err.Code != "KMSDisabledException" {
		t.Errorf("the code is %q", err.Code)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]time.Duration{
		"":                              0,
		"7":                             7 * time.Second,
		"86400":                         15 * time.Minute,
		"-5":                            0,
		"99999999999999":                0,
		"soon":                          0,
		"Sun, 22 Nov 2026 10:00:00 GMT": 0,
	} {
		t.Run(header, func(t *testing.T) {
			t.Parallel()
			server := serve(t, refuse(429, "TooManyRequestsException", "Retry-After", header))
			client := newClient(t, lambdaapi.Config{Endpoint: server.url})
			if err := lambdaError(t, client.Heartbeat(t.Context(), target)); err.RetryAfter != want {
				t.Errorf("got %s, want %s", err.RetryAfter, want)
			}
		})
	}
}
