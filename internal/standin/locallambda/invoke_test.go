package locallambda_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/wire"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

func (b *bench) invoke(kind types.InvocationType, function, name, payload string) (*lambda.InvokeOutput, error) {
	in := &lambda.InvokeInput{FunctionName: &function, InvocationType: kind, Payload: []byte(payload)}
	if name != "" {
		in.DurableExecutionName = &name
	}
	return b.client.Invoke(b.t.Context(), in)
}

// echo succeeds with its input.
func echo(r *run) answer {
	input := r.input.InitialExecutionState.Operations[0].ExecutionDetails.InputPayload
	return answer{Status: "SUCCEEDED", Result: &input}
}

func TestInvoke_Event(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{Region: "eu-west-1", AccountID: "111122223333"})
	b.register("f", echo)
	out, err := b.invoke("Event", "f", "order-7", `{"a":1}`)
	b.must(err)
	arn := regexp.MustCompile(`^arn:aws:lambda:eu-west-1:111122223333:function:f:1/durable-execution/order-7/[0-9a-f-]{36}$`)
	if out.StatusCode != 202 || !arn.MatchString(aws.ToString(out.DurableExecutionArn)) || *out.ExecutedVersion != "1" || len(out.Payload) != 0 {
		t.Errorf("answer %+v", out)
	}
	b.wantEnd("SUCCEEDED")
	if got := b.get(*out.DurableExecutionArn); *got.DurableExecutionName != "order-7" || *got.Result != `{"a":1}` {
		t.Errorf("execution %+v", got)
	}
}

func TestInvoke_RequestResponse(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	b.register("f", echo)
	b.register("g", func(*run) answer {
		return answer{Status: "FAILED", Error: &errorObject{ErrorType: "Rejected", ErrorMessage: "not approved"}}
	})
	t.Run("succeeds", func(t *testing.T) {
		out, err := b.invoke("RequestResponse", "f", "", `{"a":1}`)
		if err != nil || out.StatusCode != 200 || string(out.Payload) != `{"a":1}` || out.FunctionError != nil || out.DurableExecutionArn == nil {
			t.Errorf("answer %+v, error %v", out, err)
		}
	})
	t.Run("takes more than an event", func(t *testing.T) {
		large := `"` + strings.Repeat("x", 3<<19) + `"`
		if out, err := b.invoke("RequestResponse", "f", "", large); err != nil || string(out.Payload) != large {
			t.Errorf("error %v", err)
		}
	})
	t.Run("fails", func(t *testing.T) {
		out, err := b.invoke("", "g", "", ``)
		if err != nil || aws.ToString(out.FunctionError) != "Unhandled" || !strings.Contains(string(out.Payload), `"errorMessage":"not approved"`) {
			t.Errorf("answer %+v, error %v", out, err)
		}
	})
	t.Run("ended before", func(t *testing.T) {
		for range 2 { // the second call finds the execution of the first
			if out, err := b.invoke("", "f", "same", `2`); err != nil || string(out.Payload) != `2` {
				t.Errorf("answer %+v, error %v", out, err)
			}
		}
	})
}

func TestInvoke_DryRun(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	b.register("f", echo)
	out, err := b.invoke("DryRun", "f", "", ``)
	if err != nil || out.StatusCode != 204 {
		t.Errorf("answer %+v, error %v", out, err)
	}
	_, err = b.invoke("DryRun", "other", "", ``)
	wantError[*types.ResourceNotFoundException](t, err)
	if got := b.log.All(); len(got) != 0 {
		t.Errorf("observed %+v", got)
	}
}

func TestInvoke_NameIsIdempotent(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	b.puppet("f")
	b.puppet("g")
	first, err := b.invoke("Event", "f", "once", `{"a":1}`)
	b.must(err)
	again, err := b.invoke("Event", "f", "once", `{"a":1}`)
	b.must(err)
	if *first.DurableExecutionArn != *again.DurableExecutionArn {
		t.Error("the repeated call started another execution")
	}
	_, err = b.invoke("Event", "f", "once", `{"a":2}`)
	wantError[*types.DurableExecutionAlreadyStartedException](t, err)
	other, err := b.invoke("Event", "g", "once", `{"a":2}`)
	b.must(err)
	if *other.DurableExecutionArn == *first.DurableExecutionArn {
		t.Error("names are not per function")
	}
}

func TestInvoke_Errors(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	b.puppet("f")
	large := `"` + strings.Repeat("x", 1<<20) + `"`
	cases := map[string]struct {
		function, name, payload string
		check                   func(*testing.T, error)
	}{
		"unknown function":    {"other", "", ``, wantError[*types.ResourceNotFoundException]},
		"unknown version":     {"f:2", "", ``, wantError[*types.ResourceNotFoundException]},
		"no JSON":             {"f", "", `{`, wantError[*types.InvalidRequestContentException]},
		"too large":           {"f", "", large, wantError[*types.RequestTooLargeException]},
		"bad execution name":  {"f", "a b", ``, wantError[*types.InvalidParameterValueException]},
		"long execution name": {"f", strings.Repeat("n", 65), ``, wantError[*types.InvalidParameterValueException]},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := b.invoke("Event", c.function, c.name, c.payload)
			c.check(t, err)
		})
	}
}

func TestInvoke_FunctionReferences(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	b.puppet("f")
	for _, reference := range []string{"f", "f:1", "f:$LATEST", "123456789012:function:f", "arn:aws:lambda:us-east-1:123456789012:function:f", "arn:aws:lambda:us-east-1:123456789012:function:f:1"} {
		if _, err := b.invoke("Event", reference, "", ``); err != nil {
			t.Errorf("%s: %v", reference, err)
		}
	}
	_, err := b.client.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("f:1"), Qualifier: aws.String("2"), InvocationType: "Event"})
	wantError[*types.InvalidParameterValueException](t, err)
}

func TestStart_ErrorsAreTyped(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	_, err := b.engine.Start(t.Context(), "other", "", nil)
	if got, ok := errors.AsType[*wire.Error](err); !ok || got.Code != "ResourceNotFoundException" || got.Status != 404 {
		t.Errorf("error %v", err)
	}
}

func TestStart_WithoutPayloadIsAnEmptyObject(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	b.register("f", echo)
	_, err := b.engine.Start(t.Context(), "f", "", nil)
	b.must(err)
	if got := b.next(locallambda.ExecutionEnded).Payload; got != "{}" {
		t.Errorf("the function got %q", got)
	}
}
