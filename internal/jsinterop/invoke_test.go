package jsinterop

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"

	"countersign/internal/standin/locallambda"
)

// TestInvoke: the SDK invokes a function that answers at once. Its end comes after the caller has
// suspended, each time.
func TestInvoke(t *testing.T) {
	t.Parallel()
	for range 10 {
		run := start(t, functions, "order", `{"id":"o-7"}`)
		ended := run.log.NextOf(t, func(o locallambda.Observation) bool {
			return o.Kind == locallambda.ExecutionEnded && o.ExecutionARN == run.arn
		}, "the end of the caller")
		if want := `{"id":"o-7","price":12.5}`; ended.Payload != want {
			t.Fatalf("ended %s with %s %v, want %s", ended.Status, ended.Payload, ended.Error, want)
		}
		out, err := run.client.GetDurableExecutionHistory(t.Context(), &awslambda.GetDurableExecutionHistoryInput{DurableExecutionArn: &run.arn})
		if err != nil {
			t.Fatal(err)
		}
		var kinds []string
		for _, e := range out.Events {
			kinds = append(kinds, string(e.EventType))
			if d := e.ChainedInvokeStartedDetails; d != nil && aws.ToString(d.TenantId) != "shop-7" {
				t.Errorf("the tenant is %q", aws.ToString(d.TenantId))
			}
		}
		want := "[ExecutionStarted ChainedInvokeStarted InvocationCompleted ChainedInvokeSucceeded InvocationCompleted ExecutionSucceeded]"
		if got := fmt.Sprint(kinds); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
}
