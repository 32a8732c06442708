package durable_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"countersign/durable"
)

// delays asks a strategy until it gives up.
func delays(s durable.RetryStrategy) []time.Duration {
	var list []time.Duration
	for attempt := 1; ; attempt++ {
		d := s(durable.RetryAttempt{Err: errors.New("x"), Attempt: attempt})
		if !d.Retry {
			return list
		}
		list = append(list, d.Delay)
	}
}

func TestRetryStrategy_delays(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		cfg  durable.RetryConfig
		want []time.Duration
	}{
		{"defaults", durable.RetryConfig{Jitter: durable.JitterNone}, []time.Duration{5 * time.Second, 10 * time.Second}},
		{"capped", durable.RetryConfig{MaxAttempts: 5, InitialDelay: time.Second, BackoffRate: 3, MaxDelay: 10 * time.Second, Jitter: durable.JitterNone},
			[]time.Duration{time.Second, 3 * time.Second, 9 * time.Second, 10 * time.Second}},
		{"even", durable.RetryConfig{MaxAttempts: 3, InitialDelay: time.Minute, BackoffRate: 1, Jitter: durable.JitterNone},
			[]time.Duration{time.Minute, time.Minute}},
		{"one attempt", durable.RetryConfig{MaxAttempts: 1}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := delays(durable.MustNewRetryStrategy(c.cfg)); !cmp.Equal(got, c.want) {
				t.Errorf("delays %v, want %v", got, c.want)
			}
		})
	}
	if got := delays(durable.NoRetry()); got != nil {
		t.Errorf("NoRetry: delays %v", got)
	}
	if got := len(delays(durable.ExponentialBackoff())); got != 5 {
		t.Errorf("ExponentialBackoff: %d delays, want 5", got)
	}
}

func TestRetryStrategy_jitterStaysInItsRange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		jitter := rapid.SampledFrom([]durable.JitterStrategy{durable.JitterFull, durable.JitterHalf}).Draw(t, "jitter")
		attempt := rapid.IntRange(1, 2000).Draw(t, "attempt") // 2^2000 seconds would overflow
		s := durable.MustNewRetryStrategy(durable.RetryConfig{MaxAttempts: 3000, MaxDelay: time.Hour, Jitter: jitter})
		got := s(durable.RetryAttempt{Attempt: attempt}).Delay
		low := time.Duration(0)
		if jitter == durable.JitterHalf {
			low = 2500 * time.Millisecond
		}
		if got < low || got > time.Hour {
			t.Fatalf("delay %v after attempt %d with jitter %s", got, attempt, jitter)
		}
	})
}

func TestMustNewRetryStrategy_panics(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]durable.RetryConfig{
		"attempts": {MaxAttempts: -1}, "delay": {InitialDelay: -1}, "cap": {MaxDelay: -1}, "rate": {BackoffRate: -1}, "jitter": {Jitter: "SOME"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			durable.MustNewRetryStrategy(cfg)
		})
	}
}
