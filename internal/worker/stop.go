package worker

import (
	"context"
	"time"
)

// Times of a stop. Orchestrators kill what is still there 10 s after they asked, and requests have
// had their share by then.
const (
	StopCalls  = 3 * time.Second // then calls under way are cut, and their answers count as lost
	StopWrites = 2 * time.Second // then what came of a call is not written down any more
)

// Runner is a long-running part: Run works until the context ends and returns when its work is
// finished or released.
type Runner interface {
	Run(ctx context.Context)
}
