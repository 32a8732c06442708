package worker_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"countersign/internal/worker"
)

func TestOutlive(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ stopped, want time.Duration }{
		"Limit":         {time.Hour, 10 * time.Second},
		"Grace":         {time.Second, 4 * time.Second},
		"LimitInGrace":  {8 * time.Second, 10 * time.Second},
		"StoppedBefore": {0, 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				parent, stop := context.WithTimeout(t.Context(), tt.stopped)
				defer stop()
				began := time.Now()
				ctx, cancel := worker.Outlive(parent, 3*time.Second, 10*time.Second)
				defer cancel()
				<-ctx.Done()
				if took := time.Since(began); took != tt.want {
					t.Errorf("it ended after %v, want %v", took, tt.want)
				}
			})
		})
	}
}
