package readquota_test

import (
	"context"
	"testing"
	"time"

	"countersign/internal/arn"
	"countersign/internal/desk/storetest"
	"countersign/internal/desktest"
	"countersign/internal/readquota"
	"countersign/internal/replies"
)

// spends counts the requests that may be made now, at most so many.
func spends(t *testing.T, p *readquota.Allowances, lane arn.Lane, most int) (n int, next time.Time) {
	t.Helper()
	for range most {
		at, ok, err := p.Take(t.Context(), lane, readquota.WhenIdle)
		switch {
		case err != nil:
			t.Fatal(err)
		case !ok:
			return n, at
		}
		n++
	}
	return n, time.Time{}
}

// asking counts how often the shared quotas are asked.
type asking struct {
	storetest.Store
	times int
}

func (a *asking) ChangeQuota(ctx context.Context, lane arn.Lane, now time.Time, fn func(*readquota.Quota, time.Time)) error {
	a.times++
	return a.Store.ChangeQuota(ctx, lane, now, fn)
}

var here, elsewhere = arn.Lane{Region: "eu-central-1"}, arn.Lane{Account: desktest.TheirAccount, Region: "eu-central-1"}

func TestAllowances_SharedByReplicas(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	one, two := readquota.NewAllowances(d.Store, 5, d.Clock.Now), readquota.NewAllowances(d.Store, 5, d.Clock.Now)
	spends(t, one, here, 3)
	if n, _ := spends(t, two, here, 9); n != 2 {
		t.Errorf("the second replica may make %d requests more, want 2", n)
	}
	if n, next := spends(t, one, here, 9); n != 0 || !next.Equal(d.Clock.Now().Add(200*time.Millisecond)) {
		t.Errorf("the first may make %d more and then at %v", n, next)
	}
	if n, _ := spends(t, one, elsewhere, 9); n != 5 {
		t.Errorf("%d in another account, want all of a second", n)
	}
}

func TestAllowances_ThrottledForAll(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	p := readquota.NewAllowances(d.Store, 1000, d.Clock.Now)
	spends(t, p, here, 1) // and more are paid for
	throttled := &replies.Error{Reply: replies.Throttled, RetryAfter: 40 * time.Second}
	if err := p.Answered(d.Ctx, here, throttled); err != nil {
		t.Fatal(err)
	}
	for name, allowances := range map[string]*readquota.Allowances{"this": p, "another": readquota.NewAllowances(d.Store, 1000, d.Clock.Now)} {
		if n, next := spends(t, allowances, here, 1); n != 0 || !next.Equal(d.Clock.Now().Add(40*time.Second)) {
			t.Errorf("%s replica: %d requests, then at %v", name, n, next)
		}
		if n, _ := spends(t, allowances, elsewhere, 1); n != 1 {
			t.Errorf("%s replica makes none in another account", name)
		}
	}
	d.Clock.Advance(40 * time.Second)
	if n, _ := spends(t, p, here, 1); n != 1 {
		t.Error("no request after the pause")
	}
}

func TestAllowances_FewPurchases(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	counted := &asking{Store: d.Store}
	p := readquota.NewAllowances(counted, 1000, d.Clock.Now)
	for range 10 {
		spends(t, p, here, 100)
		d.Clock.Advance(100 * time.Millisecond)
	}
	if counted.times > 6 {
		t.Errorf("a thousand requests in a second asked the quota %d times", counted.times)
	}
	p = readquota.NewAllowances(counted, 5, d.Clock.Now)
	spends(t, p, elsewhere, 9)
	counted.times = 0
	for range 100 {
		spends(t, p, elsewhere, 1)
	}
	if counted.times != 0 {
		t.Errorf("asked the quota %d times after it said when", counted.times)
	}
}

func TestAllowances_SetBack(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	p := readquota.NewAllowances(d.Store, 5, d.Clock.Now)
	spends(t, p, here, 9) // all there is, so that the allowance knows when there is more
	d.Clock.Advance(-5 * time.Minute)
	n := 0
	for range 20 {
		more, _ := spends(t, p, here, 9)
		n += more
		d.Clock.Advance(time.Second)
	}
	if n < 90 {
		t.Errorf("%d requests in the 20 s after the clock was set back, want 100", n)
	}
}

func TestAllowances_StrikesInARow(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	p := readquota.NewAllowances(d.Store, 5, d.Clock.Now)
	throttled := &replies.Error{Reply: replies.Throttled}
	for _, want := range []time.Duration{2, 4, 8} {
		_ = p.Answered(d.Ctx, here, throttled)
		_, next := spends(t, p, here, 1)
		if pause := next.Sub(d.Clock.Now()); pause != want*time.Second {
			t.Errorf("paused for %v, want %d s", pause, want)
		}
		d.Clock.Advance(want * time.Second)
	}
	spends(t, p, here, 1)
	_ = p.Answered(d.Ctx, here, nil)
	_ = p.Answered(d.Ctx, here, throttled)
	if _, next := spends(t, p, here, 1); next.Sub(d.Clock.Now()) != 2*time.Second {
		t.Errorf("paused for %v after a request that came through, want 2 s", next.Sub(d.Clock.Now()))
	}
}
