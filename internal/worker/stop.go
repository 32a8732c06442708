package worker

import (
	"context"
	"time"
)

// Times of a stop. Orchestrators kill a process 10 s after they asked it to stop, and requests have
// used their share of that by then.
const (
	// after that, calls under way are cut off and their answers count as lost
	StopCalls  = 3 * time.Second
	StopWrites = 2 * time.Second // after that, the result of a call is no longer written
)

// Runner is a long-running part. Run works until the context ends, and returns when its work is
// finished or released.
type Runner interface {
	Run(ctx context.Context)
}
