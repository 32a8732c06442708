package lambdaapi_test

import (
	"net/http"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/lambdaapi"
)

// Statuses and codes are those of response_snapshot/ in the SDK's service/lambda, and of the general AWS errors.
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
		"BadSignature":         {403, "InvalidSignatureException", callbacks.AnswerDenied},
		"ExpiredToken":         {400, "ExpiredTokenException", callbacks.AnswerDenied},
		"IncompleteSignature":  {400, "IncompleteSignature", callbacks.AnswerDenied},
		"RequestExpired":       {400, "RequestExpired", callbacks.AnswerDenied},
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

// TestNotFoundByAnother: a wrong endpoint that answers 404 to everything must not end a callback that waits.
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
