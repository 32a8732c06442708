package desktest

import (
	"fmt"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/readquota"
	"countersign/internal/replies"
)

// Beat runs one round of heartbeats.
func (d *Desk) Beat() {
	d.T.Helper()
	if err := d.Heartbeats.RunOnce(d.Ctx); err != nil {
		d.T.Fatal(err)
	}
}

// Open has a person open the page of a callback.
func (d *Desk) Open(p callbacks.Person, id callbacks.ID) desk.ReviewStatus {
	d.T.Helper()
	status, err := d.Service.OpenReview(d.Ctx, p, id, callbacks.SignOfLife{Input: true})
	if err != nil {
		d.T.Fatal(err)
	}
	return status
}

// Live lets time pass in steps; reviews are renewed as pages do, and the workers run.
func (d *Desk) Live(span time.Duration, reviews ...func() error) {
	d.T.Helper()
	const step = 5 * time.Second
	for passed := step; passed <= span; passed += step {
		d.Clock.Advance(step)
		if passed%callbacks.ReviewRenewal == 0 {
			for _, renew := range reviews {
				if err := renew(); err != nil {
					d.T.Fatal(err)
				}
			}
		}
		d.Beat()
		if err := d.Expiry.RunOnce(d.Ctx); err != nil {
			d.T.Fatal(err)
		}
	}
}

// Renewal is what the page of a review does every few seconds.
func (d *Desk) Renewal(p callbacks.Person, id callbacks.ID, review callbacks.ID, sign callbacks.SignOfLife) func() error {
	return func() error {
		_, err := d.Service.RenewReview(d.Ctx, p, id, review, sign)
		return err
	}
}

// Expire runs one round of the expiry.
func (d *Desk) Expire() {
	d.T.Helper()
	if err := d.Expiry.RunOnce(d.Ctx); err != nil {
		d.T.Fatal(err)
	}
}

// Attention is how many callbacks a person finds that need attention.
func (d *Desk) Attention(p callbacks.Person) int {
	d.T.Helper()
	n, err := d.Service.Count(d.Ctx, p, desk.Filter{Scope: desk.ScopeAttention}, 10)
	if err != nil {
		d.T.Fatal(err)
	}
	return n
}

// Throttle lets AWS throttle a lane for a while, as any replica may have found out.
func (d *Desk) Throttle(lane arn.Lane, pause time.Duration) {
	d.T.Helper()
	err := readquota.NewAllowances(d.Store, 1, d.Clock.Now).Answered(d.Ctx, lane, &replies.Error{Reply: replies.Throttled, RetryAfter: pause})
	if err != nil {
		d.T.Fatal(err)
	}
}

// WithHeartbeat announces a heartbeat timeout of a minute.
func WithHeartbeat(a *announcement.Announcement) { a.HeartbeatTimeout = time.Minute }

// Two accounts; the second has credentials of its own.
const (
	OurAccount   = "123456789012"
	TheirAccount = "111122223333"
	anExecution  = "arn:aws:lambda:eu-central-1:%s:function:expense-approval:14/durable-execution/EXP-2291/0f2c"
)

// TheirLanes tells them apart.
var TheirLanes = arn.Lanes{Accounts: []string{TheirAccount}, Region: "eu-central-1"}

// In announces a callback of an account.
func In(account, id string) func(*announcement.Announcement) {
	return func(a *announcement.Announcement) {
		a.CallbackID, a.ExecutionARN = id, fmt.Sprintf(anExecution, account)
	}
}
