package e2e_test

import (
	"testing"
	"time"

	"countersign/internal/locallambda"
)

// lease is how long an attempt that a crash cut off keeps others from trying.
const lease = time.Minute

const sendSuccess = "SendDurableExecutionCallbackSuccess"

// TestCrash: a decision that was shown as recorded arrives once, wherever the desk was when it was killed.
func TestCrash(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fault   locallambda.Fault
		arrived bool // at Lambda, before the crash
	}{
		"BeforeLambdaHasIt": {locallambda.Fault{Kind: locallambda.FaultThrottled, Operation: sendSuccess}, false},
		"BeforeTheAnswer":   {locallambda.Fault{Kind: locallambda.FaultSlow, Operation: sendSuccess, Delay: time.Hour}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			a := w.ask(t, expense())
			mara := w.signIn(t, "mara")
			mara.open(a.page())
			w.engine.SetFaults(nil, tt.fault)
			shown := mara.arm("approve")
			mara.confirm()
			mara.reads("#verdict", "Approved")
			samePage := mara.keepsPage()
			if tt.arrived {
				w.await(t, locallambda.CallbackClosed, a.executionARN)
			}
			w.desk.kill(t)
			mara.comes("#freshness", "paused")

			w.engine.SetFaults(nil)
			w.start(t)
			mara.untilWithin(patience+lease, `document.querySelector("#item").dataset.state === "completed"`)
			samePage()
			mara.comes("#verdict", "Lambda’s own history agrees.")
			if got := w.result(t, a); got.Result != shown {
				t.Errorf("the function got %s, the page showed %s", got.Result, shown)
			}
			if closed := w.closings(t, a); len(closed) != 1 {
				t.Errorf("the callback was closed %d times: %v", len(closed), closed)
			}
		})
	}
}

// TestThrottled: Lambda being busy delays a delivery, and the page says so. An admin need not wait.
func TestThrottled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	throttled := func(retryAfter time.Duration) locallambda.Fault {
		return locallambda.Fault{Kind: locallambda.FaultThrottled, Operation: sendSuccess, Count: 1, RetryAfter: retryAfter}
	}
	w.engine.SetFaults(nil, throttled(10*time.Minute), throttled(time.Second))
	mara.arm("approve")
	mara.confirm()
	samePage := mara.keepsPage()
	mara.comes("#verdict", "not delivered yet")
	mara.reads("#verdict", "throttled", "Second attempt in")
	mara.reads("#receipt", "throttled")
	mara.inspect("throttled")
	aiko := w.signIn(t, "aiko")
	aiko.open("/?scope=attention")
	aiko.see(a.row())
	aiko.inspect("attention")
	aiko.open(a.page())
	aiko.submit(`form[action$="/delivery"] button`) // throttled again, and tried again by itself
	mara.reaches("completed")
	samePage()
	mara.reads("#receipt", "Attempt 3")
	w.result(t, a)
}
