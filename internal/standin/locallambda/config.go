package locallambda

import (
	"cmp"
	"log/slog"
	"time"

	"countersign/internal/standin/locallambda/timers"
)

// Config configures an [Engine]. The zero value works: every field has a default.
type Config struct {
	Region    string       // default us-east-1
	AccountID string       // twelve digits, default 123456789012
	Clock     timers.Clock // default the system's clock
	Logger    *slog.Logger

	// ExecutionTimeout is for functions that set none. Default 24 h.
	ExecutionTimeout time.Duration
	// RetryDelay is the pause after a failed invocation, default 5 s. Retries is how many failed
	// invocations in a row are followed by another one before the execution fails, default 5.
	// Lambda documents neither; both defaults are those of its emulator.
	RetryDelay time.Duration
	Retries    int
	// Concurrency limits the invocations that run at the same time. Default 1,000, as in an AWS
	// account.
	Concurrency int
	// HistoryPayloadLimit is the size in bytes above which history events carry payloads cut short
	// and marked as truncated. Zero means never: Lambda has the mark but does not document the
	// limit.
	HistoryPayloadLimit int
	// Quotas are the limits of an AWS account, such as [AWSQuotas]. Default none.
	Quotas Quotas
}

const (
	defaultRegion           = "us-east-1"
	defaultAccountID        = "123456789012"
	defaultExecutionTimeout = 24 * time.Hour
	defaultRetryDelay       = 5 * time.Second
	defaultRetries          = 5
	defaultConcurrency      = 1000
)

func (c Config) withDefaults() Config {
	c.Region = cmp.Or(c.Region, defaultRegion)
	c.AccountID = cmp.Or(c.AccountID, defaultAccountID)
	c.ExecutionTimeout = cmp.Or(c.ExecutionTimeout, defaultExecutionTimeout)
	c.RetryDelay = cmp.Or(c.RetryDelay, defaultRetryDelay)
	c.Retries = cmp.Or(c.Retries, defaultRetries)
	c.Concurrency = cmp.Or(c.Concurrency, defaultConcurrency)
	if c.Clock == nil {
		c.Clock = timers.System{}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}
