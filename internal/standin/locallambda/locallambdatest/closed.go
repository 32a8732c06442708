package locallambdatest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go"

	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/dialect"
)

// Answers to a call for a closed callback, as an SDK sees them: status and error code.
const (
	timedOut = "400 CallbackTimeoutException"
	invalid  = "400 InvalidParameterValueException"
	notFound = "404 UnknownError" // the SDK's name for an answer without an error type
)

// closedAnswers returns the possible answers of a dialect. If they depend on how the callback was
// closed, expired selects those for a clock.
func closedAnswers(d dialect.Dialect, expired bool) []string {
	switch d {
	case dialect.Invalid:
		return []string{invalid}
	case dialect.NotFound:
		return []string{notFound}
	case dialect.Mixed:
		return []string{timedOut, invalid, notFound}
	case dialect.Split:
		if !expired {
			return []string{invalid}
		}
	case dialect.Timeout:
	}
	return []string{timedOut}
}

// WantClosed makes every possible call for a callback in every dialect, and fails the test if one
// is not answered as that dialect answers for a closed callback. expired says that a clock closed
// it. Afterwards the engine uses its default dialect.
func WantClosed(t testing.TB, engine *locallambda.Engine, client *lambda.Client, id string, expired bool) {
	t.Helper()
	defer engine.SetDialect(dialect.Timeout, nil)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for _, d := range dialect.All {
		engine.SetDialect(d, nil)
		for call, err := range lateCalls(ctx, client, id) {
			if got, want := closedAnswer(err), closedAnswers(d, expired); !slices.Contains(want, got) {
				t.Errorf("dialect %s: %s for a closed callback is answered %s, want %s", d, call, got, want)
			}
		}
	}
}

// lateCalls returns the answers to all calls for a callback.
func lateCalls(ctx context.Context, client *lambda.Client, id string) map[string]error {
	once := func(o *lambda.Options) { o.RetryMaxAttempts = 1 }
	_, success := client.SendDurableExecutionCallbackSuccess(ctx,
		&lambda.SendDurableExecutionCallbackSuccessInput{CallbackId: aws.String(id), Result: []byte(`"late"`)}, once)
	_, failure := client.SendDurableExecutionCallbackFailure(ctx, &lambda.SendDurableExecutionCallbackFailureInput{CallbackId: aws.String(id)}, once)
	_, beat := client.SendDurableExecutionCallbackHeartbeat(ctx, &lambda.SendDurableExecutionCallbackHeartbeatInput{CallbackId: aws.String(id)}, once)
	return map[string]error{"success": success, "failure": failure, "heartbeat": beat}
}

// closedAnswer returns an answer as an SDK sees it: status and error code.
func closedAnswer(err error) string {
	api, refused := errors.AsType[smithy.APIError](err)
	response, answered := errors.AsType[*awshttp.ResponseError](err)
	if !refused || !answered {
		return fmt.Sprint(err)
	}
	return fmt.Sprintf("%d %s", response.HTTPStatusCode(), api.ErrorCode())
}
