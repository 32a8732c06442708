package durable

import (
	"math"
	"math/rand/v2"
	"time"
)

// RetryStrategy decides what happens after a failed attempt of a step.
type RetryStrategy func(RetryAttempt) RetryDecision

// RetryAttempt is an attempt that failed.
type RetryAttempt struct {
	Err     error // as the step returned it
	Attempt int   // counts from 1
}

// RetryDecision says whether to try again, and after what delay. Lambda waits in whole seconds:
// Delay is rounded up, to at least one second.
type RetryDecision struct {
	Retry bool
	Delay time.Duration
}

// JitterStrategy spreads the delays of many executions that failed together.
type JitterStrategy string

// The ways to spread a computed delay d.
const (
	JitterFull JitterStrategy = "FULL" // between 0 and d; the default
	JitterHalf JitterStrategy = "HALF" // between d/2 and d
	JitterNone JitterStrategy = "NONE" // d
)

// RetryConfig describes exponential backoff. A zero field means its default.
type RetryConfig struct {
	MaxAttempts  int            // including the first; default 3
	InitialDelay time.Duration  // before the second attempt; default 5 s
	MaxDelay     time.Duration  // default 5 min
	BackoffRate  float64        // factor from one delay to the next; default 2
	Jitter       JitterStrategy // default JitterFull
}

// MustNewRetryStrategy returns the strategy that cfg describes. It panics if a field is negative or
// the jitter is unknown, because that is a programming error.
func MustNewRetryStrategy(cfg RetryConfig) RetryStrategy {
	cfg = cfg.withDefaults()
	if cfg.MaxAttempts < 0 || cfg.InitialDelay < 0 || cfg.MaxDelay < 0 || !(cfg.BackoffRate > 0) {
		panic("durable: RetryConfig: attempts, delays and backoff rate must not be negative")
	}
	switch cfg.Jitter {
	case JitterFull, JitterHalf, JitterNone:
	default:
		panic("durable: RetryConfig: unknown jitter " + string(cfg.Jitter))
	}
	return func(a RetryAttempt) RetryDecision {
		if a.Attempt >= cfg.MaxAttempts {
			return RetryDecision{}
		}
		return RetryDecision{Retry: true, Delay: cfg.spread(cfg.delay(a.Attempt))}
	}
}

func (cfg RetryConfig) withDefaults() RetryConfig {
	if cfg.MaxAttempts == 0 {
		cfg.MaxAttempts = 3
	}
	if cfg.InitialDelay == 0 {
		cfg.InitialDelay = 5 * time.Second
	}
	if cfg.MaxDelay == 0 {
		cfg.MaxDelay = 5 * time.Minute
	}
	if cfg.BackoffRate == 0 {
		cfg.BackoffRate = 2
	}
	if cfg.Jitter == "" {
		cfg.Jitter = JitterFull
	}
	return cfg
}

// delay is computed in floats, which do not overflow for any number of attempts.
func (cfg RetryConfig) delay(attempt int) time.Duration {
	d := float64(cfg.InitialDelay) * math.Pow(cfg.BackoffRate, float64(attempt-1))
	return time.Duration(min(d, float64(cfg.MaxDelay)))
}

func (cfg RetryConfig) spread(d time.Duration) time.Duration {
	switch cfg.Jitter {
	case JitterFull:
		return time.Duration(rand.Float64() * float64(d))
	case JitterHalf:
		return d/2 + time.Duration(rand.Float64()*float64(d/2))
	case JitterNone:
	}
	return d
}

// ExponentialBackoff is the default strategy of a step: 6 attempts, with delays of 5, 10, 20, 40
// and 60 s and full jitter.
func ExponentialBackoff() RetryStrategy {
	return MustNewRetryStrategy(RetryConfig{MaxAttempts: 6, MaxDelay: time.Minute})
}

// NoRetry fails the step after its first error.
func NoRetry() RetryStrategy {
	return func(RetryAttempt) RetryDecision { return RetryDecision{} }
}

// delaySeconds returns the delay in the seconds that Lambda accepts. It is never longer than an
// execution can last.
func (d RetryDecision) delaySeconds() int32 {
	seconds := math.Ceil(d.Delay.Seconds())
	return int32(min(max(seconds, 1), maxWaitSeconds))
}
