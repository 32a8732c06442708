package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"countersign/internal/announcement"
	"countersign/internal/intake"
	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/locallambdatest"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// intakeDesk takes announcements as Countersign does.
type intakeDesk struct {
	verifier  *intake.Verifier
	down      atomic.Bool // refuses one message
	announced chan announcement.Announcement
}

func (d *intakeDesk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := intake.ReadBody(w, r)
	if err == nil {
		_, _, err = d.verifier.Verify(r.Header, body)
	}
	announcement, problem := intake.Decode(body)
	switch {
	case err != nil || problem != nil || r.URL.Path != "/webhooks/callbacks":
		http.Error(w, "not an announcement", http.StatusBadRequest)
	case d.down.CompareAndSwap(true, false):
		http.Error(w, "the desk is down", http.StatusServiceUnavailable)
	default:
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"id":"7"}`)
		d.announced <- announcement
	}
}

// rig is the function's own process between an engine and a desk.
type rig struct {
	clock  *locallambdatest.Clock
	engine *locallambda.Engine
	log    *locallambdatest.Log
	client *lambda.Client
	desk   *intakeDesk
}

// newRig registers a binary as a function.
func newRig(t *testing.T, name, binary string) *rig {
	t.Helper()
	verifier, err := intake.NewVerifier([]intake.Source{{Name: "purchases", Secrets: []string{secret}}}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{clock: locallambdatest.NewClock(time.Now()), desk: &intakeDesk{verifier: verifier, announced: make(chan announcement.Announcement, 1)}}
	r.engine = locallambda.New(locallambda.Config{Clock: r.clock})
	t.Cleanup(func() {
		if err := r.engine.Close(); err != nil {
			t.Errorf("close the engine: %v", err)
		}
	})
	endpoint, site := httptest.NewServer(r.engine.Handler()), httptest.NewServer(r.desk)
	t.Cleanup(endpoint.Close)
	t.Cleanup(site.Close)
	process := locallambdatest.StartProcess(t, binary, "DESK_URL="+site.URL, "DESK_SECRET="+secret, "AWS_ENDPOINT_URL_LAMBDA="+endpoint.URL,
		"AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=any", "AWS_SECRET_ACCESS_KEY=any")
	r.engine.Register(name, process, locallambda.FunctionConfig{ExecutionTimeout: 90_000 * time.Second})
	r.log = locallambdatest.Watch(t, r.engine)
	r.client = lambda.New(lambda.Options{Region: "eu-central-1", BaseEndpoint: &endpoint.URL,
		Credentials: credentials.NewStaticCredentialsProvider("any", "any", "")})
	return r
}

// build builds the function as for Lambda, only for this machine.
func build(t *testing.T) (binary string) {
	t.Helper()
	folder := t.TempDir()
	make := exec.CommandContext(t.Context(), "make", "-s", "build", "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH, "OUT="+folder)
	if output, err := make.CombinedOutput(); err != nil {
		t.Fatalf("make build: %v\n%s", err, output)
	}
	return filepath.Join(folder, "bootstrap")
}

// TestApproval goes from the event to each of the ends.
func TestApproval(t *testing.T) {
	t.Parallel()
	r := newRig(t, "purchase-approval", build(t))
	for _, tt := range []struct {
		name   string
		down   bool // the desk, at first
		decide func(callbackID *string) error
		want   string
	}{
		{"Approved", true, func(id *string) error {
			_, err := r.client.SendDurableExecutionCallbackSuccess(t.Context(), &lambda.SendDurableExecutionCallbackSuccessInput{
				CallbackId: id, Result: []byte(`{"approved":true,"reviewer":{"name":"Mara Okafor"}}`)})
			return err
		}, `"po-7 is ordered, approved by Mara Okafor"`},
		{"Rejected", false, func(id *string) error {
			_, err := r.client.SendDurableExecutionCallbackFailure(t.Context(), &lambda.SendDurableExecutionCallbackFailureInput{
				CallbackId: id, Error: &types.ErrorObject{ErrorType: aws.String("Rejected"), ErrorMessage: aws.String("no budget")}})
			return err
		}, `"po-7 is rejected: no budget"`},
		{"Late", false, func(*string) error { r.clock.Advance(timeout); return nil }, `"po-7 was not decided in time"`},
	} {
		// in turn: a process takes one invocation at a time, and the clock is one
		t.Run(tt.name, func(t *testing.T) {
			r.desk.down.Store(tt.down)
			if _, err := r.engine.Start(t.Context(), "purchase-approval", "", []byte(event)); err != nil {
				t.Fatal(err)
			}
			o := r.log.Next(t, locallambda.InvocationCompleted)
			if tt.down {
				r.clock.Advance(time.Minute) // more than the pause before the desk is asked again
				o = r.log.Next(t, locallambda.InvocationCompleted)
			}
			if o.Status != "PENDING" {
				t.Fatalf("the invocation ended %s %v", o.Status, o.Error)
			}
			a := <-r.desk.announced
			if a.Title != "Purchase po-7: standing desks for 4180.50" || a.Timeout != timeout || a.ExecutionARN != o.ExecutionARN || a.StartedAt.IsZero() {
				t.Errorf("announced %+v", a)
			}
			if err := tt.decide(&a.CallbackID); err != nil {
				t.Error(err)
			}
			if end := r.log.Next(t, locallambda.ExecutionEnded); end.Payload != tt.want {
				t.Errorf("ended %s with %s %v, want %s", end.Status, end.Payload, end.Error, tt.want)
			}
		})
	}
}

const event = `{"id":"po-7","what":"standing desks","total":4180.5,"requester":"Ines Calloway <ines@example.com>"}`

func TestAsk_refused(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		http.Error(w, `{"code":"no_match"}`, http.StatusUnauthorized)
	}))
	t.Cleanup(server.Close)
	d, err := newDesk(settings{URL: server.URL, Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.ask(t.Context(), request{}); err == nil || !strings.Contains(err.Error(), "401") || !strings.Contains(err.Error(), "no_match") {
		t.Errorf("got %v, want what the desk said", err)
	}
}

func TestNewDesk_badSecret(t *testing.T) {
	t.Parallel()
	if _, err := newDesk(settings{URL: "http://127.0.0.1", Secret: "whsec_%"}); err == nil || !strings.Contains(err.Error(), "DESK_SECRET") {
		t.Errorf("got %v, want an error that names the setting", err)
	}
}
