package callbacks_test

import (
	"fmt"
	"time"

	"countersign/internal/callbacks"
)

// beat runs one round of heartbeats.
func (d *desk) beat() {
	d.t.Helper()
	if err := d.heartbeats.RunOnce(d.ctx); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) open(p callbacks.Person, id callbacks.ID) callbacks.ReviewStatus {
	d.t.Helper()
	status, err := d.service.OpenReview(d.ctx, p, id, callbacks.SignOfLife{Input: true})
	if err != nil {
		d.t.Fatal(err)
	}
	return status
}

// live lets time pass in steps; reviews are renewed as pages do, and the workers run.
func (d *desk) live(span time.Duration, reviews ...func() error) {
	d.t.Helper()
	const step = 5 * time.Second
	for passed := step; passed <= span; passed += step {
		d.clock.Advance(step)
		if passed%callbacks.ReviewRenewal == 0 {
			for _, renew := range reviews {
				if err := renew(); err != nil {
					d.t.Fatal(err)
				}
			}
		}
		d.beat()
		if err := d.sweeps.RunOnce(d.ctx); err != nil {
			d.t.Fatal(err)
		}
	}
}

func (d *desk) renewal(p callbacks.Person, id callbacks.ID, review callbacks.ID, sign callbacks.SignOfLife) func() error {
	return func() error {
		_, err := d.service.RenewReview(d.ctx, p, id, review, sign)
		return err
	}
}

func (d *desk) sweep() {
	d.t.Helper()
	if err := d.sweeps.RunOnce(d.ctx); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) attention(p callbacks.Person) int {
	d.t.Helper()
	n, err := d.service.Count(d.ctx, p, callbacks.Filter{Scope: callbacks.ScopeAttention}, 10)
	if err != nil {
		d.t.Fatal(err)
	}
	return n
}

// throttle lets AWS throttle a lane for a while, as any replica may have found out.
func (d *desk) throttle(lane callbacks.Lane, pause time.Duration) {
	d.t.Helper()
	err := callbacks.NewPurses(d.store, 1, d.clock.Now).Answered(d.ctx, lane, &callbacks.LambdaError{Answer: callbacks.AnswerThrottled, RetryAfter: pause})
	if err != nil {
		d.t.Fatal(err)
	}
}

func withHeartbeat(a *callbacks.Announcement) { a.HeartbeatTimeout = time.Minute }

// Two accounts; the second has credentials of its own.
const (
	OurAccount, TheirAccount = "123456789012", "111122223333"
	anExecution              = "arn:aws:lambda:eu-central-1:%s:function:expense-approval:14/durable-execution/EXP-2291/0f2c"
)

// TheirLanes tells them apart.
var TheirLanes = callbacks.Lanes{Accounts: []string{TheirAccount}, Region: "eu-central-1"}

// In announces a callback of an account.
func In(account, id string) func(*callbacks.Announcement) {
	return func(a *callbacks.Announcement) { a.CallbackID, a.ExecutionARN = id, fmt.Sprintf(anExecution, account) }
}
