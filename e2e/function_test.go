package e2e_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"countersign/durable"
	"countersign/internal/standin/demo"
	"countersign/internal/standin/locallambda"
)

// function is the name of the durable function of these tests.
const function = "expense-approval"

// reply is what an execution of the function ends with: how its callback came back to it.
type reply struct {
	Result string `json:",omitempty"` // as text, so that not a byte of it is changed
	Failed *durable.CallbackFailedError
	Late   *durable.CallbackTimeoutError
}

// asked is a request that the desk has taken.
type asked struct {
	executionARN string
	id           string // of the callback at the desk
}

func (a asked) page() string { return "/callbacks/" + a.id }

// row is the callback's row in a list.
func (a asked) row() string { return "#row-" + a.id }

// register makes the engine know a function that puts a question to the desk: its input. Options
// are of its callback.
func (w *world) register(name string, options ...durable.CallbackOption) {
	w.engine.Register(name, durable.NewHandler(func(ctx durable.Context, q demo.Question) (reply, error) {
		callback, err := durable.CreateCallback[json.RawMessage](ctx, "approval", append(clocks(q), options...)...)
		if err != nil {
			return reply{}, err
		}
		q.CallbackID = callback.CallbackID()
		id, err := w.sender.Ask(ctx, q)
		if err != nil {
			return reply{}, err
		}
		w.asked.add(asked{ctx.ExecutionArn(), id})
		var a reply
		result, err := callback.Get()
		a.Result = string(result)
		if errors.As(err, &a.Failed) || errors.As(err, &a.Late) {
			err = nil
		}
		return a, err
	}, durable.WithClient(w.lambda)), locallambda.FunctionConfig{Version: "1"})
}

// silent is the name of a function that tells nobody what it waits for.
const silent = "silent-approval"

// registerSilent makes the engine know a function whose callback can only be found in its history.
func (w *world) registerSilent() {
	w.engine.Register(silent, durable.NewHandler(func(ctx durable.Context, q demo.Question) (reply, error) {
		callback, err := durable.CreateCallback[string](ctx, "sign-off", clocks(q)...)
		if err != nil {
			return reply{}, err
		}
		var a reply
		if a.Result, err = callback.Get(); errors.As(err, &a.Failed) {
			err = nil
		}
		return a, err
	}, durable.WithClient(w.lambda)), locallambda.FunctionConfig{Version: "1"})
}

// registerLate makes the engine know the same function as one that tells the desk in the end, once
// the channel is closed.
func (w *world) registerLate(announce <-chan struct{}) {
	w.engine.Register(silent, durable.NewHandler(func(ctx durable.Context, q demo.Question) (reply, error) {
		callback, err := durable.CreateCallback[json.RawMessage](ctx, "sign-off", clocks(q)...)
		if err != nil {
			return reply{}, err
		}
		<-announce
		q.CallbackID = callback.CallbackID()
		if _, err := w.sender.Ask(ctx, q); err != nil {
			return reply{}, err
		}
		result, err := callback.Get()
		return reply{Result: string(result)}, err
	}, durable.WithClient(w.lambda)), locallambda.FunctionConfig{Version: "1"})
}

func clocks(q demo.Question) (options []durable.CallbackOption) {
	if q.TimeoutSeconds > 0 {
		options = append(options, durable.WithCallbackTimeout(time.Duration(q.TimeoutSeconds)*time.Second))
	}
	if q.HeartbeatTimeoutSeconds > 0 {
		options = append(options, durable.WithCallbackHeartbeatTimeout(time.Duration(q.HeartbeatTimeoutSeconds)*time.Second))
	}
	return options
}

// expense is a question that most tests put, with changes of their own.
func expense(changes ...func(*demo.Question)) demo.Question {
	q := demo.Question{
		Title: "Expense report EXP-2291: $7,846.20, Osaka customer onsite", Requester: "Ines Calloway <ines.calloway@harborline.example>",
		Description: "Three-day onsite at **Kansai Precision** to close the renewal.\n\n- Hotel at $389 per night, over the cap\n- Team dinner, receipt missing",
		Payload: map[string]any{"report": "EXP-2291", "total": "7846.20", "lines": []map[string]any{
			{"n": 1, "what": "Flight MUC-KIX return", "amount": 2914.5}, {"n": 2, "what": "Hotel, 3 nights", "amount": 1167},
		}},
		Queue: "finance", TimeoutSeconds: 3600, Tags: []string{"over policy", "EMEA"},
		Links: []demo.Link{{Title: "10 receipts", URL: "https://expenses.harborline.example/EXP-2291"}},
	}
	for _, change := range changes {
		change(&q)
	}
	return q
}

// ask starts an execution and waits until the desk has its request.
func (w *world) ask(t *testing.T, q demo.Question) asked {
	t.Helper()
	return w.askFrom(t, function, q)
}

// askFrom is ask for another function.
func (w *world) askFrom(t *testing.T, function string, q demo.Question) asked {
	t.Helper()
	arn := w.begin(t, function, q)
	return w.asked.await(t, patience, "the desk to take the request", func(a asked) bool { return a.executionARN == arn })
}

// groups counts the questions that are no part of a group.
var groups atomic.Int64

// begin starts an execution.
func (w *world) begin(t *testing.T, function string, q demo.Question) (executionARN string) {
	t.Helper()
	if q.Group == "" { // lists show each by itself, unless a test says that they ask the same
		q.Group = fmt.Sprint("g", groups.Add(1))
	}
	input, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	arn, err := w.engine.Start(t.Context(), function, "", input)
	if err != nil {
		t.Fatal(err)
	}
	return arn
}

// result waits for the end of an execution, which has to succeed, and returns what the function
// made of its callback.
func (w *world) result(t *testing.T, a asked) (got reply) {
	t.Helper()
	end := w.await(t, locallambda.ExecutionEnded, a.executionARN)
	if end.Status != "SUCCEEDED" {
		t.Fatalf("the execution ended %s: %+v", end.Status, end.Error)
	}
	if err := json.Unmarshal([]byte(end.Payload), &got); err != nil {
		t.Fatal(err)
	}
	return got
}

// closings are the events by which the callback of an execution ended, as its history has them.
func (w *world) closings(t *testing.T, a asked) (ends []types.Event) {
	t.Helper()
	pages := lambda.NewGetDurableExecutionHistoryPaginator(w.lambda, &lambda.GetDurableExecutionHistoryInput{
		DurableExecutionArn: aws.String(a.executionARN), IncludeExecutionData: aws.Bool(true),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Events {
			switch e.EventType {
			case types.EventTypeCallbackSucceeded, types.EventTypeCallbackFailed, types.EventTypeCallbackTimedOut:
				ends = append(ends, e)
			}
		}
	}
	return ends
}
