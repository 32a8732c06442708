package e2e_test

import (
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"countersign/internal/standin/demo"
	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/fault"
)

// TestTimeout: an open page shows that its callback ended. A decision that comes later is refused,
// and keeps its comment.
func TestTimeout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mara, dana := w.signIn(t, "mara"), w.visitor(t, "dana")
	dana.runScripts(false)
	dana.open("/")
	dana.enter()
	const timeout = 12 // seconds: enough to open a page on a busy machine
	a := w.ask(t, expense(func(q *demo.Question) { q.TimeoutSeconds = timeout }))
	mara.open(a.page())
	samePage := mara.keepsPage()
	mara.write("#comment", "Nearly there")
	dana.open(a.page())
	dana.write("#comment", "Almost in time")

	mara.reaches("timed_out")
	samePage()
	mara.reads("#verdict", "Timed out.")
	if got := mara.kept(); got != "Nearly there" {
		t.Errorf("the comment that was typed is now %q", got)
	}
	mara.inspect("timed-out")
	if w.result(t, a).Late == nil {
		t.Error("the function did not get a timeout")
	}
	if status := dana.submit(`button[value="approve"]`); status != http.StatusConflict {
		t.Errorf("a decision after the end answers %d, want 409", status)
	}
	dana.reads("#problem", "409", "The callback timed out")
	if got := dana.kept(); got != "Almost in time" {
		t.Errorf("the comment that was typed is now %q", got)
	}
	dana.inspect("conflict-timeout")
}

// TestLost: another client closes the callback between the decision and its delivery.
func TestLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	w.engine.SetFaults(nil, fault.Fault{Kind: fault.Throttled, Operation: sendSuccess})
	mara.arm("approve")
	mara.confirm()
	mara.comes("#verdict", "not delivered yet")
	w.failElsewhere(t, a)
	w.engine.SetFaults(nil)
	mara.reaches("lost")
	mara.reads("#verdict", "Not delivered.", "Another client completed the callback with a failure.")
	mara.inspect("lost")
	if got := w.result(t, a).Failed; got == nil || got.ErrorType != "Elsewhere" {
		t.Errorf("the function got %+v", got)
	}
}

// TestClosedElsewhere: another client closes a callback under review; the next heartbeat finds out.
func TestClosedElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mara := w.signIn(t, "mara")
	a := w.ask(t, expense(func(q *demo.Question) { q.HeartbeatTimeoutSeconds = 30 }))
	mara.open(a.page())
	w.await(t, locallambda.HeartbeatReceived, a.executionARN)
	w.failElsewhere(t, a)
	mara.reaches("closed")
	mara.reads("#verdict", "Closed elsewhere.")
	mara.inspect("closed-elsewhere")
}

// TestUnconfirmed: Lambda's answer is lost and its history may not be read. Nobody can know, the
// page says so, and an operator who may read it settles the matter.
func TestUnconfirmed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	unreadable := fault.Fault{Kind: fault.AccessDenied, Operation: "GetDurableExecutionHistory"}
	w.engine.SetFaults(nil, fault.Fault{Kind: fault.AnswerLost, Operation: sendSuccess, Count: 1}, unreadable)
	mara.arm("approve")
	mara.confirm()
	mara.reaches("unconfirmed")
	mara.reads("#verdict", "It is not known whether Lambda accepted it.", "the execution's history may not be read, which an admin was told", "An admin needs to look at this.")
	mara.inspect("unconfirmed")
	w.engine.SetFaults(nil)
	aiko := w.signIn(t, "aiko")
	aiko.open(a.page())
	aiko.reads("#verdict", "Allow lambda:GetDurableExecutionHistory and lambda:GetDurableExecution on ")
	aiko.inspect("unconfirmed-admin")
	aiko.submit(`form[action$="/delivery"] button`)
	mara.reaches("completed")
	if closed := w.closings(t, a); len(closed) != 1 {
		t.Errorf("the callback was closed %d times: %v", len(closed), closed)
	}
}

// failElsewhere completes a callback as another client of Lambda.
func (w *world) failElsewhere(t *testing.T, a asked) {
	t.Helper()
	started := w.await(t, locallambda.CallbackStarted, a.executionARN)
	_, err := w.lambda.SendDurableExecutionCallbackFailure(t.Context(), &lambda.SendDurableExecutionCallbackFailureInput{
		CallbackId: aws.String(started.CallbackID), Error: &types.ErrorObject{ErrorType: aws.String("Elsewhere")},
	})
	if err != nil {
		t.Fatal(err)
	}
}
