package callbacks_test

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
)

// TestDelivery_Doubt: a delivery whose answer was lost keeps with the callback, and in the audit, what kept the history from
// telling, until somebody has it sent again.
func TestDelivery_Doubt(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		prepare func(*remote)
		change  func(*callbacks.Announcement)
		want    callbacks.Doubt
	}{
		"Denied":    {func(r *remote) { r.noHistory = callbacks.AnswerDenied }, nil, callbacks.DoubtDenied},
		"Gone":      {func(r *remote) { r.noHistory = callbacks.AnswerGone }, nil, callbacks.DoubtGone},
		"Refused":   {func(r *remote) { r.noHistory = callbacks.AnswerInvalid }, nil, callbacks.DoubtRefused},
		"Throttled": {func(r *remote) { r.noHistory = callbacks.AnswerThrottled }, nil, callbacks.DoubtThrottled},
		"Failing":   {func(r *remote) { r.noHistory = callbacks.AnswerNone }, nil, callbacks.DoubtFailing},
		"Open":      {func(r *remote) { r.lag = 1 << 20 }, nil, callbacks.DoubtOpen},
		"NoARN":     {func(*remote) {}, func(a *callbacks.Announcement) { a.ExecutionARN = "" }, callbacks.DoubtNoARN},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.lambda.faults = []callbacks.Answer{callbacks.AnswerNone}
			tt.prepare(d.lambda)
			c := d.announce(tt.change)
			d.mustDecide(mara, c.ID, "approve", "")
			d.deliver()
			d.clock.Advance(5 * time.Minute)
			d.askedInVain(c.ID, callbacks.MaxReadings-2)
			for d.get(c.ID).State == callbacks.Decided {
				d.deliver()
				d.clock.Advance(5 * time.Minute)
			}
			got := d.wantState(c.ID, callbacks.Unconfirmed)
			if got.Ending.Doubt != tt.want {
				t.Errorf("kept %q, want %q", got.Ending.Doubt, tt.want)
			}
			entries, err := d.store.Audit(d.ctx, callbacks.AuditQuery{Callback: c.ID, Action: callbacks.ActionUnconfirmed, Limit: 1})
			if err != nil || len(entries) != 1 || entries[0].Detail != got.Ending.Detail {
				t.Errorf("the audit says %+v (%v), the callback %q", entries, err, got.Ending.Detail)
			}
			if _, err := d.service.RetryDelivery(d.ctx, ops, c.ID); err != nil {
				t.Fatal(err)
			}
			if again := d.get(c.ID); again.Ending != nil {
				t.Errorf("on its way again it keeps %+v", again.Ending)
			}
		})
	}
}
