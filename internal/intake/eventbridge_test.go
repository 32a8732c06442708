package intake_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/desk"
	"countersign/internal/fault"
	"countersign/internal/intake"
)

const (
	eventKey     = "key-of-the-tests-which-is-long-enough"
	eventKeyNext = "next-key-of-the-tests-which-is-long-enough"
)

func TestEventBridgeVerify(t *testing.T) {
	t.Parallel()
	e, err := intake.NewEventBridge([]string{eventKey, eventKeyNext})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		header http.Header
		want   error
	}{
		"First":     {http.Header{"X-Api-Key": {eventKey}}, nil},
		"Next":      {http.Header{"X-Api-Key": {eventKeyNext}}, nil},
		"None":      {http.Header{}, intake.ErrAPIKey},
		"Empty":     {http.Header{"X-Api-Key": {""}}, intake.ErrAPIKey},
		"Beginning": {http.Header{"X-Api-Key": {eventKey[:32]}}, intake.ErrAPIKey},
		"Longer":    {http.Header{"X-Api-Key": {eventKey + "x"}}, intake.ErrAPIKey},
		"OtherCase": {http.Header{"X-Api-Key": {strings.ToUpper(eventKey)}}, intake.ErrAPIKey},
		"Bearer":    {http.Header{"Authorization": {"Bearer " + eventKey}}, intake.ErrAPIKey},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := e.Verify(test.header); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

func TestEventBridgeKeysRefused(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", eventKey[:31], eventKey + " x", eventKey + "ä"} {
		if _, err := intake.NewEventBridge([]string{eventKey, key}); err == nil || !strings.Contains(err.Error(), "key 2") || strings.Contains(err.Error(), eventKey[:31]) {
			t.Errorf("%q: got %v", key, err)
		}
	}
	none, err := intake.NewEventBridge(nil)
	if err != nil || none.Verify(http.Header{"X-Api-Key": {""}}) == nil {
		t.Errorf("without keys somebody gets in, or %v", err)
	}
}

func TestReadEvent(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]error{256 << 10: nil, 256<<10 + 1: intake.ErrTooLarge} {
		r := httptest.NewRequest(http.MethodPost, "/webhooks/eventbridge", strings.NewReader(strings.Repeat("x", size)))
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
		if body, err := intake.ReadEvent(httptest.NewRecorder(), r); !errors.Is(err, want) || err == nil && len(body) != size {
			t.Errorf("%d bytes: got %d and %v, want %v", size, len(body), err, want)
		}
	}
}

const executionARN = "arn:aws:lambda:us-east-1:123456789012:function:my-function:$LATEST/durable-execution/090c4189-b18b-4296-9d0c-cfd01dc3a122/9f7d84c9-ea3d-3ffc-b3e5-5ec51c34ffc9"

// statusChange is an event as the developer guide shows it.
func statusChange(status, end string) map[string]any {
	detail := map[string]any{
		"durableExecutionArn": executionARN, "durableExecutionName": "order-123", "status": status,
		"functionArn": "arn:aws:lambda:us-east-1:123456789012:function:my-function:2", "startTimestamp": "2025-11-20T13:08:22.345Z",
	}
	if end != "" {
		detail["endTimestamp"] = end
	}
	return map[string]any{
		"version": "0", "id": "d019b03c-a8a3-9d58-85de-241e96206538", "detail-type": "Durable Execution Status Change", "source": "aws.lambda",
		"account": "123456789012", "time": "2025-11-20T13:08:22Z", "region": "us-east-1", "resources": []any{}, "detail": detail,
	}
}

// stateChange is a status change in its other shape, which AWS's SDK for Go documents.
func stateChange(status, end string) map[string]any {
	event := statusChange(status, end)
	event["detail-type"] = "Durable Execution State Change"
	event["detail"] = changed(event["detail"].(map[string]any), "durableExecutionArn", nil, "executionArn", executionARN)
	return event
}

// mixed is one shape's kind with the other's field.
func mixed(event, other map[string]any) map[string]any {
	return changed(event, "detail-type", other["detail-type"])
}

func TestDecodeEvent(t *testing.T) {
	t.Parallel()
	const id, end = "d019b03c-a8a3-9d58-85de-241e96206538", "2025-11-20T13:09:00.5Z"
	sent, ended := time.Date(2025, 11, 20, 13, 8, 22, 0, time.UTC), time.Date(2025, 11, 20, 13, 9, 0, 500_000_000, time.UTC)
	for name, test := range map[string]struct {
		event map[string]any
		want  intake.ExecutionEvent
	}{
		"Succeeded":      {statusChange("SUCCEEDED", end), intake.ExecutionEvent{ID: id, ARN: executionARN, End: desk.ExecutionSucceeded, At: ended}},
		"Failed":         {statusChange("FAILED", end), intake.ExecutionEvent{ID: id, ARN: executionARN, End: desk.ExecutionFailed, At: ended}},
		"TimedOut":       {statusChange("TIMED_OUT", end), intake.ExecutionEvent{ID: id, ARN: executionARN, End: desk.ExecutionTimedOut, At: ended}},
		"Stopped":        {statusChange("STOPPED", end), intake.ExecutionEvent{ID: id, ARN: executionARN, End: desk.ExecutionStopped, At: ended}},
		"StateSucceeded": {stateChange("SUCCEEDED", end), intake.ExecutionEvent{ID: id, ARN: executionARN, End: desk.ExecutionSucceeded, At: ended}},
		"StateFailed":    {stateChange("FAILED", end), intake.ExecutionEvent{ID: id, ARN: executionARN, End: desk.ExecutionFailed, At: ended}},
		"StateTimedOut":  {stateChange("TIMED_OUT", end), intake.ExecutionEvent{ID: id, ARN: executionARN, End: desk.ExecutionTimedOut, At: ended}},
		"StateStopped":   {stateChange("STOPPED", ""), intake.ExecutionEvent{ID: id, ARN: executionARN, End: desk.ExecutionStopped, At: sent}},
		"StateRunning":   {stateChange("RUNNING", ""), intake.ExecutionEvent{ID: id, ARN: executionARN, At: sent}},
		"StatusNamed":    {mixed(statusChange("STOPPED", end), stateChange("", "")), intake.ExecutionEvent{ID: id, ARN: executionARN, End: desk.ExecutionStopped, At: ended}},
		"StateNamed":     {mixed(stateChange("STOPPED", end), statusChange("", "")), intake.ExecutionEvent{ID: id, ARN: executionARN, End: desk.ExecutionStopped, At: ended}},
		"NoEnd":          {statusChange("STOPPED", ""), intake.ExecutionEvent{ID: id, ARN: executionARN, End: desk.ExecutionStopped, At: sent}},
		"Running":        {statusChange("RUNNING", ""), intake.ExecutionEvent{ID: id, ARN: executionARN, At: sent}},
		"NewStatus":      {statusChange("PAUSED", ""), intake.ExecutionEvent{ID: id, ARN: executionARN, At: sent}},
		"OtherKind":      {changed(statusChange("STOPPED", end), "detail-type", "AWS API Call via CloudTrail", "detail", 7), intake.ExecutionEvent{ID: id, At: sent}},
		"OtherSource":    {changed(statusChange("STOPPED", end), "source", "my.app"), intake.ExecutionEvent{ID: id, At: sent}},
		"FieldsOfLater":  {changed(statusChange("FAILED", end), "new", map[string]any{"a": 1}), intake.ExecutionEvent{ID: id, ARN: executionARN, End: desk.ExecutionFailed, At: ended}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := intake.DecodeEvent(document(t, test.event))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("event (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDecodeEventRefuses(t *testing.T) {
	t.Parallel()
	detail := func(pairs ...any) map[string]any {
		event := statusChange("STOPPED", "2025-11-20T13:09:00Z")
		event["detail"] = changed(event["detail"].(map[string]any), pairs...)
		return event
	}
	for name, test := range map[string]struct {
		body     []byte
		pointers []string
	}{
		"NotJSON":    {[]byte("status=STOPPED"), []string{""}},
		"Array":      {[]byte("[]"), []string{""}},
		"Empty":      {[]byte("{}"), []string{"/id", "/source"}},
		"NoKind":     {document(t, changed(statusChange("STOPPED", ""), "detail-type", nil)), []string{"/detail-type"}},
		"NumberID":   {document(t, changed(statusChange("STOPPED", ""), "id", 7)), []string{"/id"}},
		"NoDetail":   {document(t, changed(statusChange("STOPPED", ""), "detail", nil)), []string{"/detail"}},
		"TextIsNot":  {document(t, changed(statusChange("STOPPED", ""), "detail", "STOPPED")), []string{"/detail"}},
		"NoARN":      {document(t, detail("durableExecutionArn", nil)), []string{"/detail/durableExecutionArn"}},
		"NoStateARN": {document(t, mixed(detail("durableExecutionArn", nil), stateChange("", ""))), []string{"/detail/executionArn"}},
		"NoStatus":   {document(t, detail("status", nil)), []string{"/detail/status"}},
		"BadEnd":     {document(t, detail("endTimestamp", 1763644140)), []string{"/detail/endTimestamp"}},
		"NoTimes":    {document(t, changed(detail("endTimestamp", nil), "time", nil)), []string{"/detail/endTimestamp"}},
		"Twice":      {[]byte(`{"id":"a","id":"b"}`), []string{"/id"}},
		"OtherCase":  {[]byte(`{"ID":"a","Source":"aws.lambda"}`), []string{"/id", "/source"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := intake.DecodeEvent(test.body)
			var pointers []string
			invalid, _ := errors.AsType[fault.List](err)
			for _, fault := range invalid {
				pointers = append(pointers, fault.Pointer)
			}
			if diff := cmp.Diff(test.pointers, pointers); diff != "" || got.End != "" {
				t.Errorf("%+v, %v: pointers (-want +got):\n%s", got, err, diff)
			}
		})
	}
}

// Whatever an event holds: it is refused with faults, or says what ended and when.
func FuzzDecodeEvent(f *testing.F) {
	f.Add(document(f, statusChange("STOPPED", "2025-11-20T13:09:00Z")))
	f.Add(document(f, statusChange("RUNNING", "")))
	f.Add([]byte(`{"id":"a","source":"aws.lambda","detail-type":"Durable Execution Status Change","detail":{"status":null}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := intake.DecodeEvent(body)
		invalid, ok := errors.AsType[fault.List](err)
		if err != nil && (!ok || len(invalid) == 0) {
			t.Fatalf("got %v", err)
		}
		if e.End != "" && e.At.IsZero() {
			t.Errorf("got %+v", e)
		}
	})
}
