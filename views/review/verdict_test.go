package review

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/replies"
	"countersign/views"
	"countersign/views/viewstest"
)

func by(m Review, a callbacks.Actor) Review {
	d := *m.Callback.Decision
	d.By = a
	m.Callback.Decision = &d
	return m
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	admin, reviewer := viewstest.Shell("mine", "/"), viewstest.Shell("mine", "/")
	reviewer.Viewer = viewstest.Lena
	late := lostReview(callbacks.EndedByOther, callbacks.NoDeadline)
	late.Callback.Ending.At = late.Callback.Decision.At.Add(3 * time.Second)
	unreadable := lostReview(callbacks.EndedByUnknown, callbacks.NoDeadline)
	rejected := completedReview()
	rejected.Callback.Decision.Outcome, rejected.Callback.Decision.Label, rejected.Callback.Decision.Kind = "reject", "Reject", callbacks.Failure
	unread := proven()
	unread.Callback.Ending.Proven = false
	settled := completedReview()
	settled.Callback.Ending.Event, settled.Callback.Ending.Proven = 14, true
	settled.Audit = []callbacks.AuditEntry{{At: viewstest.Now, Actor: viewstest.System, Action: callbacks.ActionDelivered, Facts: callbacks.Facts{Ending: settled.Callback.Ending, Decision: settled.Callback.Decision}}}
	without := withoutEffect()
	unknownEnd := endedReview(callbacks.Closed, callbacks.Ending{By: callbacks.EndedByUnknown})
	outOfReach := troubledReview(callbacks.Undeliverable, replies.Throttled, 429, "X")
	dueNow := retryingReview()
	dueNow.Delivery.DueAt = viewstest.Now
	for _, tc := range []struct {
		name        string
		s           views.Shell
		m           Review
		title, text string
		tone        string
	}{
		{"Decided", admin, decidedReview(), "Approved. On its way to Lambda.", "You approved this at 13:50:58. It is recorded: you can leave this page.", "sent"},
		{"Retrying", admin, retryingReview(), "Approved, not delivered yet. Third attempt at 13:51:14.", "Lambda did not accept it: throttled. Nothing for you to do: Countersign keeps trying until 14:32:10 and keeps the heartbeat going.", "prob"},
		{"RetryingNow", admin, dueNow, "Approved, not delivered yet. Third attempt now.", "Lambda did not accept it: throttled. Nothing for you to do: Countersign keeps trying until 14:32:10 and keeps the heartbeat going.", "prob"},
		{"Completed", admin, completedReview(), "Approved. Lambda accepted it.", "You approved this at 13:50:58, with 41:12 to spare.", "approved"},
		{"CompletedByOther", admin, by(completedReview(), viewstest.Dana), "Dana approved this. Lambda accepted it.", "Dana Fischer approved this at 13:50:58, with 41:12 to spare.", "approved"},
		{"Rejected", admin, rejected, "Rejected. Lambda accepted it.", "You rejected this at 13:50:58, with 41:12 to spare.", "rejected"},
		{"Proven", admin, proven(), "Approved. Lambda’s own history agrees.", "You approved this at 13:50:58, with 41:12 to spare.", "approved"},
		{"ProvenByTheEnd", admin, settled, "Approved. Lambda’s own history agrees.", "You approved this at 13:50:58, with 41:12 to spare.", "approved"},
		{"NotCompared", admin, unread, "Approved. Lambda accepted it.", "You approved this at 13:50:58, with 41:12 to spare. Lambda’s history shows that a client completed the callback, but not with what: the bytes could not be compared.", "approved"},
		{"WithoutEffect", admin, without, "Accepted, but without effect. Another client completed the callback 0.8\u00a0s before your approval.", "Lambda accepted the decision, but the execution's history shows another end: another client completed the callback. The function goes by that, not by the decision, which is kept in the audit.", "lost"},
		{"OutOfReach", admin, outOfReach, "Approved, but it could not be delivered in time.", "By our clock the callback's timeout ran out; its history could not be read. The last answer of Lambda was: throttled. The decision is kept. An admin can send it again once the cause is fixed.", "prob"},
		{"OutOfReachByADenial", reviewer, troubledReview(callbacks.Undeliverable, replies.Denied, 403, "X"), "Mara approved this, but it could not be delivered in time.", "By our clock the callback's timeout ran out; its history could not be read. Lambda did not take it until then, and an admin was told why. The decision is kept. An admin needs to look at this.", "prob"},
		{"ClosedByWhom", admin, unknownEnd, "Closed already.", "Lambda says that the callback was closed already. By whom is not known: its history does not tell. Nothing was sent from here.", "idle"},
		{"LostToTimeout", admin, lostReview(callbacks.EndedByClock, callbacks.CauseTimeout), "Not delivered. The callback timed out 0.8\u00a0s before your approval.", "The callback's timeout ran out. The decision is kept in the audit, but Lambda did not take it.", "lost"},
		{"LostToHeartbeat", admin, by(lostReview(callbacks.EndedByClock, callbacks.CauseHeartbeat), viewstest.Dana), "Not delivered. The callback ended by heartbeat 0.8\u00a0s before Dana’s approval.", "No heartbeat came within the heartbeat timeout. The decision is kept in the audit, but Lambda did not take it.", "lost"},
		{"LostAfterwards", admin, late, "Not delivered. Another client completed the callback 3\u00a0s after your approval.", "Another client completed the callback. The decision is kept in the audit, but Lambda did not take it.", "lost"},
		{"LostUnreadable", admin, unreadable, "Not delivered. The callback was closed already.", "Lambda says that the callback was closed already. By whom is not known: its history does not tell. Lambda said so at 13:50:57. The decision is kept in the audit, but Lambda did not take it.", "lost"},
		{"UndeliverableForAdmin", admin, troubledReview(callbacks.Undeliverable, replies.Invalid, 400, "X"), "Approved, but Lambda refuses it for good.", "Lambda refused the decision for good: X. The decision is kept. An admin can send it again once the cause is fixed.", "prob"},
		{"UnconfirmedForReviewer", reviewer, troubledReview(callbacks.Unconfirmed, replies.None, 0, ""), "Mara approved this. It is not known whether Lambda accepted it.", "An answer was lost, and the execution's history may not be read, which an admin was told. An admin needs to look at this.", "prob"},
		{"TimedOut", admin, endedReview(callbacks.TimedOut, callbacks.Ending{By: callbacks.EndedByClock, Cause: callbacks.CauseTimeout}), "Timed out.", "The callback's timeout ran out. No decision was made. The function continues with its own timeout handling.", "idle"},
		{"EndedByHeartbeat", admin, endedReview(callbacks.TimedOut, callbacks.Ending{By: callbacks.EndedByClock, Cause: callbacks.CauseHeartbeat}), "Ended by heartbeat.", "No heartbeat came within the heartbeat timeout. No decision was made. The function continues with its own timeout handling.", "idle"},
		{"Closed", admin, endedReview(callbacks.Closed, callbacks.Ending{By: callbacks.EndedByOther}), "Closed elsewhere.", "Another client completed the callback. Nothing was sent from here.", "idle"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v, ok := verdictOf(tc.m, tc.s)
			if !ok || v.Title != tc.title || v.Text != tc.text || v.Tone != tc.tone {
				t.Errorf("got  %q\n     %q in %q\nwant %q\n     %q in %q", v.Title, v.Text, v.Tone, tc.title, tc.text, tc.tone)
			}
		})
	}
	if _, ok := verdictOf(sampleReview(), admin); ok {
		t.Error("a pending callback has a verdict")
	}
}
