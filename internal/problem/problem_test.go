package problem_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"countersign/internal/printable"
	"countersign/internal/problem"
)

func TestTable(t *testing.T) {
	t.Parallel()
	away, unknown, unlisted := errors.New("the database is away"), errors.New("header x is missing"), errors.New("disk on fire")
	table := problem.Table{
		{Err: away, Status: 503, Code: "away", Detail: "Try again."},
		{Err: unknown, Status: 400, Code: "header"},
		{Err: away, Status: 500, Code: "second"},
	}
	wrapped := fmt.Errorf("receive: %w", away)
	for name, test := range map[string]struct {
		err   error
		want  problem.Problem
		known bool
	}{
		"First":     {away, problem.Problem{Err: away, Status: 503, Code: "away", Detail: "Try again."}, true},
		"Wrapped":   {wrapped, problem.Problem{Err: wrapped, Status: 503, Code: "away", Detail: "Try again."}, true},
		"OwnDetail": {unknown, problem.Problem{Err: unknown, Status: 400, Code: "header", Detail: "Header x is missing."}, true},
		"Unlisted":  {unlisted, problem.Problem{}, false},
	} {
		got, known := table.Of(test.err)
		if diff := cmp.Diff(test.want, got, cmpopts.EquateErrors()); diff != "" || known != test.known {
			t.Errorf("%s: known %t, (-want +got):\n%s", name, known, diff)
		}
	}
}

func TestWrite(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		problem               problem.Problem
		body                  string
		challenge, retryAfter string
	}{
		"Plain": {
			problem.Problem{Status: 409, Code: "taken", Detail: "Taken."},
			`{"status":409,"title":"Conflict","code":"taken","detail":"Taken."}`, "", "",
		},
		"Unauthorized": {
			problem.Problem{Status: 401, Code: "who", Detail: "Sign."},
			`{"status":401,"title":"Unauthorized","code":"who","detail":"Sign."}`, "Bearer", "",
		},
		"Busy": {
			problem.Problem{Status: 503, Code: "busy", Detail: "Later.", RetryAfter: 1200 * time.Millisecond},
			`{"status":503,"title":"Service Unavailable","code":"busy","detail":"Later."}`, "", "2",
		},
		"Faults": {
			problem.Problem{Status: 422, Code: "invalid", Detail: "No.", Faults: []problem.Fault{{Pointer: "/<b>", Detail: "unknown"}}},
			`{"status":422,"title":"Unprocessable Entity","code":"invalid","detail":"No.","errors":[{"pointer":"/\u003cb\u003e","detail":"unknown"}]}`, "", "",
		},
	} {
		w := httptest.NewRecorder()
		if err := test.problem.Write(w); err != nil {
			t.Fatal(err)
		}
		h := w.Result().Header
		if got := strings.TrimSuffix(w.Body.String(), "\n"); w.Code != test.problem.Status || got != test.body {
			t.Errorf("%s: answered %d %s", name, w.Code, got)
		}
		if h.Get("Content-Type") != "application/problem+json" || h.Get("Cache-Control") != "no-store" ||
			h.Get("WWW-Authenticate") != test.challenge || h.Get("Retry-After") != test.retryAfter {
			t.Errorf("%s: headers %v", name, h)
		}
	}
}

// TestProblem_ShowsNothingHidden: what a sender named comes back so that its terminal and logs show
// it, and its program reads the same.
func TestProblem_ShowsNothingHidden(t *testing.T) {
	t.Parallel()
	const hostile = "x\u202e\u009b2J\u200b\u3164\u034f\x1b\ufeff\U000E0041"
	faults := []problem.Fault{{Pointer: "/" + hostile, Detail: "no queue is named " + hostile}}
	w := httptest.NewRecorder()
	if err := (problem.Problem{Status: http.StatusUnprocessableEntity, Faults: faults}).Write(w); err != nil {
		t.Fatal(err)
	}
	if hidden := printable.Hidden(strings.TrimSpace(w.Body.String()), printable.Line); len(hidden) > 0 {
		t.Errorf("%U in %q", hidden, w.Body)
	}
	var read struct{ Errors []problem.Fault }
	if err := json.Unmarshal(w.Body.Bytes(), &read); err != nil || !cmp.Equal(read.Errors, faults) {
		t.Errorf("%v: %s", err, cmp.Diff(faults, read.Errors))
	}
}
