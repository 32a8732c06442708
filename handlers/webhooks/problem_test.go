package webhooks

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/callbacks"
	"countersign/internal/inflight"
	"countersign/internal/intake"
	"countersign/internal/ratelimit"
)

// aCase is an error, and what a sender learns of it.
type aCase struct {
	err        error
	status     int
	code       string
	detail     string
	retryAfter string
}

// cases are one for each row of the table, and those that stand beside it.
func cases(t *testing.T) map[string]aCase {
	t.Helper()
	senders, err := intake.NewVerifier(nil, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	_, _, badHeader := senders.Verify(http.Header{"Webhook-Signature": {"v1,"}}, nil)
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(strings.Repeat("x", intake.MaxBody+1)))
	r.Header.Set("Content-Type", "application/json")
	_, tooLarge := intake.ReadBody(httptest.NewRecorder(), r)
	return map[string]aCase{
		"NoCredentials": {intake.ErrNoCredentials, 401, "no_credentials", "Sign the message", ""},
		"BadHeader":     {badHeader, 401, "bad_header", "webhook-id is missing", ""},
		"Stale":         {intake.ErrStale, 401, "stale_timestamp", "5 minutes", ""},
		"NoMatch":       {intake.ErrNoMatch, 401, "no_match", "byte for byte", ""},
		"Incomplete":    {fmt.Errorf("%w: %w", intake.ErrBody, errors.New("reset")), 400, "incomplete", "arrived incomplete", ""},
		"TooLarge":      {tooLarge, 413, "too_large", "at most 1 MiB are taken", ""},
		"MediaType":     {intake.ErrMediaType, 415, "media_type", "application/json", ""},
		"Off":           {errOff, 404, "off", "setting", ""},
		"BadKey":        {intake.ErrAPIKey, 401, "bad_key", "connection", ""},
		"RawDelivery":   {intake.ErrRawDelivery, 400, "raw_delivery", "RawMessageDelivery", ""},
		"UnknownTopic":  {intake.ErrUnknownTopic, 403, "unknown_topic", "configured", ""},
		"StaleSNS":      {intake.ErrStaleNotification, 403, "stale_notification", "an hour", ""},
		"NotFromSNS":    {fmt.Errorf("%w: reset", intake.ErrNotFromSNS), 403, "not_from_sns", "does not match", ""},
		"NoSNS":         {fmt.Errorf("%w: reset", intake.ErrSNSUnreachable), 503, "sns_unreachable", "same message", "5"},
		"Busy":          {intake.ErrBusy, 503, "busy", "later", "5"},
		"Waited":        {fmt.Errorf("%w: %w", ratelimit.ErrBusy, context.DeadlineExceeded), 503, "busy", "later", "5"},
		"Full":          {inflight.ErrFull, 503, "busy", "later", "5"},
		"Different":     {fmt.Errorf("receive from x: %w", callbacks.ErrDifferent), 409, "different", "other content", ""},
		"Reused":        {fmt.Errorf("receive from x: %w", callbacks.ErrReused), 409, "reused_id", "webhook-id was used before", ""},
		"RateLimited":   {&ratelimit.Error{RetryAfter: 1200 * time.Millisecond}, 429, "rate_limited", "Retry-After", "2"},
		"Unavailable":   {fmt.Errorf("receive from x: %w", callbacks.ErrUnavailable), 503, "unavailable", "Nothing was recorded", "5"},
		"Unknown":       {errors.New("disk on fire"), 500, "internal", "met an internal error", ""},
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	for name, test := range cases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := ProblemOf(test.err)
			if p.Status != test.status || p.Code != test.code || !strings.Contains(p.Detail, test.detail) {
				t.Errorf("got %+v", p)
			}
			w := httptest.NewRecorder()
			if err := p.Write(w); err != nil {
				t.Fatal(err)
			}
			h := w.Result().Header
			if w.Code != test.status || h.Get("Content-Type") != "application/problem+json" || h.Get("Retry-After") != test.retryAfter ||
				h.Get("Cache-Control") != "no-store" || (h.Get("WWW-Authenticate") == "Bearer") != (test.status == 401) {
				t.Errorf("answered %d with %v", w.Code, h)
			}
			for _, internal := range []string{"disk on fire", "receive from", "reset"} {
				if strings.Contains(w.Body.String(), internal) {
					t.Errorf("the answer tells internals: %s", w.Body)
				}
			}
		})
	}
}

func TestInvalidProblem(t *testing.T) {
	t.Parallel()
	_, err := intake.Decode([]byte(`{"callbackId":"QUJD","timeoutSeconds":"1h","<b>":1}`))
	w := httptest.NewRecorder()
	if err := ProblemOf(fmt.Errorf("decode: %w", err)).Write(w); err != nil {
		t.Fatal(err)
	}
	want := `{"status":422,"title":"Unprocessable Entity","code":"invalid","detail":"The message is not valid. Nothing was recorded.",` +
		`"errors":[{"pointer":"/timeoutSeconds","detail":"a whole number of seconds is expected"},{"pointer":"/\u003cb\u003e","detail":"unknown field"}]}` + "\n"
	if diff := cmp.Diff(want, w.Body.String()); diff != "" || w.Code != 422 {
		t.Errorf("status %d, body (-want +got):\n%s", w.Code, diff)
	}
}
