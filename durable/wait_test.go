package durable_test

import (
	"strings"
	"testing"
	"time"

	"countersign/durable"
)

func TestWait(t *testing.T) {
	t.Parallel()
	b := newBackend(t, `null`)
	h := newHandler(b, func(ctx durable.Context, _ any) (string, error) {
		return "rested", durable.Wait(ctx, "cool down", 90*time.Second)
	})
	b.invoke(h).want(t, "PENDING", "")
	if u := b.lastUpdate(); u.String() != "WAIT START cool down" || u.SubType != "Wait" || u.WaitOptions.WaitSeconds != 90 {
		t.Errorf("recorded %+v", u)
	}
	b.invoke(h).want(t, "PENDING", "")
	b.settle("cool down", "SUCCEEDED", nil)
	b.invoke(h).want(t, "SUCCEEDED", `"rested"`)
	if got := b.done(); got != "WAIT START cool down" {
		t.Errorf("recorded %s, want the wait once", got)
	}
}

func TestWait_refuses(t *testing.T) {
	t.Parallel()
	for name, d := range map[string]time.Duration{"nothing": 0, "less than a second": time.Millisecond, "367 days": 367 * 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t, `null`)
			a := b.invoke(newHandler(b, func(ctx durable.Context, _ any) (any, error) { return nil, durable.Wait(ctx, "", d) }))
			if a.Status != "FAILED" || !strings.Contains(a.Error.ErrorMessage, "give whole seconds, from 1 to 31622400") || b.done() != "" {
				t.Errorf("answer %s %+v, recorded %q", a.Status, a.Error, b.done())
			}
		})
	}
}
