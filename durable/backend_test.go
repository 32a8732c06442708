package durable_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	awslambda "github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"countersign/durable"
)

const testArn = "arn:aws:lambda:eu-west-1:123456789012:function:approve:1/durable-execution/order-7/0a1b"

// update and record are what goes over the wire, as section "Checkpoint" of
// AWS's API reference has it; the tests read and write them as they are.
type update struct {
	ID              string `json:"Id"`
	ParentID        string `json:"ParentId"`
	Name            *string
	Type            string
	SubType         string
	Action          string
	Payload         *string
	Error           *errorObject
	CallbackOptions *struct{ TimeoutSeconds, HeartbeatTimeoutSeconds int }
	StepOptions     *struct{ NextAttemptDelaySeconds int }
	WaitOptions     *struct{ WaitSeconds int }
	ContextOptions  *struct{ ReplayChildren bool }
}

func (u update) String() string {
	text := u.Type + " " + u.Action
	if u.Name != nil {
		text += " " + *u.Name
	}
	return text
}

type errorObject struct {
	ErrorType    string   `json:",omitempty"`
	ErrorMessage string   `json:",omitempty"`
	ErrorData    string   `json:",omitempty"`
	StackTrace   []string `json:",omitempty"`
}

type record struct {
	ID               string         `json:"Id"`
	ParentID         string         `json:"ParentId,omitempty"`
	Name             *string        `json:",omitempty"`
	Type             string         `json:",omitempty"`
	SubType          string         `json:",omitempty"`
	Status           string         `json:",omitempty"`
	StartTimestamp   json.Number    `json:",omitempty"`
	CallbackDetails  map[string]any `json:",omitempty"`
	ContextDetails   map[string]any `json:",omitempty"`
	StepDetails      map[string]any `json:",omitempty"`
	WaitDetails      map[string]any `json:",omitempty"`
	ExecutionDetails map[string]any `json:",omitempty"`
}

// backend is one durable execution behind the REST API: it records checkpoints
// and hands them back. It knows no more of the workflow than Lambda does.
type backend struct {
	t      *testing.T
	client *lambda.Client

	mu           sync.Mutex
	records      []*record
	token        int
	updates      []update
	changed      map[string]bool // since the last invocation
	tellChanges  bool            // as newer backends do
	pageSize     int             // 0: all in one page
	stateReads   int
	refuse       string         // type of the error that the next checkpoint gets
	onCheckpoint func(u update) // runs before an update is applied, with the lock held
}

func newBackend(t *testing.T, input string) *backend {
	t.Helper()
	b := &backend{t: t, changed: map[string]bool{}, tellChanges: true}
	b.records = []*record{{ID: "execution-1", Type: "EXECUTION", Status: "STARTED", StartTimestamp: "1795352271183",
		ExecutionDetails: map[string]any{"InputPayload": input}}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /2025-12-01/durable-executions/{arn}/checkpoint", b.checkpoint)
	mux.HandleFunc("GET /2025-12-01/durable-executions/{arn}/state", b.state)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	b.client = lambda.New(lambda.Options{
		Region: "eu-west-1", BaseEndpoint: aws.String(server.URL), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
	return b
}

// invoke runs the function once, as Lambda does, and returns its answer.
func (b *backend) invoke(h awslambda.Handler) answer {
	b.t.Helper()
	a, err := b.tryInvoke(h)
	if err != nil {
		b.t.Fatalf("Invoke: %v", err)
	}
	return a
}

type answer struct {
	Status string
	Result *string
	Error  *errorObject
}

func (b *backend) tryInvoke(h awslambda.Handler) (answer, error) {
	b.t.Helper()
	out, err := h.Invoke(b.t.Context(), b.envelope())
	if err != nil {
		return answer{}, err
	}
	var a answer
	if err := json.Unmarshal(out, &a); err != nil {
		b.t.Fatalf("answer %s: %v", out, err)
	}
	return a, nil
}

func (b *backend) envelope() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.token++ // the tokens of an earlier invocation are void
	page, marker := b.page(0)
	envelope := map[string]any{
		"DurableExecutionArn": testArn, "CheckpointToken": b.currentToken(),
		"InitialExecutionState": map[string]any{"Operations": page, "NextMarker": marker},
	}
	if b.tellChanges {
		var ids []string
		for id := range b.changed {
			ids = append(ids, id)
		}
		envelope["UpdatedOperationIds"] = ids
	}
	b.changed = map[string]bool{}
	payload, err := json.Marshal(envelope)
	if err != nil {
		b.t.Fatal(err)
	}
	return payload
}

func (b *backend) currentToken() string { return "token-" + strconv.Itoa(b.token) }

func (b *backend) page(from int) (page []*record, marker string) {
	if b.pageSize == 0 || from+b.pageSize >= len(b.records) {
		return b.records[from:], ""
	}
	return b.records[from : from+b.pageSize], strconv.Itoa(from + b.pageSize)
}

func (b *backend) state(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stateReads++
	from, err := strconv.Atoi(r.URL.Query().Get("Marker"))
	if err != nil || r.URL.Query().Get("CheckpointToken") != b.currentToken() {
		refuse(w, "InvalidParameterValueException", "refused")
		return
	}
	page, marker := b.page(from)
	reply(w, map[string]any{"Operations": page, "NextMarker": marker})
}

func (b *backend) checkpoint(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var in struct {
		CheckpointToken string
		Updates         []update
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || r.PathValue("arn") != testArn {
		b.t.Errorf("checkpoint of %s: %v", r.PathValue("arn"), err)
	}
	if in.CheckpointToken != b.currentToken() {
		refuse(w, "InvalidParameterValueException", "Invalid Checkpoint Token: it was used")
		return
	}
	if b.refuse != "" {
		refuse(w, b.refuse, "refused")
		return
	}
	b.token++
	before := b.changed
	b.changed = map[string]bool{}
	for _, u := range in.Updates {
		b.updates = append(b.updates, u)
		if b.onCheckpoint != nil {
			b.onCheckpoint(u)
		}
		b.apply(u)
	}
	var changed []*record
	for _, rec := range b.records {
		if b.changed[rec.ID] {
			changed = append(changed, rec)
		}
	}
	b.changed = before
	marker := ""
	if b.pageSize > 0 && len(changed) > b.pageSize {
		marker = strconv.Itoa(slices.Index(b.records, changed[b.pageSize]))
		changed = changed[:b.pageSize]
	}
	reply(w, map[string]any{"CheckpointToken": b.currentToken(), "NewExecutionState": map[string]any{"Operations": changed, "NextMarker": marker}})
}

func (b *backend) apply(u update) {
	rec := b.find(u.ID)
	if rec == nil {
		rec = &record{ID: u.ID, ParentID: u.ParentID, Name: u.Name, Type: u.Type, SubType: u.SubType, StartTimestamp: "1795352271"}
		b.records = append(b.records, rec)
	}
	b.changed[u.ID] = true
	rec.Status = map[string]string{"START": "STARTED", "SUCCEED": "SUCCEEDED", "FAIL": "FAILED", "RETRY": "PENDING"}[u.Action]
	details := map[string]any{}
	if u.Payload != nil {
		details["Result"] = *u.Payload
	}
	if u.Error != nil {
		details["Error"] = u.Error
	}
	switch u.Type {
	case "CALLBACK":
		rec.CallbackDetails = map[string]any{"CallbackId": "Y2Ix+/" + u.ID + "=="}
	case "STEP":
		attempt, _ := rec.StepDetails["Attempt"].(int)
		if u.Action == "RETRY" {
			attempt++
		}
		details["Attempt"] = attempt
		rec.StepDetails = details
	case "CONTEXT":
		if u.ContextOptions != nil {
			details["ReplayChildren"] = u.ContextOptions.ReplayChildren
		}
		rec.ContextDetails = details
	}
}

func (b *backend) find(id string) *record {
	for _, rec := range b.records {
		if rec.ID == id {
			return rec
		}
	}
	return nil
}

// settle gives the operation of that name, or of that type if it has none, a
// new status from outside, with the details that go with it.
func (b *backend) settle(name, status string, details map[string]any) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.settleLocked(name, status, details)
}

func (b *backend) settleLocked(name, status string, details map[string]any) {
	for _, rec := range b.records {
		if rec.Type != name && (rec.Name == nil || *rec.Name != name) {
			continue
		}
		rec.Status = status
		b.changed[rec.ID] = true
		for key, value := range details {
			rec.CallbackDetails[key] = value
		}
		return
	}
	b.t.Errorf("no operation %q to settle", name)
}

func (b *backend) succeed(name, result string) {
	b.t.Helper()
	b.settle(name, "SUCCEEDED", map[string]any{"Result": result})
}

// done lists the updates so far, in order.
func (b *backend) done() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []string
	for _, u := range b.updates {
		list = append(list, u.String())
	}
	return strings.Join(list, ", ")
}

func (b *backend) lastUpdate() update {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.updates) == 0 {
		b.t.Fatal("no update was recorded")
	}
	return b.updates[len(b.updates)-1]
}

func refuse(w http.ResponseWriter, kind, message string) {
	w.Header().Set("X-Amzn-Errortype", kind)
	status := http.StatusBadRequest
	if kind == "ServiceException" {
		status = http.StatusInternalServerError
	}
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"Type":"User","message":%q}`, message)
}

func reply(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

// newHandler is fn against the backend.
func newHandler[I, O any](b *backend, fn durable.Handler[I, O], opts ...durable.HandlerOption) awslambda.Handler {
	return durable.NewHandler(fn, append(opts, durable.WithClient(b.client))...)
}

// want compares an answer's status, and its result or error message.
func (a answer) want(t *testing.T, status, text string) {
	t.Helper()
	got := ""
	switch {
	case a.Error != nil:
		got = a.Error.ErrorMessage
	case a.Result != nil:
		got = *a.Result
	}
	if a.Status != status || got != text {
		t.Errorf("answer %s %s, want %s %s", a.Status, got, status, text)
	}
}

// refuseNext makes checkpoints fail with an error of that type; "" accepts them.
func (b *backend) refuseNext(kind string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refuse = kind
}
