package callbacks

import (
	"context"
	"time"
)

// Times of a stop. Orchestrators kill what is still there 10 s after they asked, and requests have had their share by then.
const (
	stopCalls  = 3 * time.Second // then calls under way are cut, and their answers count as lost
	stopWrites = 2 * time.Second // then what came of a call is not written down any more
)

// Worker is a long-running part: Run works until the context ends and returns when its work is finished or released.
type Worker interface {
	Run(ctx context.Context)
}
