package delivery_test

import (
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/desktest"
	"countersign/internal/history"
	"countersign/internal/replies"
	"countersign/views/words"
)

// TestDelivery_Doubt: a delivery whose answer was lost keeps with the callback, and in the audit,
// what kept the history from telling, until somebody has it sent again.
func TestDelivery_Doubt(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		prepare func(*desktest.Remote)
		change  func(*announcement.Announcement)
		want    callbacks.Doubt
	}{
		"Denied":    {func(r *desktest.Remote) { r.NoHistory = replies.Denied }, nil, callbacks.DoubtDenied},
		"Gone":      {func(r *desktest.Remote) { r.NoHistory = replies.Gone }, nil, callbacks.DoubtGone},
		"Refused":   {func(r *desktest.Remote) { r.NoHistory = replies.Invalid }, nil, callbacks.DoubtRefused},
		"Throttled": {func(r *desktest.Remote) { r.NoHistory = replies.Throttled }, nil, callbacks.DoubtThrottled},
		"Failing":   {func(r *desktest.Remote) { r.NoHistory = replies.None }, nil, callbacks.DoubtFailing},
		"Open":      {func(r *desktest.Remote) { r.Lag = 1 << 20 }, nil, callbacks.DoubtOpen},
		"NoARN":     {func(*desktest.Remote) {}, func(a *announcement.Announcement) { a.ExecutionARN = "" }, callbacks.DoubtNoARN},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.Lambda.Faults = []replies.Reply{replies.None}
			tt.prepare(d.Lambda)
			c := d.Announce(tt.change)
			d.MustDecide(desktest.Mara, c.ID, "approve", "")
			d.Deliver()
			d.Clock.Advance(5 * time.Minute)
			d.askedInVain(c.ID, history.MaxReadings-2)
			for d.Get(c.ID).State == callbacks.Decided {
				d.Deliver()
				d.Clock.Advance(5 * time.Minute)
			}
			got := d.WantState(c.ID, callbacks.Unconfirmed)
			if got.Ending.Doubt != tt.want {
				t.Errorf("kept %q, want %q", got.Ending.Doubt, tt.want)
			}
			entries, err := d.Store.Audit(d.Ctx, desk.AuditQuery{Callback: c.ID, Action: callbacks.ActionUnconfirmed, Limit: 1})
			if err != nil || len(entries) != 1 || words.Audit(entries[0]) != words.Ending(got.Ending, got.Decision) {
				t.Errorf("the audit says %+v (%v), the callback %q", entries, err, words.Ending(got.Ending, got.Decision))
			}
			if _, err := d.Service.RetryDelivery(d.Ctx, desktest.Ops, c.ID); err != nil {
				t.Fatal(err)
			}
			if again := d.Get(c.ID); again.Ending != nil {
				t.Errorf("on its way again it keeps %+v", again.Ending)
			}
		})
	}
}
