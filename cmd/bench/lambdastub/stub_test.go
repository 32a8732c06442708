package lambdastub

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"countersign/internal/callbacks"
	"countersign/internal/history/historytest"
	"countersign/internal/lambdaapi"
)

// newLambdaClient calls the stand-in as the SDK calls AWS.
func newLambdaClient(l *Stub) *lambda.Client {
	return lambda.New(lambda.Options{
		Region: "eu-central-1", BaseEndpoint: aws.String(l.URL), Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
		HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	})
}

func TestLambdaNotesDecisions(t *testing.T) {
	t.Parallel()
	l, err := Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	round := l.Expect(2, 1)
	<-round.Turns // the first goes at once
	for _, id := range []string{"a/b+c=", "YWJj"} {
		select {
		case <-round.Decisions.Over:
			t.Error("full before the last call")
		default:
		}
		_, err := newLambdaClient(l).SendDurableExecutionCallbackSuccess(t.Context(), &lambda.SendDurableExecutionCallbackSuccessInput{
			CallbackId: aws.String(id), Result: []byte(strings.Repeat("x", 100)),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	<-round.Decisions.Over
	if len(round.Turns) != 2 {
		t.Errorf("%d turns after two decisions, want one for each", len(round.Turns))
	}
	if arrived := l.Arrivals(); len(arrived) != 2 || arrived["a/b+c="].IsZero() || arrived["YWJj"].Before(arrived["a/b+c="]) {
		t.Errorf("arrivals %v, want both in their order", arrived)
	}
	select {
	case <-round.Proofs.Over:
		t.Error("proved before anybody has read the history")
	default:
	}
}

// TestLambdaTellsItAgain: the desk finds its receipt in the history.
func TestLambdaTellsItAgain(t *testing.T) {
	t.Parallel()
	l, err := Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	const id = "YWJj"
	arn := "arn:aws:lambda:eu-central-1:123456789012:function:approval:1/durable-execution/one/" + ExecutionKey(id)
	desk, err := lambdaapi.New(t.Context(), lambdaapi.Config{
		Region: "eu-central-1", Endpoint: l.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	to := callbacks.Target{CallbackID: id, ExecutionARN: arn}
	histories := historytest.NewQuota(time.Second).Reader(desk, desk.Lanes())
	if found := histories.Ask(t.Context(), to); found.History == callbacks.HistoryRead {
		t.Error("there is a history before the decision")
	}
	round := l.Expect(1, 1)
	ours := callbacks.Completion{Kind: callbacks.Success, Result: []byte(`{"approved":true}`)}
	if err := desk.Complete(t.Context(), to, ours); err != nil {
		t.Fatal(err)
	}
	closing := histories.Ask(t.Context(), to).Closing
	if closing.Completion == nil || string(closing.Completion.Result) != string(ours.Result) {
		t.Errorf("the history says %+v; want our result", closing)
	}
	<-round.Proofs.Over
	if after, err := histories.Tail(t.Context(), to, closing.EventID); err != nil || len(after.Events) != 1 || !after.Events[0].Status.Ended() {
		t.Errorf("after that it says %+v, %v; want the end of the execution", after, err)
	}
}
