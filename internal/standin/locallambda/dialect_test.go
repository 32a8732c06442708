package locallambda_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/dialect"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"
)

// TestDialects_OnlyOfClosed: an unknown ID and a malformed one are answered alike in every dialect,
// and an open callback is taken.
func TestDialects_OnlyOfClosed(t *testing.T) {
	t.Parallel()
	for _, d := range dialect.All {
		t.Run(string(d), func(t *testing.T) {
			t.Parallel()
			b := newBench(t, locallambda.Config{})
			b.engine.SetDialect(d, nil)
			_, id := b.openCallback(nil)
			wantError[*types.ResourceNotFoundException](t, b.succeed(strings.Repeat("A", 64), `1`))
			wantError[*types.InvalidParameterValueException](t, b.succeed("not base64!", `1`))
			b.must(b.heartbeat(id))
			b.must(b.succeed(id, `1`))
			b.wantEnd("SUCCEEDED")
		})
	}
}

// TestDialectMixed_IsDrawn: each answer is drawn by itself, each of the three occurs, and a seed
// repeats them.
func TestDialectMixed_IsDrawn(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	_, id := b.openCallback(nil)
	b.must(b.succeed(id, `1`))
	draw := func() (codes []string) {
		b.engine.SetDialect(dialect.Mixed, rand.New(rand.NewPCG(1, 2)))
		for range 60 {
			api, _ := errors.AsType[smithy.APIError](b.heartbeat(id))
			codes = append(codes, api.ErrorCode())
		}
		return codes
	}
	first := strings.Join(draw(), " ")
	for _, code := range []string{"CallbackTimeoutException", "InvalidParameterValueException", "UnknownError"} {
		if n := strings.Count(first, code); n < 8 || n > 32 {
			t.Errorf("%s is %d of 60 answers", code, n)
		}
	}
	if again := strings.Join(draw(), " "); again != first {
		t.Errorf("the same seed draws\n%s\n%s", first, again)
	}
}

func TestDialect_UnmarshalText(t *testing.T) {
	t.Parallel()
	for _, want := range dialect.All {
		var got dialect.Dialect
		if err := got.UnmarshalText([]byte(want)); err != nil || got != want {
			t.Errorf("%s is %s, %v", want, got, err)
		}
	}
	var d dialect.Dialect
	for _, text := range []string{"", "gone", "TIMEOUT"} {
		if err := d.UnmarshalText([]byte(text)); err == nil || !strings.Contains(err.Error(), "timeout, invalid, notfound, split, mixed") || d != "" {
			t.Errorf("%q gives %q, %v", text, d, err)
		}
	}
}
