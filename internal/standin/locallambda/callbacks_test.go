package locallambda_test

import (
	"strings"
	"testing"

	"countersign/internal/standin/locallambda"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

func TestCallbackIDs_AreUnguessableBase64(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	b.register("f", one(op("1")))
	seen, characters := map[string]bool{}, map[rune]bool{}
	for range 50 {
		b.start("f")
		id := b.next(locallambda.CallbackStarted).CallbackID
		if seen[id] || len(id) < 64 || len(id) > 1024 {
			t.Fatalf("callback ID %q", id)
		}
		seen[id] = true
		for _, c := range id {
			characters[c] = true
		}
	}
	for _, c := range "/+=" {
		if !characters[c] {
			t.Errorf("no ID of 50 holds %q", c)
		}
	}
	for id := range seen { // with all that needs escaping in a path
		b.must(b.heartbeat(id))
		b.must(b.succeed(id, `1`))
	}
}

func TestCallback_Errors(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	_, open := b.openCallback(nil)
	unknown := strings.Repeat("A", 64)
	large := strings.Repeat("x", 1<<20+1)

	t.Run("unknown", func(t *testing.T) {
		wantError[*types.ResourceNotFoundException](t, b.succeed(unknown, `1`))
		wantError[*types.ResourceNotFoundException](t, b.fail(unknown, rejected))
		wantError[*types.ResourceNotFoundException](t, b.heartbeat(unknown))
	})
	t.Run("malformed", func(t *testing.T) {
		for _, id := range []string{"not base64!", "ab=c", "===", strings.Repeat("A", 1025)} {
			wantError[*types.InvalidParameterValueException](t, b.succeed(id, `1`))
			wantError[*types.InvalidParameterValueException](t, b.fail(id, rejected))
			wantError[*types.InvalidParameterValueException](t, b.heartbeat(id))
		}
	})
	t.Run("too large", func(t *testing.T) {
		wantError[*types.InvalidParameterValueException](t, b.succeed(open, large))
		wantError[*types.InvalidParameterValueException](t, b.fail(open, &types.ErrorObject{ErrorData: aws.String(large[:1<<19]), StackTrace: []string{large[1<<19:]}}))
	})
	t.Run("not UTF-8", func(t *testing.T) {
		wantError[*types.InvalidParameterValueException](t, b.succeed(open, "\xff"))
	})
	t.Run("closed", func(t *testing.T) {
		// the limit itself is allowed, and none of the above closed it
		b.must(b.succeed(open, large[1:]))
		b.wantClosed(open, false)
	})
}

func TestFailure_WithoutErrorObject(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	arn, id := b.openCallback(nil)
	b.must(b.fail(id, nil))
	b.wantEnd("FAILED")
	if got := b.history(arn)[3].CallbackFailedDetails.Error.Payload; got == nil || got.ErrorType != nil || got.ErrorMessage != nil {
		t.Errorf("error of the event: %+v", got)
	}
}

func TestFailure_KeepsEveryField(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	arn, id := b.openCallback(nil)
	b.must(b.fail(id, &types.ErrorObject{ErrorType: aws.String("T"), ErrorMessage: aws.String("M"), ErrorData: aws.String("D"), StackTrace: []string{"a", "b"}}))
	b.wantEnd("FAILED")
	got := b.history(arn)[3].CallbackFailedDetails.Error.Payload
	if *got.ErrorType != "T" || *got.ErrorMessage != "M" || *got.ErrorData != "D" || len(got.StackTrace) != 2 {
		t.Errorf("error of the event: %+v", got)
	}
}
