package worker

import (
	"context"
	"time"
)

// Outlive returns a context that ends after limit, and at the latest a grace after ctx ends, so
// that work begun before a stop can finish. If ctx has already ended, the grace counts from now.
func Outlive(ctx context.Context, grace, limit time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(grace)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel()
		case <-longer.Done():
		}
	})
	return longer, func() { stop(); cancel() }
}
