package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"countersign/internal/auth"
	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/inflight"
	"countersign/internal/ratelimit"
)

func TestFailureOf(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		err    error
		status int
	}{
		{callbacks.ErrNotFound, http.StatusNotFound},
		{callbacks.ErrForbidden, http.StatusForbidden},
		{&callbacks.Refusal{Code: "queue"}, http.StatusForbidden},
		{callbacks.ErrConflict, http.StatusConflict},
		{fault.List{{Pointer: "comment"}}, http.StatusUnprocessableEntity},
		{callbacks.ErrUnavailable, http.StatusServiceUnavailable},
		{fmt.Errorf("%w: %w", callbacks.ErrUncertain, callbacks.ErrUnavailable), http.StatusServiceUnavailable},
		{callbacks.ErrNoRoom, http.StatusServiceUnavailable},
		{callbacks.ErrReadOnly, http.StatusServiceUnavailable},
		{fmt.Errorf("%w: %w", callbacks.ErrUnavailable, callbacks.ErrNotFound), http.StatusServiceUnavailable},
		{context.DeadlineExceeded, http.StatusServiceUnavailable},
		{fmt.Errorf("%w: %w", callbacks.ErrUnavailable, context.Canceled), statusClientGone},
		{errSignIn, http.StatusUnauthorized},
		{errNoRole, http.StatusForbidden},
		{&http.MaxBytesError{Limit: 1}, http.StatusRequestEntityTooLarge},
		{&ratelimit.Error{RetryAfter: time.Second}, http.StatusTooManyRequests},
		{inflight.ErrFull, http.StatusTooManyRequests},
		{auth.ErrProviderUnavailable, http.StatusServiceUnavailable},
		{auth.ErrStateMismatch, http.StatusBadRequest},
		{auth.ErrTokenInvalid, http.StatusBadGateway},
		{auth.ErrProviderUnfit, http.StatusBadGateway},
		{&noRoleError{reason: "no group came"}, http.StatusForbidden},
		{&auth.RefusedError{Code: "access_denied"}, http.StatusForbidden},
		{echo.ErrNotFound, http.StatusNotFound},
		{echo.ErrMethodNotAllowed, http.StatusMethodNotAllowed},
		{callbacks.ErrLeaseLost, http.StatusInternalServerError},
		{errors.New("anything else"), http.StatusInternalServerError},
	} {
		f := failureOf(fmt.Errorf("while testing: %w", test.err))
		if f.status != test.status || f.page == nil || f.line == "" {
			t.Errorf("%v: %d %q, want %d", test.err, f.status, f.line, test.status)
		}
	}
}

// TestAccess: who has which role gets through which door; the zero access is nobody's.
func TestAccess(t *testing.T) {
	t.Parallel()
	roles := []callbacks.Roles{{}, {Reviewer: true}, {Auditor: true}, {Admin: true}}
	for a, want := range map[access][4]bool{
		access(0):      {false, false, false, false},
		public:         {true, true, true, true},
		anyRole:        {false, true, true, true},
		adminOrAuditor: {false, false, true, true},
		adminOnly:      {false, false, false, true},
	} {
		for i, r := range roles {
			if got := a.allows(r); got != want[i] {
				t.Errorf("access %d, %+v: %t", a, r, got)
			}
		}
	}
}

func TestConsoleURL(t *testing.T) {
	t.Parallel()
	const arn = "arn:aws:lambda:eu-central-1:123456789012:function:f:1/durable-execution/a/b"
	for name, test := range map[string]struct {
		c    callbacks.Callback
		want string
	}{
		"Commercial": {callbacks.Callback{ExecutionARN: arn, Region: "eu-central-1", Function: "f"},
			"https://eu-central-1.console.aws.amazon.com/lambda/home?region=eu-central-1#/functions/f"},
		"China": {callbacks.Callback{ExecutionARN: "arn:aws-cn:lambda:cn-north-1:1:function:f", Region: "cn-north-1", Function: "f"},
			"https://cn-north-1.console.amazonaws.cn/lambda/home?region=cn-north-1#/functions/f"},
		"GovCloud": {callbacks.Callback{ExecutionARN: "arn:aws-us-gov:lambda:us-gov-west-1:1:function:f", Region: "us-gov-west-1", Function: "f"},
			"https://us-gov-west-1.console.amazonaws-us-gov.com/lambda/home?region=us-gov-west-1#/functions/f"},
		"HostileFunction": {callbacks.Callback{ExecutionARN: arn, Region: "eu-central-1", Function: `a/b"#?`},
			"https://eu-central-1.console.aws.amazon.com/lambda/home?region=eu-central-1#/functions/a%2Fb%22%23%3F"},
		"HostileRegion":  {callbacks.Callback{ExecutionARN: arn, Region: "evil.test/", Function: "f"}, ""},
		"OtherPartition": {callbacks.Callback{ExecutionARN: "arn:x:lambda:eu-central-1:1:function:f", Region: "eu-central-1", Function: "f"}, ""},
		"Emulator":       {callbacks.Callback{ExecutionARN: "6f1c/exp", Region: "eu-central-1", Function: "f"}, ""},
		"NoRegion":       {callbacks.Callback{ExecutionARN: arn, Function: "f"}, ""},
	} {
		if got := consoleURL(&test.c); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}
