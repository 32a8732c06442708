package worker

import (
	"context"
	"time"
)

// Outlive is a context that ends after limit, and a grace after ctx, but not with it: what was
// begun before a stop may end well. The grace counts from now where ctx has ended already.
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
