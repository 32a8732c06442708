package lambdaapi_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/history"
	"countersign/internal/lambdaapi"
)

// Statuses and codes are those of response_snapshot/ in the SDK's service/lambda, and of the
// general AWS errors.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		code   string
		want   callbacks.Reply
	}{
		"Closed":               {400, "CallbackTimeoutException", callbacks.ReplyClosed},
		"ClosedAs408":          {408, "CallbackTimeoutException", callbacks.ReplyClosed},
		"MaybeClosed":          {400, "InvalidParameterValueException", callbacks.ReplyMaybeClosed},
		"MaybeClosedAs409":     {409, "InvalidParameterValueException", callbacks.ReplyMaybeClosed},
		"TooLarge":             {413, "RequestEntityTooLargeException", callbacks.ReplyInvalid},
		"Validation":           {400, "ValidationException", callbacks.ReplyMaybeClosed},
		"UnknownOperation":     {404, "UnknownOperationException", callbacks.ReplyInvalid},
		"BareBadRequest":       {400, "", callbacks.ReplyMaybeClosed},
		"Gone":                 {404, "ResourceNotFoundException", callbacks.ReplyGone},
		"BareNotFound":         {404, "", callbacks.ReplyGone},
		"Throttled":            {429, "TooManyRequestsException", callbacks.ReplyThrottled},
		"ThrottledAs400":       {400, "ThrottlingException", callbacks.ReplyThrottled},
		"ThrottledOldSpelling": {400, "Throttling", callbacks.ReplyThrottled},
		"RequestLimit":         {503, "RequestLimitExceeded", callbacks.ReplyThrottled},
		"BareTooMany":          {429, "", callbacks.ReplyThrottled},
		"AccessDenied":         {403, "AccessDeniedException", callbacks.ReplyDenied},
		"BareForbidden":        {403, "", callbacks.ReplyDenied},
		"BareUnauthorized":     {401, "", callbacks.ReplyDenied},
		"KMSAccessDenied":      {502, "KMSAccessDeniedException", callbacks.ReplyKMS},
		"KMSDisabled":          {502, "KMSDisabledException", callbacks.ReplyKMS},
		"KMSInvalidState":      {502, "KMSInvalidStateException", callbacks.ReplyKMS},
		"KMSNotFound":          {502, "KMSNotFoundException", callbacks.ReplyKMS},
		"ServiceFault":         {500, "ServiceException", callbacks.ReplyFault},
		"BadGateway":           {502, "", callbacks.ReplyFault},
		"Unavailable":          {503, "ServiceUnavailable", callbacks.ReplyFault},
		"Redirect":             {302, "", callbacks.ReplyFault},
		"TypeWithNamespace":    {400, "CallbackTimeoutException:http://internal.amazon.com/coral/", callbacks.ReplyClosed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, refuse(test.status, test.code))
			client := newClient(t, lambdaapi.Config{Endpoint: server.url})

			err := lambdaError(t, client.Complete(t.Context(), target, approved))

			if err.Reply != test.want || err.Status != test.status {
				t.Errorf("got %s with status %d, want %s with status %d", err.Reply, err.Status, test.want, test.status)
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
	want := map[callbacks.Reply][]string{
		callbacks.ReplyClosed:      {"CallbackTimeoutException"},
		callbacks.ReplyMaybeClosed: {"InvalidParameterValueException"},
		callbacks.ReplyInvalid:     {"UnknownOperationException"},
		callbacks.ReplyGone:        {"ResourceNotFoundException"},
		callbacks.ReplyKMS:         {"KMSAccessDeniedException", "KMSDisabledException", "KMSInvalidStateException", "KMSNotFoundException"},
		callbacks.ReplyDenied:      {"AccessDenied", "AccessDeniedException", "NotAuthorized"},
		callbacks.ReplyThrottled: {
			"BandwidthLimitExceeded", "EC2ThrottledException", "LimitExceededException", "PriorRequestNotComplete",
			"ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestThrottled", "RequestThrottledException", "SlowDown",
			"ThrottledException", "Throttling", "ThrottlingException", "TooManyRequestsException", "TransactionInProgressException",
		},
		callbacks.ReplyFault: {
			"InternalError", "InternalFailure", "InternalServerError", "RequestTimeout", "RequestTimeoutException", "ServiceException",
			"ServiceUnavailable", "ServiceUnavailableException",
		},
		callbacks.ReplySkew: {"InvalidSignatureException", "RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed", "SignatureDoesNotMatch"},
		callbacks.ReplyCredentials: {
			"AuthFailure", "ExpiredToken", "ExpiredTokenException", "IncompleteSignature", "IncompleteSignatureException", "InvalidAccessKeyId",
			"InvalidClientTokenId", "InvalidToken", "MissingAuthenticationToken", "MissingAuthenticationTokenException", "UnrecognizedClientException",
		},
	}
	var codes []string
	for reply, means := range want {
		codes = append(codes, means...)
		for _, code := range means {
			t.Run(code, func(t *testing.T) {
				t.Parallel()
				for _, status := range []int{400, 403, 429, 500, 503} {
					client := newClient(t, lambdaapi.Config{Endpoint: serve(t, refuse(status, code)).url})
					if got := lambdaError(t, client.Complete(t.Context(), target, approved)); got.Reply != reply || got.Code != code {
						t.Errorf("a completion under %d: %s, want %s", status, got.Reply, reply)
					}
					if got := lambdaError(t, client.Heartbeat(t.Context(), target)); got.Reply != reply {
						t.Errorf("a heartbeat under %d: %s, want %s", status, got.Reply, reply)
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
	_, err := client.Page(t.Context(), history.Query{Target: target, Limit: 1})
	if got := lambdaError(t, err); got.Reply != callbacks.ReplyInvalid {
		t.Errorf("got %s, want %s", got.Reply, callbacks.ReplyInvalid)
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
	if err := lambdaError(t, client.Heartbeat(t.Context(), target)); err.Reply != callbacks.ReplyFault {
		t.Errorf("it is taken for %s", err.Reply)
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
