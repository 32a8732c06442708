package lambdaapi_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"countersign/internal/history"
	"countersign/internal/lambdaapi"
	"countersign/internal/replies"
)

// Statuses and codes are those of response_snapshot/ in the SDK's service/lambda, and of the
// general AWS errors.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		code   string
		want   replies.Reply
	}{
		"Closed":               {400, "CallbackTimeoutException", replies.Closed},
		"ClosedAs408":          {408, "CallbackTimeoutException", replies.Closed},
		"MaybeClosed":          {400, "InvalidParameterValueException", replies.MaybeClosed},
		"MaybeClosedAs409":     {409, "InvalidParameterValueException", replies.MaybeClosed},
		"TooLarge":             {413, "RequestEntityTooLargeException", replies.Invalid},
		"Validation":           {400, "ValidationException", replies.MaybeClosed},
		"UnknownOperation":     {404, "UnknownOperationException", replies.Invalid},
		"BareBadRequest":       {400, "", replies.MaybeClosed},
		"Gone":                 {404, "ResourceNotFoundException", replies.Gone},
		"BareNotFound":         {404, "", replies.Gone},
		"Throttled":            {429, "TooManyRequestsException", replies.Throttled},
		"ThrottledAs400":       {400, "ThrottlingException", replies.Throttled},
		"ThrottledOldSpelling": {400, "Throttling", replies.Throttled},
		"RequestLimit":         {503, "RequestLimitExceeded", replies.Throttled},
		"BareTooMany":          {429, "", replies.Throttled},
		"AccessDenied":         {403, "AccessDeniedException", replies.Denied},
		"BareForbidden":        {403, "", replies.Denied},
		"BareUnauthorized":     {401, "", replies.Denied},
		"KMSAccessDenied":      {502, "KMSAccessDeniedException", replies.KMS},
		"KMSDisabled":          {502, "KMSDisabledException", replies.KMS},
		"KMSInvalidState":      {502, "KMSInvalidStateException", replies.KMS},
		"KMSNotFound":          {502, "KMSNotFoundException", replies.KMS},
		"ServiceFault":         {500, "ServiceException", replies.Fault},
		"BadGateway":           {502, "", replies.Fault},
		"Unavailable":          {503, "ServiceUnavailable", replies.Fault},
		"Redirect":             {302, "", replies.Fault},
		"TypeWithNamespace":    {400, "CallbackTimeoutException:http://internal.amazon.com/coral/", replies.Closed},
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
	want := map[replies.Reply][]string{
		replies.Closed:      {"CallbackTimeoutException"},
		replies.MaybeClosed: {"InvalidParameterValueException"},
		replies.Invalid:     {"UnknownOperationException"},
		replies.Gone:        {"ResourceNotFoundException"},
		replies.KMS:         {"KMSAccessDeniedException", "KMSDisabledException", "KMSInvalidStateException", "KMSNotFoundException"},
		replies.Denied:      {"AccessDenied", "AccessDeniedException", "NotAuthorized"},
		replies.Throttled: {
			"BandwidthLimitExceeded", "EC2ThrottledException", "LimitExceededException", "PriorRequestNotComplete",
			"ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestThrottled", "RequestThrottledException", "SlowDown",
			"ThrottledException", "Throttling", "ThrottlingException", "TooManyRequestsException", "TransactionInProgressException",
		},
		replies.Fault: {
			"InternalError", "InternalFailure", "InternalServerError", "RequestTimeout", "RequestTimeoutException", "ServiceException",
			"ServiceUnavailable", "ServiceUnavailableException",
		},
		replies.Skew: {"InvalidSignatureException", "RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed", "SignatureDoesNotMatch"},
		replies.Credentials: {
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
	if got := lambdaError(t, err); got.Reply != replies.Invalid {
		t.Errorf("got %s, want %s", got.Reply, replies.Invalid)
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
	if err := lambdaError(t, client.Heartbeat(t.Context(), target)); err.Reply != replies.Fault {
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
