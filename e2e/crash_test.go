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
