package intake

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"countersign/internal/desk"
)

// headerAPIKey is the header with the key of EventBridge's connection, if that is made as
// docs/intake.md says.
const headerAPIKey = "X-Api-Key"

// maxEvent is the largest event, in bytes. Events about executions have less than 2 KiB.
const maxEvent = 256 << 10

// ErrAPIKey is the error of [EventBridge.Verify].
var ErrAPIKey = errors.New("X-Api-Key does not match a configured key")

// EventBridge knows the keys that an API destination may send.
type EventBridge struct{ digests [][sha256.Size]byte }

// NewEventBridge checks the keys. Errors name a wrong key by its place in the list, never by its
// value.
func NewEventBridge(keys []string) (*EventBridge, error) {
	e := &EventBridge{}
	for i, key := range keys {
		if len(key) < minToken || strings.ContainsFunc(key, notVisible) {
			return nil, fmt.Errorf("EventBridge key %d is not at least %d visible ASCII characters", i+1, minToken)
		}
		e.digests = append(e.digests, sha256.Sum256([]byte(key)))
	}
	return e, nil
}

// Verify returns [ErrAPIKey] unless a request has one of the keys. It compares digests, and all of
// them, so that its time tells nothing about a key.
func (e *EventBridge) Verify(h http.Header) error {
	given := sha256.Sum256([]byte(h.Get(headerAPIKey)))
	match := 0
	for _, digest := range e.digests {
		match |= subtle.ConstantTimeCompare(given[:], digest[:])
	}
	if match == 0 {
		return ErrAPIKey
	}
	return nil
}

// ReadEvent reads an event of at most 256 KiB.
func ReadEvent(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	return readBody(w, r, maxEvent, "application/json")
}

// ExecutionEvent says that a durable execution changed its status.
type ExecutionEvent struct {
	ID  string            // the same when EventBridge sends the event again
	ARN string            // of the execution
	End desk.ExecutionEnd // empty where nothing ended
	At  time.Time
}

// DecodeEvent reads an event. Its End is empty for an event of another kind and for an execution
// that goes on. Unknown fields are ignored, because AWS may add some. Faults come back as
// a fault.List.
func DecodeEvent(body []byte) (ExecutionEvent, error) {
	var f faults
	checkDocument(body, &f)
	if err := f.err(); err != nil {
		return ExecutionEvent{}, err
	}
	o, ok := openObject(body, "", &f)
	if !ok {
		return ExecutionEvent{}, f.err()
	}
	e := ExecutionEvent{ID: o.required("id"), At: o.instant("time")}
	if o.required("source") == "aws.lambda" {
		if arn, ok := executionFields[o.required("detail-type")]; ok {
			e.readDetail(o.any("detail"), arn, &f)
		}
	}
	if err := f.err(); err != nil {
		return ExecutionEvent{}, err
	}
	return e, nil
}

// looksLikeEvent tells an event from an announcement, which has no detail-type.
func looksLikeEvent(body []byte) bool {
	var event struct {
		Kind json.RawMessage `json:"detail-type"`
	}
	return json.Unmarshal(body, &event) == nil && event.Kind != nil
}

// executionFields are the kinds of events that tell of an execution's status, with the field that
// names it. AWS documents both: the first in the Lambda developer guide ("Durable execution status
// change events"), the second with its SDK for Go.
var executionFields = map[string]string{
	"Durable Execution Status Change": "durableExecutionArn",
	"Durable Execution State Change":  "executionArn",
}

// readDetail reads the part about the execution. The field that names the execution depends on the
// kind of event; the one of the other kind will do too, should AWS mix them.
func (e *ExecutionEvent) readDetail(raw json.RawMessage, field string, f *faults) {
	detail, ok := openObject(raw, "/detail", f)
	if !ok {
		return
	}
	for _, other := range executionFields {
		if other != field && detail.has(other) && !detail.has(field) {
			field = other
		}
	}
	e.ARN = detail.required(field)
	switch end := desk.ExecutionEnd(detail.required("status")); end {
	case desk.ExecutionSucceeded, desk.ExecutionFailed, desk.ExecutionTimedOut, desk.ExecutionStopped:
		e.End = end
	default: // it runs, or AWS has a new word
		return
	}
	if at := detail.instant("endTimestamp"); !at.IsZero() {
		e.At = at
	}
	if e.At.IsZero() {
		f.add("/detail/endTimestamp", "this field is required")
	}
}
