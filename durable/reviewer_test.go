package durable_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"countersign/durable"
	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/locallambdatest"
)

// reviewer is who the functions of the examples wait for.
type reviewer struct {
	client    *lambda.Client
	clock     *locallambdatest.Clock
	arn       string
	callbacks chan string // their IDs
	suspended chan struct{}
	ended     chan string // the result, or the text of the error
}

// perform runs a function on an embedded engine and returns what it ends with.
// The reviewer acts each time after the function has suspended.
func perform[I, O any](fn durable.Handler[I, O], input I, act func(*reviewer)) string {
	clock := locallambdatest.NewClock(time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC))
	engine := locallambda.New(locallambda.Config{Clock: clock})
	server := httptest.NewServer(engine.Handler())
	transport := &http.Transport{}
	defer server.Close()
	defer func() { must(engine.Close()) }()
	defer transport.CloseIdleConnections()
	r := &reviewer{clock: clock, callbacks: make(chan string, 10), suspended: make(chan struct{}, 10), ended: make(chan string, 1)}
	r.client = lambda.New(lambda.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(server.URL), HTTPClient: &http.Client{Transport: transport},
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
	engine.Observe(r.see)
	engine.Register("approve", durable.NewHandler(fn, durable.WithClient(r.client)), locallambda.FunctionConfig{ExecutionTimeout: 90 * 24 * time.Hour})
	payload, err := json.Marshal(input)
	must(err)
	r.arn, err = engine.Start(context.Background(), "approve", "", payload)
	must(err)
	<-r.suspended
	act(r)
	return <-r.ended
}

func (r *reviewer) see(o locallambda.Observation) {
	switch {
	case o.Kind == locallambda.CallbackStarted:
		r.callbacks <- o.CallbackID
	case o.Kind == locallambda.InvocationCompleted && o.Status == "PENDING":
		r.suspended <- struct{}{}
	case o.Kind == locallambda.ExecutionEnded && o.Error != nil:
		r.ended <- o.Error.ErrorMessage
	case o.Kind == locallambda.ExecutionEnded:
		r.ended <- o.Payload
	}
}

// succeed completes the next callback.
func (r *reviewer) succeed(result string) {
	_, err := r.client.SendDurableExecutionCallbackSuccess(context.Background(),
		&lambda.SendDurableExecutionCallbackSuccessInput{CallbackId: aws.String(<-r.callbacks), Result: []byte(result)})
	must(err)
}

// fail completes the next callback with an error object.
func (r *reviewer) fail(errorType, message string) {
	_, err := r.client.SendDurableExecutionCallbackFailure(context.Background(), &lambda.SendDurableExecutionCallbackFailureInput{
		CallbackId: aws.String(<-r.callbacks), Error: &types.ErrorObject{ErrorType: &errorType, ErrorMessage: &message}})
	must(err)
}

func (r *reviewer) doNothingFor(d time.Duration) { r.clock.Advance(d) }

// seal is what a reviewer with the key sends.
func (r *reviewer) seal(s durable.Serdes, v any) string {
	text, err := s.Marshal(context.Background(), durable.SerdesContext{DurableExecutionArn: r.arn}, v)
	must(err)
	return string(text)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
