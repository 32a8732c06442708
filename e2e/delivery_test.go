package e2e_test

import (
	"testing"
	"time"

	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/fault"
)

// lease is how long an attempt that a crash cut off keeps others from trying.
const lease = time.Minute

const sendSuccess = "SendDurableExecutionCallbackSuccess"

// TestCrashBeforeDelivery: the desk is killed while Lambda refuses to take a decision.
func TestCrashBeforeDelivery(t *testing.T) {
	t.Parallel()
	crash(t, fault.Fault{Kind: fault.Throttled, Operation: sendSuccess}, false)()
}

// TestCrashBeforeAnswer: the desk is killed when Lambda has taken a decision and not answered yet.
func TestCrashBeforeAnswer(t *testing.T) {
	settled := crash(t, fault.Fault{Kind: fault.Slow, Operation: sendSuccess, Delay: time.Hour}, true)
	t.Parallel() // while others run, the lease does
	settled()
}

// crash kills the desk after a decision was shown as recorded and starts it again. What it returns
// waits until the decision is settled, and checks that it arrived once and that the open page says
// so without having been loaded again.
func crash(t *testing.T, fault fault.Fault, arrived bool) (settled func()) {
	t.Helper()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	w.engine.SetFaults(nil, fault)
	shown := mara.arm("approve")
	mara.confirm()
	mara.reads("#verdict", "Approved")
	samePage := mara.keepsPage()
	if arrived {
		w.await(t, locallambda.CallbackClosed, a.executionARN)
	}
	w.desk.kill(t)
	mara.comes("#freshness", "paused")

	w.engine.SetFaults(nil)
	w.start(t)
	return func() {
		t.Helper()
		mara.untilWithin(patience+lease, `document.querySelector("#item").dataset.state === "completed"`)
		mara.comes("#verdict", "Lambda’s own history agrees.")
		samePage()
		if got := w.result(t, a); got.Result != shown {
			t.Errorf("the function got %s, the page showed %s", got.Result, shown)
		}
		if closed := w.closings(t, a); len(closed) != 1 {
			t.Errorf("the callback was closed %d times: %v", len(closed), closed)
		}
	}
}

// TestThrottled: Lambda being busy delays a delivery, and the page says so. An admin need not wait.
func TestThrottled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	throttled := func(retryAfter time.Duration) fault.Fault {
		return fault.Fault{Kind: fault.Throttled, Operation: sendSuccess, Count: 1, RetryAfter: retryAfter}
	}
	w.engine.SetFaults(nil, throttled(10*time.Minute), throttled(time.Second))
	mara.arm("approve")
	mara.confirm()
	samePage := mara.keepsPage()
	mara.comes("#verdict", "not delivered yet")
	mara.reads("#verdict", "throttled", "Second attempt at")
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
